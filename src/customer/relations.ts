// What belongs to customers, loaded for many of them at once.
import DataLoader from 'dataloader';
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import type { CustomerAction } from './actions.ts';
import { type ChangedValues, type ChangesPage, type CustomerChange, listChanges, listValues } from './changes.ts';
import type { CreditEntry } from './credit/credit.entity.ts';
import { type CreditEntryPage, listCreditEntries } from './credit/entries.ts';
import type { Customer } from './customer.entity.ts';
import {
  type CustomerDetails,
  type CustomerMoments,
  type CustomerObjects,
  detailsOfCustomer,
  momentsOfCustomer,
  objectsOfCustomer,
  readMoments,
} from './details.ts';
import { findCustomersById } from './find.ts';
import { countCustomers } from './group/list.ts';
import { type IpHistoryPage, type IpSighting, listIpHistories } from './ip-history/ip-history.ts';
import { listMerged } from './merge/merged.ts';
import { type Profile, type RelatedRecords, relations } from './profile.ts';
import type { Relation } from './relation.ts';
import {
  otherSubscriptionsOfCustomer,
  type Subscription,
  subscriptionsOfCustomer,
} from './subscription/subscription.entity.ts';

/** Loads what belongs to customers, or to entries of the change log, by their internal ids and in that order, in one statement. */
type Load<Value> = (ctx: OperationContext, ids: readonly number[]) => Promise<Value[]>;

/** Reads the same page of something for many customers; those of one customer in order. */
type ListPages<Item, Place> = (ctx: OperationContext, ids: readonly number[], page: Place) => Promise<Item[]>;

/** Loads a relation as it is read along with a customer. */
function loading<Value>(
  name: keyof RelatedRecords | 'details' | 'objects' | 'moments' | 'all_subscriptions' | 'other_subscriptions',
  { select, none }: Relation<Value>,
): Load<Value> {
  const statement: Statement = {
    name: `customer_${name}`,
    text: `select given.id, (${select('given.id')}) as value from unnest($2::bigint[]) as given (id)`,
  };
  return async ({ database }, ids) => {
    const rows = await database.run<{ id: string; value: Value | null }>(statement, [database.organisationId, ids]);
    const byCustomer = new Map(rows.map(({ id, value }) => [Number(id), value]));
    return ids.map((id) => byCustomer.get(id) ?? none());
  };
}

/** What is there at once where it was read along, and loaded where it was not. */
type Related<Name extends keyof RelatedRecords> = RelatedRecords[Name] | Promise<RelatedRecords[Name]>;

const loadDetails = loading('details', detailsOfCustomer);
const loadObjects = loading('objects', objectsOfCustomer);
const loadMoments = loading('moments', momentsOfCustomer);
const loadGroups = loading('groups', relations.groups);
const loadReferrer = loading('referrer', relations.referrer);
const loadSubscriptions = loading('subscriptions', relations.subscriptions);
const loadOtherSubscriptions = loading('other_subscriptions', otherSubscriptionsOfCustomer);
const loadAllSubscriptions = loading('all_subscriptions', subscriptionsOfCustomer);

/**
 * What belongs to customers, by internal id, within one organisation and for one request: whatever is asked for in the
 * same moment is sent in one statement, and what was read along with a customer is there at once.
 */
export class CustomerRelations {
  readonly #ctx: OperationContext;
  readonly #known = new Map<number, Profile>();
  /** References of the customers whose own data was asked for. */
  readonly told = new Set<string>();
  readonly #loaders = new Map<unknown, DataLoader<number, unknown>>();

  constructor(ctx: OperationContext) {
    this.#ctx = ctx;
  }

  /** Remembers a customer and what was read along with it, so that it is not loaded again. */
  remember(profile: Profile): Customer {
    this.#known.set(profile.customer.id, profile);
    return this.#tell(profile.customer);
  }

  /** Remembers a customer that was just changed: what was loaded before may be so no longer. */
  renew(profile: Profile): Customer {
    this.forget();
    return this.remember(profile);
  }

  /** Forgets what was loaded, since it may be so no longer. */
  forget(): void {
    this.#loaders.clear();
  }

  /** What is seldom asked for of a customer; null for one that is gone. */
  details(customerId: number): Promise<CustomerDetails | null> {
    return this.#load(loadDetails, customerId);
  }

