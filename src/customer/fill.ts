// Fills in blanks of a customer that is there, with the entry of the change log, in one statement.
import { recording } from '../change-log/record.ts';
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { customerActions } from './actions.ts';
import {
  batching,
  type Call,
  type FilledField,
  filledColumns,
  fills,
  fillsAny,
  leadsByMerge,
  lookedUp,
  seen,
  touchedColumns,
  touchedValues,
} from './create-call.ts';
import { isNoted } from './ip-history/note.ts';
import { type ProfileRow, selectProfile, WHOLE } from './profile.ts';

/** What became of a call. */
export interface FilledRow extends ProfileRow {
  position: number;
  /** Whether the address has changed often enough since the history was cut. */
  cut_due: boolean;
  filled_fields: FilledField[] | null;
}

const columns = Object.values(filledColumns);

/** SQL for the fields that a call fills, as the change log takes them. */
const filledFields = Object.entries(filledColumns)
  .map(
    ([name, column]) =>
      `case when ${fills('l', 'f', column)} then jsonb_build_array(jsonb_build_object('name', '${name}', 'after', f.${column})) else '[]' end`,
  )
  .join(' || ');

/*
 * found    the calls whose customer is there
 * locked   the customers, in order: batches of other processes that touch the same wait, and none waits in a circle
 * kept     the calls whose mailbox still leads to the customer, after that was waited for, one of each customer; the others begin anew
 * touched  the customers, with their blanks filled from the request, and where and when they were last seen. The update works on the row's latest version, as
 *          it was locked, so of two calls that fill the same blank the first wins and neither is lost
 * fill     what was filled, for the change log
 */
export const fillOrReturn: BatchStatement<Call> = {
  name: 'customer_fill_or_return',
  text: `
    with ${lookedUp}, found as (
      select f.*, (customer).id from looked_up f where (customer).id is not null
    ), locked as materialized (
      select c.id, c.canonical_email, c.version, ${columns.map((column) => `c.${column}`).join(', ')}
      from customer c
      where c.organisation_id = $1 and c.id = any(array(select id from found)) and c.deleted_at is null and c.merged_into is null
      order by c.id
      for no key update
    ), kept as materialized (
      select distinct on (f.id) f.* from found f join locked l on l.id = f.id and (l.canonical_email = f.canonical_email or ${leadsByMerge('l')})
      order by f.id, f.position
    ), touched as (
      update customer c set (${columns.join(', ')}, ${touchedColumns}, updated_at, version, change_count) = (
        select ${columns.map((column) => `coalesce(c.${column}, f.${column})`).join(', ')}, ${touchedValues},
          case when filling.any then clock_timestamp() else c.updated_at end,
          c.version + filling.any::int,
          c.change_count + filling.any::int
        from kept f
        cross join lateral (select ${fillsAny('c', 'f')} as any) filling
        where f.id = c.id
      )
      where c.organisation_id = $1 and c.id = any(array(select id from kept))
      returning c as customer
    ), fill as materialized (
      select (t.customer).cu_ref_no as reference, '${customerActions.FILLED.stored}' as action, f.actor, null as reason, f.request_id,
        (t.customer).change_count as ordinal,
        ${filledFields} as fields
      from touched t
      join locked l on l.id = (t.customer).id
      join kept f on f.id = l.id
      where ${fillsAny('l', 'f')}
    ), ${recording(`'customer'`, 'fill')}, current as (
      select f.position, f.ip, t.customer, false as new_account, true as is_touched, true as has_related_records,
        ${isNoted('(f.customer)', 'ip')} as is_noted
      from kept f
      join touched t on (t.customer).id = f.id
    ), ${seen}
    select position::int, is_noted and (customer).address_changes = 0 as cut_due,
      (
        select array(select f ->> 'name' from jsonb_array_elements(fields) f) from fill where reference = (customer).cu_ref_no
      ) as filled_fields, ${selectProfile(WHOLE)}
    from current`,
  ...batching,
};
