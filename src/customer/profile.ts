// A customer as statements read it: its columns and, where they are wanted, what belongs to it, in one row.
import { columnsOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { detailNames, momentNames, objectNames } from './details.ts';
import { type CustomerGroup, groupsOfCustomer } from './group/group.entity.ts';
import { type Referrer, referrerOfCustomer } from './referral/referral.entity.ts';
import type { Relation } from './relation.ts';
import { runningSubscriptionsOfCustomer, type Subscription } from './subscription/subscription.entity.ts';

/** What belongs to a customer. */
export interface RelatedRecords {
  groups: CustomerGroup[];
  referrer: Referrer | null;
  /** The ones that run now. */
  subscriptions: Subscription[];
}

/** How each of them is read; the names are those of columns in the rows of statements. */
export const relations: { readonly [Name in keyof RelatedRecords]: Relation<RelatedRecords[Name]> } = {
  groups: groupsOfCustomer,
  referrer: referrerOfCustomer,
  subscriptions: runningSubscriptionsOfCustomer,
};

/** A customer, with what belongs to it where that was read along. */
export interface Profile {
  customer: Customer;
  relatedRecords?: RelatedRecords;
}

/** What is read of customers besides what is always read. */
export interface Reading {
  /** Groups, referrer and running subscriptions. */
  readonly related: boolean;
  /** `meta` and `customFields`. */
  readonly objects: boolean;
  /** When it was created, changed and last seen. */
  readonly moments: boolean;
}

/** All that either API shows of a customer that a call created or returned. */
export const WHOLE: Reading = { related: true, objects: true, moments: true };
/** Nothing but what is always read. */
export const BARE: Reading = { related: false, objects: false, moments: false };

/** What a statement that reads so is called besides its name. */
export const readingName = ({ related, objects, moments }: Reading) =>
  `${related ? '_related' : ''}${objects ? '_objects' : ''}${moments ? '_moments' : ''}`;

/** Every way to read, each with what is made for it. */
export function forEachReading<Made>(make: (reading: Reading) => Made): (reading: Reading) => Made {
  const either = [false, true];
  const readings = either.flatMap((related) =>
    either.flatMap((objects) => either.map((moments) => ({ related, objects, moments }))),
  );
  const made = readings.map(make);
  return ({ related, objects, moments }) => made[4 * Number(related) + 2 * Number(objects) + Number(moments)] as Made;
}

/** The lazy properties that are read along. */
const lazyNames = ({ objects, moments }: Reading) => [...(objects ? objectNames : []), ...(moments ? momentNames : [])];

const ownColumns = forEachReading((reading) => columnsOf(CustomerEntity, '(customer)', lazyNames(reading)).join(', '));

/** What a statement selects of a row that it changed, or is to change: all that callers can set, too. Read by `readProfile`. */
export const selectChangedOf = (row: string) =>
  columnsOf(CustomerEntity, row, [...detailNames, ...objectNames, ...momentNames]).join(', ');

/** The same of a statement that has a whole `customer`. */
export const selectChanged = selectChangedOf('(customer)');

/*
 * $1 is the organisation. Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on
 * tables that are new and whose size PostgreSQL does not know yet.
 */
const selectRelatedRecords = Object.entries(relations)
  .map(([name, { select }]) => `case when has_related_records then (${select('(customer).id')}) end as ${name}`)
  .join(', ');

/**
 * What a statement selects of each customer, for `readProfile`. The statement selects from rows that hold a whole `customer`
 * and, where related records are wanted, tell by `has_related_records` whether there can be any.
 */
export function selectProfile(reading: Reading): string {
  const own = ownColumns(reading);
  return reading.related ? `${own}, ${selectRelatedRecords}` : own;
}

/** The columns of rows `c` that `selectProfile` reads, for a statement that makes them or joins them as `customer`. */
export const columnsOfProfile = forEachReading((reading) =>
  columnsOf(CustomerEntity, 'c', lazyNames(reading)).join(', '),
);

/** A row of a statement that selected `selectProfile`. */
export interface ProfileRow extends Partial<{ [Name in keyof RelatedRecords]: RelatedRecords[Name] | null }> {
  id: string;
  /** Of the call that the row answers, in a statement for many. */
  position?: number;
  /** What a list is sorted by. */
  sort_values?: unknown[];
}

/** Reads a row that `selectProfile` selected. */
export function readProfile(database: OrganisationDatabase, row: ProfileRow): Profile {
  const { position: _, sort_values: __, groups, referrer, subscriptions, ...profile } = row;
  const customer = database.map<Customer>(CustomerEntity, profile);
  if (groups === undefined) return { customer };
  return {
    customer,
    relatedRecords: {
      groups: groups ?? relations.groups.none(),
      referrer: referrer ?? relations.referrer.none(),
      subscriptions: subscriptions ?? relations.subscriptions.none(),
    },
  };
}
