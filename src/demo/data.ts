// What demo mode has to explore: an organisation, its keys, and some customers.
import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeyEntity } from '../access/api-key.ts';
import { digestOf, fingerprintOf, generateKey, SAMPLE_KEY } from '../access/key.ts';
import { CreditEntryEntity } from '../customer/credit.ts';
import { CustomerEntity } from '../customer/customer.ts';
import { canonicalEmail } from '../customer/email.ts';
import { CustomerGroupEntity, CustomerGroupMembershipEntity } from '../customer/group.ts';
import { ReferralEntity } from '../customer/referral.ts';
import { SubscriptionEntity } from '../customer/subscription.ts';
import { add } from '../database/add.ts';
import { AuditEntryEntity } from '../database/audit.ts';
import { OrganisationEntity } from '../database/organisation.ts';
import type { Database } from '../database/orm.ts';
import { randomAlphanumeric } from '../random.ts';
import { customers, type DemoCustomer, groups } from './people.ts';

const ORGANISATION = { slug: 'demo', name: 'Demo organisation' };
const AUTHOR = 'demo';

/** Keys that were made for the demo organisation besides the sample key; told once. */
export interface DemoKeys {
  developer: string;
  root: string;
}

/**
 * Fills a database with the demo organisation, unless it is there already.
 *
 * @returns the keys that were made, or undefined when nothing was
 */
export async function seedDemo(database: Database): Promise<DemoKeys | undefined> {
  return database.fork().transactional(async (em) => {
    if (await em.findOne(OrganisationEntity, { slug: ORGANISATION.slug })) return undefined;
    const { id: organisationId } = await add(em, OrganisationEntity, ORGANISATION, ORGANISATION);
    const keys = await addKeys(em, organisationId);
    for (const group of groups) await add(em, CustomerGroupEntity, { organisationId, ...group });
    for (const person of customers) await addCustomer(em, organisationId, person);
    return keys;
  });
}

async function addKeys(em: EntityManager, organisation: number): Promise<DemoKeys> {
  const keys = { developer: generateKey('DEV_'), root: generateKey('ROOT') };
  for (const [name, key] of Object.entries({ sample: SAMPLE_KEY, ...keys })) {
    await add(em, ApiKeyEntity, { organisation, name, digest: digestOf(key), fingerprint: fingerprintOf(key) });
  }
  return keys;
}

async function addCustomer(em: EntityManager, organisationId: number, person: DemoCustomer): Promise<void> {
  const { groups: slugs = [], credit = [], subscription, referredBy, banReason, ...profile } = person;
  const reference = { organisationId, cuRefNo: randomAlphanumeric(16) };
  const row = {
    ...reference,
    ...profile,
    canonicalEmail: profile.email && canonicalEmail(profile.email),
    creditBalance: credit.reduce((sum, { amount }) => sum + amount, 0),
    bannedAt: banReason && new Date(),
  };
  const { id: customerId } = await add(em, CustomerEntity, row, reference);
  const owned = { organisationId, customerId };
  for (const slug of slugs) {
    const group = await em.findOneOrFail(CustomerGroupEntity, { organisationId, slug }, { disableIdentityMap: true });
    await add(em, CustomerGroupMembershipEntity, { ...owned, groupId: group.id });
  }
  let balanceAfter = 0;
  for (const entry of credit) {
    balanceAfter += entry.amount;
    await add(em, CreditEntryEntity, {
      ...owned,
      ...entry,
      balanceAfter,
      transactionId: randomAlphanumeric(16),
      author: AUTHOR,
    });
  }
  if (subscription) {
    const references = { externalId: randomAlphanumeric(16), orderHash: randomAlphanumeric(32) };
    await add(em, SubscriptionEntity, { ...owned, ...subscription, ...references });
  }
  if (referredBy) {
    const referrer = await em.findOneOrFail(
      CustomerEntity,
      { organisationId, email: referredBy },
      { disableIdentityMap: true },
    );
    await add(em, ReferralEntity, { ...owned, referrerId: referrer.id });
  }
  if (banReason) {
    const subject = { subject: 'customer', reference: reference.cuRefNo };
    await add(em, AuditEntryEntity, {
      organisationId,
      ...subject,
      action: 'banned',
      reason: banReason,
      author: AUTHOR,
    });
  }
}