  /** What callers store with a customer; null for one that is gone. */
  objects(customerId: number): Promise<CustomerObjects | null> {
    return this.#load(loadObjects, customerId);
  }

  /** When a customer was created, changed and last seen; null for one that is gone. */
  async moments(customerId: number): Promise<CustomerMoments | null> {
    const written = await this.#load(loadMoments, customerId);
    return written && readMoments(written);
  }

  groups(customerId: number): Related<'groups'> {
    return this.#relatedRecordsOf(customerId)?.groups ?? this.#load(loadGroups, customerId);
  }

  referrer(customerId: number): Related<'referrer'> {
    const relatedRecords = this.#relatedRecordsOf(customerId);
    if (relatedRecords) return this.#tell(relatedRecords.referrer);
    return this.#load(loadReferrer, customerId).then((referrer) => this.#tell(referrer));
  }

  runningSubscriptions(customerId: number): Related<'subscriptions'> {
    return this.#relatedRecordsOf(customerId)?.subscriptions ?? this.#load(loadSubscriptions, customerId);
  }

  /** @param running - whether those are wanted that run, or those that do not; undefined for all */
  subscriptions(customerId: number, running: boolean | undefined): Subscription[] | Promise<Subscription[]> {
    if (running) return this.runningSubscriptions(customerId);
    return this.#load(running === undefined ? loadAllSubscriptions : loadOtherSubscriptions, customerId);
  }

  customer(customerId: number): Customer | Promise<Customer | null> {
    const known = this.#known.get(customerId)?.customer;
    return known ?? this.#load(findCustomersById, customerId).then((customer) => this.#tell(customer));
  }

  /** The addresses that a customer came from; the same page of many customers is read by one statement, and so are those of the next two. */
  ipHistory(customerId: number, page: IpHistoryPage): Promise<IpSighting[]> {
    return this.#loadPage(listIpHistories, customerId, page);
  }

  /** The entries of a customer's credit ledger. */
  creditEntries(customerId: number, page: CreditEntryPage): Promise<CreditEntry[]> {
    return this.#loadPage(listCreditEntries, customerId, page);
  }

  /** How many customers belong to a group. */
  customerCount(groupId: number): Promise<number> {
    return this.#load(countCustomers, groupId);
  }

  /** The customers that were merged into one. */
  async mergedCustomers(customerId: number): Promise<Customer[]> {
    const merged = await this.#load(listMerged, customerId);
    return merged.map((customer) => this.#tell(customer));
  }

  /** What was done with a customer. */
  changes(customerId: number, page: ChangesPage, actions: CustomerAction[] | undefined): Promise<CustomerChange[]> {
    const list: ListPages<CustomerChange, ChangesPage> = (ctx, ids) => listChanges(ctx, ids, page, actions);
    return this.#loadPage(list, customerId, page, JSON.stringify(['changes', page, actions]));
  }

  /** The values of an entry of the change log. */
  changedValues(entryId: number): Promise<ChangedValues> {
    return this.#load(listValues, entryId);
  }

  #tell<Told extends { readonly cuRefNo: string } | null>(customer: Told): Told {
    if (customer) this.told.add(customer.cuRefNo);
    return customer;
  }

  #relatedRecordsOf(customerId: number): RelatedRecords | undefined {
    return this.#known.get(customerId)?.relatedRecords;
  }

  /** @param name - what is loaded, where `list` itself and the page do not tell */
  #loadPage<Item extends { readonly customerId: number }, Place>(
    list: ListPages<Item, Place>,
    customerId: number,
    page: Place,
    name = list.name + JSON.stringify(page),
  ): Promise<Item[]> {
    const load: Load<Item[]> = async (ctx, ids) => {
      const byCustomer = Map.groupBy(await list(ctx, ids, page), (item) => item.customerId);
      return ids.map((id) => byCustomer.get(id) ?? []);
    };
    return this.#load(load, customerId, name);
  }

  /** @param name - what is loaded, where `load` itself does not tell */
  #load<Value>(load: Load<Value>, id: number, name: unknown = load): Promise<Value> {
    let loader = this.#loaders.get(name) as DataLoader<number, Value> | undefined;
    if (!loader) {
      loader = new DataLoader((ids) => load(this.#ctx, ids));
      this.#loaders.set(name, loader);
    }
    return loader.load(id);
  }
}
