// Every table of the gateway.
import { ApiKeyEntity } from './api-key/api-key.entity.ts';
import { AuditEntryEntity } from './change-log/audit.ts';
import { CreditEntryEntity } from './customer/credit.ts';
import { CustomerEntity } from './customer/customer.ts';
import { CustomerGroupEntity, CustomerGroupMembershipEntity } from './customer/group.ts';
import { CustomerIpEntity } from './customer/ip-history.ts';
import { ReferralEntity } from './customer/referral.ts';
import { SubscriptionEntity } from './customer/subscription.ts';
import { IdempotencyKeyEntity } from './idempotency/idempotency.ts';
import { OrganisationEntity } from './organisation/organisation.entity.ts';

export const entities = [
  OrganisationEntity,
  ApiKeyEntity,
  CustomerEntity,
  CustomerGroupEntity,
  CustomerGroupMembershipEntity,
  ReferralEntity,
  SubscriptionEntity,
  CreditEntryEntity,
  CustomerIpEntity,
  AuditEntryEntity,
  IdempotencyKeyEntity,
];
