// What demo mode has to explore: an organisation, its keys, and some customers.
import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeyEntity } from '../api-key/api-key.entity.ts';
import { digestOf, fingerprintOf, generateKey, SAMPLE_KEY } from '../api-key/key.ts';
import { ChangeEntryEntity, ChangeValueEntity } from '../change-log/change-log.entity.ts';
import { CreditEntryEntity } from '../customer/credit/credit.entity.ts';
import { CustomerEntity } from '../customer/customer.entity.ts';
import { canonicalEmail } from '../customer/email.ts';
import { CustomerGroupEntity, CustomerGroupMembershipEntity } from '../customer/group/group.entity.ts';
import { CustomerIpEntity } from '../customer/ip-history/ip-history.ts';
import { ReferralEntity } from '../customer/referral/referral.entity.ts';
import { SubscriptionEntity } from '../customer/subscription/subscription.entity.ts';
import { add } from '../database/add.ts';
import type { Database } from '../database/open.ts';
import { DAY } from '../moment.ts';
import { OrganisationEntity } from '../organisation/organisation.entity.ts';
import { randomAlphanumeric } from '../random.ts';
import { EXAMPLE_FINGERPRINT } from './names.ts';
import { customers, type DemoCustomer, exampleCustomers, groups } from './people.ts';

const ORGANISATION = { slug: 'demo', name: 'Demo organisation' };
const AUTHOR = 'command:demo';

/** Keys that were made for the demo organisation besides the sample key; told once. */
export interface DemoKeys {
  developer: string;
  root: string;
}

/**
 * Fills a database with the demo organisation and the documentation's sample key, unless it is there already.
 *
 * @param owner - the database as the owner of its tables
 */
export async function seedDemo(owner: Database): Promise<void> {
  await owner.orm.em.fork().transactional(async (em) => {
    const found = await em.findOne(OrganisationEntity, { slug: ORGANISATION.slug });
    const { id: organisationId } = found ?? (await add(em, OrganisationEntity, ORGANISATION, ORGANISATION));
    if (!found) {
      await addKey(em, organisationId, 'sample', SAMPLE_KEY);
      for (const group of groups) await add(em, CustomerGroupEntity, { organisationId, ...group });
      for (const person of customers) await addCustomer(em, organisationId, person);
    }
    await addExamples(em, organisationId);
  });
}

/** Adds what examples name and is not there: a demo of an earlier version had less. */
async function addExamples(em: EntityManager, organisationId: number): Promise<void> {
  for (const person of exampleCustomers) {
    const { cuRefNo, email = '' } = person;
    const known = { organisationId, $or: [{ cuRefNo }, { canonicalEmail: canonicalEmail(email), deletedAt: null }] };
    if (!(await em.findOne(CustomerEntity, known))) await addCustomer(em, organisationId, person);
  }
  if (await em.findOne(ApiKeyEntity, { fingerprint: EXAMPLE_FINGERPRINT })) return;
  await addKey(
    em,
    organisationId,
    'example',
    EXAMPLE_FINGERPRINT + generateKey('DEV_').slice(EXAMPLE_FINGERPRINT.length),
  );
}

/**
 * Makes a developer's and a ROOT key for the demo organisation, unless they were made before.
 *
 * @returns the keys, or undefined when there is nothing new to tell
 */
export async function makeDemoKeys(owner: Database): Promise<DemoKeys | undefined> {
  return owner.orm.em.fork().transactional(async (em) => {
    const { id } = await em.findOneOrFail(OrganisationEntity, { slug: ORGANISATION.slug });
    if (await em.findOne(ApiKeyEntity, { organisation: id, name: 'developer' })) return undefined;
    const keys = { developer: generateKey('DEV_'), root: generateKey('ROOT') };
    for (const [name, key] of Object.entries(keys)) await addKey(em, id, name, key);
    return keys;
  });
}

async function addKey(em: EntityManager, organisation: number, name: string, key: string): Promise<void> {
  await add(em, ApiKeyEntity, { organisation, name, digest: digestOf(key), fingerprint: fingerprintOf(key) });
}

async function addCustomer(em: EntityManager, organisationId: number, person: DemoCustomer): Promise<void> {
  const {
    cuRefNo = randomAlphanumeric(16),
    groups: slugs = [],
    credit = [],
    subscriptions = [],
    referredBy,
    banReason,
    isDeleted,
    addresses = [],
    ...profile
  } = person;
  const reference = { organisationId, cuRefNo };
  const row = {
    ...reference,
    ...profile,
    canonicalEmail: profile.email && canonicalEmail(profile.email),
    creditBalance: credit.reduce((sum, { amount }) => sum + amount, 0),
    bannedAt: banReason && new Date(),
    deletedAt: isDeleted && new Date(),
    changeCount: banReason ? 1 : 0,
    lastIp: addresses.at(-1),
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
  for (const [daysAgo, address] of addresses.toReversed().entries()) {
    await add(em, CustomerIpEntity, { ...owned, address, seenAt: new Date(Date.now() - daysAgo * DAY) });
  }
  for (const { externalId = randomAlphanumeric(16), ...subscription } of subscriptions) {
    await add(em, SubscriptionEntity, { ...owned, ...subscription, externalId, orderHash: randomAlphanumeric(32) });
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
    const entry = { organisationId, ...subject, action: 'banned', ordinal: 1 };
    const { id: entryId } = await add(
      em,
      ChangeEntryEntity,
      { ...entry, reason: banReason, actor: AUTHOR, fields: ['ban'] },
      entry,
    );
    await add(em, ChangeValueEntity, { organisationId, entryId, field: 'ban', before: false, after: true });
  }
}
