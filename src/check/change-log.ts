// What the change log promises: every change of a customer is in it, in order, and its latest values are those of the customer.
import type { BatchInvariant, RowInvariant } from './invariant.ts';
import { hasRow } from './look-up.ts';
import { nameOfCustomer } from './subjects.ts';

/** An entry about a customer; `*` stands for all of an organisation. */
const isAboutCustomer = `b.subject = 'customer' and b.reference <> '*'`;

/** SQL for which entries `e` are about the customer of a row. */
export const entriesOf = (row: string) =>
  `e.organisation_id = ${row}.organisation_id and e.subject = 'customer' and e.reference = ${row}.cu_ref_no`;

/** How the entries about a customer are numbered. */
const numbering = `
  (select row(count(*), count(distinct e.ordinal), min(e.ordinal), max(e.ordinal)) from change_entry e
   where ${entriesOf('b')} and e.ordinal is not null)`;

const numbered = `
  (select format('has %s changes, the log %s entries with %s different ordinals from %s to %s', b.change_count, count(*),
     count(distinct e.ordinal), coalesce(min(e.ordinal)::text, 'none'), coalesce(max(e.ordinal)::text, 'none'))
   from change_entry e where ${entriesOf('b')} and e.ordinal is not null)`;

/** The value of a field in an entry `e`, looked up by the whole key. */
const loggedValue = (field: string) => `
  select entry_id, before, after from change_value c
  where c.organisation_id = e.organisation_id and c.entry_id = e.id and c.field = '${field}' offset 0`;

/** What the latest entry that names a field says that it became; erasing may have taken that away, then there is no row. */
const latestOf = (field: string, what: (after: string) => string) => `
  (select case when v.entry_id is not null then ${what('v.after')} end
   from change_entry e
   left join lateral (${loggedValue(field)}) v on true
   where ${entriesOf('b')} and '${field}' = any (e.fields)
   order by e.ordinal desc nulls last, e.id desc limit 1)`;

/** SQL that shows a logged value if it is one of a kind that says nothing about a person. */
const shown = (value: string) =>
  `case when jsonb_typeof(${value}) in ('number', 'boolean') then ${value}::text else 'something else' end`;

/** Whether any entry names a field. */
const isNamed = (field: string) =>
  `exists (select from change_entry e where ${entriesOf('b')} and '${field}' = any (e.fields))`;

/**
 * @param state - SQL for what the field is now, as the log would tell it
 * @param initial - SQL for what it is from the beginning: where nothing was logged, of a customer whose creation was noted, it is still that
 * @param bound - SQL for which customers: one that was merged is deleted with its survivor, in whose log that stands
 */
const latestInvariant = (field: string, state: string, initial: string, bound = 'true'): RowInvariant => ({
  name: `latest_${field}`,
  promise: `${field} of a customer is what the latest entry about it says`,
  table: 'customer',
  broken: `${bound} and case when ${isNamed(field)} then ${latestOf(field, (after) => `${after} is distinct from to_jsonb(${state})`)}
    else b.created_by is not null and ${state} is distinct from ${initial} end`,
  detail: `format('${field} is %s, the latest change says %s', ${state}::text, coalesce(${latestOf(field, shown)}, 'nothing'))`,
});

export const changeLogRows: RowInvariant[] = [
  {
    name: 'change_ordinals',
    promise: 'the entries about a customer are numbered from 1 to its count of changes, without gap or double',
    table: 'customer',
    broken: `${numbering} is distinct from
      row(b.change_count::bigint, b.change_count::bigint, case when b.change_count > 0 then 1 end, nullif(b.change_count, 0))`,
    detail: numbered,
  },
  latestInvariant('creditBalance', 'b.credit_balance', '0'),
  latestInvariant('ban', '(b.banned_at is not null)', 'false'),
  latestInvariant('deleted', '(b.deleted_at is not null)', 'false', 'b.merged_into is null'),
  {
    name: 'change_without_ordinal',
    promise: 'every entry about a customer is numbered',
    table: 'change_entry',
    broken: `${isAboutCustomer} and b.ordinal is null`,
    detail: `'is about a customer and has no ordinal'`,
  },
  {
    name: 'change_of_nobody',
    promise: 'every entry about a customer is about one of its organisation',
    table: 'change_entry',
    broken: `${isAboutCustomer} and not ${hasRow('customer', ['organisation_id', 'cu_ref_no'], ['b.organisation_id', 'b.reference'])}`,
    detail: `'is about a customer that does not exist in the organisation'`,
  },
  {
    name: 'change_values',
    promise: 'the values of an entry are those of all its fields, or none (they were erased)',
    table: 'change_entry',
    broken: `(
      select count(*) > 0 and (count(*) <> cardinality(b.fields) or not bool_and(v.field = any (b.fields)))
      from change_value v where v.organisation_id = b.organisation_id and v.entry_id = b.id)`,
    detail: `(
      select format('has %s fields, and %s values of which %s are of no field', cardinality(b.fields), count(*),
        count(*) filter (where v.field <> all (b.fields)))
      from change_value v where v.organisation_id = b.organisation_id and v.entry_id = b.id)`,
  },
];

export const changeLogBatches: BatchInvariant[] = [
  {
    name: 'credit_chain',
    promise: 'the credit balance before a change is the one after the change before',
    table: 'customer',
    found: `
      select b.organisation_id, ${nameOfCustomer('b')} as subject,
        format('creditBalance was %s before the change with the ordinal %s, and %s after the one before it',
          ${shown('c.before')}, c.ordinal, ${shown('c.previous')}) as detail
      from batch b
      cross join lateral (
        select e.ordinal, v.entry_id, v.before, lag(v.entry_id) over w as previous_entry, lag(v.after) over w as previous
        from change_entry e
        left join lateral (${loggedValue('creditBalance')}) v on true
        where ${entriesOf('b')} and 'creditBalance' = any (e.fields)
        window w as (order by e.ordinal, e.id)
      ) c
      where c.entry_id is not null and c.previous_entry is not null and c.before is distinct from c.previous`,
  },
];
