// Every table of the gateway.
import { ApiKeyEntity } from './api-key/api-key.entity.ts';
import { ApiKeyUseEntity } from './api-key/api-key-use.entity.ts';
import { ChangeEntryEntity, ChangeValueEntity } from './change-log/change-log.entity.ts';
import { CreditEntryEntity } from './customer/credit/credit.entity.ts';
import { CustomerEntity } from './customer/customer.entity.ts';
import { CustomerGroupEntity, CustomerGroupMembershipEntity } from './customer/group/group.entity.ts';
import { CustomerIpEntity } from './customer/ip-history/ip-history.ts';
import { ReferralEntity } from './customer/referral/referral.entity.ts';
import { SubscriptionEntity } from './customer/subscription/subscription.entity.ts';
import { ImportReferenceEntity, ImportReferralEntity, ImportRunEntity } from './customer/transfer/import/run.entity.ts';
import { IdempotencyKeyEntity } from './idempotency/idempotency-key.entity.ts';
import { OrganisationEntity } from './organisation/organisation.entity.ts';

export const entities = [
  OrganisationEntity,
  ApiKeyEntity,
  ApiKeyUseEntity,
  CustomerEntity,
  CustomerGroupEntity,
  CustomerGroupMembershipEntity,
  ReferralEntity,
  SubscriptionEntity,
  CreditEntryEntity,
  CustomerIpEntity,
  ChangeEntryEntity,
  ChangeValueEntity,
  IdempotencyKeyEntity,
  ImportRunEntity,
  ImportReferralEntity,
  ImportReferenceEntity,
];
