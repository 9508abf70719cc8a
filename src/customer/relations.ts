// What belongs to customers, loaded for many of them at once.
import DataLoader from 'dataloader';
import type { OrganisationDatabase } from '../database/orm.ts';
import type { CreatedCustomer } from './create.ts';
import { type Customer, CustomerEntity } from './customer.ts';
import { type CustomerGroup, CustomerGroupMembershipEntity } from './group.ts';
import { type IpHistoryPage, type IpSighting, listIpHistories } from './ip-history.ts';
import { ReferralEntity, type Referrer } from './referral.ts';
import { type Subscription, SubscriptionEntity } from './subscription.ts';

/**
 * Loads groups, referrers, running subscriptions and customers by internal id, within one organisation and for one
 * request: whatever is asked for in the same moment travels in one statement.
 */
export class CustomerRelations {
  readonly groups: DataLoader<number, CustomerGroup[]>;
  readonly referrer: DataLoader<number, Referrer | null>;
  readonly runningSubscriptions: DataLoader<number, Subscription[]>;
  readonly customer: DataLoader<number, Customer | null>;
  readonly #ipHistories = new Map<string, DataLoader<number, IpSighting[]>>();
  readonly #database: OrganisationDatabase;

  constructor(database: OrganisationDatabase) {
    const { organisationId } = database;
    this.#database = database;
    this.groups = new DataLoader(async (ids) => {
      const memberships = await database.em.find(
        CustomerGroupMembershipEntity,
        { organisationId, customerId: { $in: [...ids] } },
        { populate: ['group'], orderBy: { groupId: 'asc' } },
      );
      return collect(ids, memberships, (membership) => membership.group);
    });
    this.referrer = new DataLoader(async (ids) => {
      const referrals = await database.em.find(
        ReferralEntity,
        { organisationId, customerId: { $in: [...ids] }, referrer: { deletedAt: null } },
        { populate: ['referrer'] },
      );
      const byCustomer = new Map(referrals.map((referral) => [referral.customerId, referral.referrer as Referrer]));
      return ids.map((id) => byCustomer.get(id) ?? null);
    });
    this.runningSubscriptions = new DataLoader(async (ids) => {
      const now = new Date();
      const running = await database.em.find(
        SubscriptionEntity,
        {
          organisationId,
          customerId: { $in: [...ids] },
          startsAt: { $lte: now },
          $or: [{ endsAt: null }, { endsAt: { $gt: now } }],
        },
        { orderBy: { id: 'asc' } },
      );
      return collect(ids, running, (subscription) => subscription);
    });
    this.customer = new DataLoader(async (ids) => {
      const customers = await database.em.find(CustomerEntity, {
        organisationId,
        id: { $in: [...ids] },
        deletedAt: null,
      });
      const byId = new Map(customers.map((customer) => [customer.id, customer]));
      return ids.map((id) => byId.get(id) ?? null);
    });
  }

  /** The addresses that a customer came from; the same page of many customers travels in one statement. */
  ipHistory(customerId: number, page: IpHistoryPage): Promise<IpSighting[]> {
    const name = JSON.stringify(page);
    let loader = this.#ipHistories.get(name);
    if (!loader) {
      loader = new DataLoader(async (ids) =>
        collect(ids, await listIpHistories(this.#database, ids, page), (sighting) => sighting),
      );
      this.#ipHistories.set(name, loader);
    }
    return loader.load(customerId);
  }

  /** Remembers what came along with a customer, so that it is not loaded again. */
  remember({ customer, groups, referrer, subscriptions }: CreatedCustomer): void {
    this.groups.clear(customer.id).prime(customer.id, groups);
    this.referrer.clear(customer.id).prime(customer.id, referrer);
    this.runningSubscriptions.clear(customer.id).prime(customer.id, subscriptions);
    this.customer.clear(customer.id).prime(customer.id, customer);
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
