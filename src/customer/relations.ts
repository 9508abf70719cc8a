// What belongs to customers, loaded for many of them at once.
import { raw } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { OrganisationDatabase } from '../database/open.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { type CustomerGroup, CustomerGroupMembershipEntity } from './group/group.entity.ts';
import { type IpHistoryPage, type IpSighting, listIpHistories } from './ip-history/ip-history.ts';
import type { Profile, RelatedRecords } from './profile.ts';
import { ReferralEntity, type Referrer } from './referral/referral.entity.ts';
import { runsNow, type Subscription, SubscriptionEntity } from './subscription/subscription.entity.ts';

/** Loads what belongs to customers, by their internal ids and in that order, in one statement. */
type Load<Value> = (database: OrganisationDatabase, ids: readonly number[]) => Promise<Value[]>;

const loadGroups: Load<CustomerGroup[]> = async ({ em, organisationId }, ids) => {
  const memberships = await em.find(
    CustomerGroupMembershipEntity,
    { organisationId, customerId: { $in: [...ids] } },
    { populate: ['group'], orderBy: { groupId: 'asc' } },
  );
  return collect(ids, memberships, (membership) => membership.group);
};

const loadReferrers: Load<Referrer | null> = async ({ em, organisationId }, ids) => {
  const referrals = await em.find(
    ReferralEntity,
    { organisationId, customerId: { $in: [...ids] }, referrer: { deletedAt: null } },
    { populate: ['referrer'] },
  );
  const byCustomer = new Map(referrals.map((referral) => [referral.customerId, referral.referrer as Referrer]));
  return ids.map((id) => byCustomer.get(id) ?? null);
};

const loadRunningSubscriptions: Load<Subscription[]> = async ({ em, organisationId }, ids) => {
  const running = await em.find(
    SubscriptionEntity,
    { organisationId, customerId: { $in: [...ids] }, [raw(runsNow)]: [] },
    { orderBy: { id: 'asc' } },
  );
  return collect(ids, running, (subscription) => subscription);
};

const loadCustomers: Load<Customer | null> = async ({ em, organisationId }, ids) => {
  const customers = await em.find(CustomerEntity, { organisationId, id: { $in: [...ids] }, deletedAt: null });
  const byId = new Map(customers.map((customer) => [customer.id, customer]));
  return ids.map((id) => byId.get(id) ?? null);
};

/**
 * What belongs to customers, by internal id, within one organisation and for one request: whatever is asked for in the
 * same moment travels in one statement, and what was read along with a customer is there at once.
 */
export class CustomerRelations {
  readonly #database: OrganisationDatabase;
  readonly #known = new Map<number, Profile>();
  readonly #loaders = new Map<unknown, DataLoader<number, unknown>>();

  constructor(database: OrganisationDatabase) {
    this.#database = database;
  }

  /** Remembers a customer and what was read along with it, so that it is not loaded again. */
  remember(profile: Profile): Customer {
    this.#known.set(profile.customer.id, profile);
    return profile.customer;
  }

  groups(customerId: number): CustomerGroup[] | Promise<CustomerGroup[]> {
    return this.#relatedRecordsOf(customerId)?.groups ?? this.#load(loadGroups, customerId);
  }

  referrer(customerId: number): Referrer | null | Promise<Referrer | null> {
    const relatedRecords = this.#relatedRecordsOf(customerId);
    return relatedRecords ? relatedRecords.referrer : this.#load(loadReferrers, customerId);
  }

  runningSubscriptions(customerId: number): Subscription[] | Promise<Subscription[]> {
    return this.#relatedRecordsOf(customerId)?.subscriptions ?? this.#load(loadRunningSubscriptions, customerId);
  }

  customer(customerId: number): Customer | Promise<Customer | null> {
    return this.#known.get(customerId)?.customer ?? this.#load(loadCustomers, customerId);
  }

  /** The addresses that a customer came from; the same page of many customers travels in one statement. */
  ipHistory(customerId: number, page: IpHistoryPage): Promise<IpSighting[]> {
    const load: Load<IpSighting[]> = async (database, ids) =>
      collect(ids, await listIpHistories(database, ids, page), (sighting) => sighting);
    return this.#load(load, customerId, JSON.stringify(page));
  }

  #relatedRecordsOf(customerId: number): RelatedRecords | undefined {
    return this.#known.get(customerId)?.relatedRecords;
  }

  /** @param name - what is loaded, where `load` itself does not tell */
  #load<Value>(load: Load<Value>, customerId: number, name: unknown = load): Promise<Value> {
    let loader = this.#loaders.get(name) as DataLoader<number, Value> | undefined;
    if (!loader) {
      loader = new DataLoader((ids) => load(this.#database, ids));
      this.#loaders.set(name, loader);
    }
    return loader.load(customerId);
  }
}

function collect<Row extends { customerId: number }, Item>(
  ids: readonly number[],
  rows: Row[],
  itemOf: (row: Row) => Item,
): Item[][] {
  const byCustomer = new Map<number, Item[]>(ids.map((id) => [id, []]));
  for (const row of rows) byCustomer.get(row.customerId)?.push(itemOf(row));
  return ids.map((id) => byCustomer.get(id) ?? []);
}
