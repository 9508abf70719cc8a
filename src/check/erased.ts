// What is promised of customers that were erased: nothing of what was told of them before is kept.
import { customerActions } from '../customer/actions.ts';
import { entriesOf } from './change-log.ts';
import type { RowInvariant } from './invariant.ts';

export const erasedRows: RowInvariant[] = [
  {
    name: 'erased_answer',
    promise: 'nothing is kept of an answer that told of a customer who was erased',
    table: 'idempotency_key',
    broken: `b.erased_at is not null and (b.answer is not null or b.outcome <> '{}')`,
    detail: `'told of a customer who was erased, and is still there'`,
  },
  {
    name: 'erased_values',
    promise: 'the entries about a customer from before it was erased have no values',
    table: 'customer',
    broken: `b.erased_at is not null and exists (
      select from change_entry e
      where ${entriesOf('b')} and e.ordinal < (
        select max(e.ordinal) from change_entry e where ${entriesOf('b')} and e.action = '${customerActions.ERASED.stored}'
      )
        and exists (select from change_value v where v.organisation_id = e.organisation_id and v.entry_id = e.id)
    )`,
    detail: `'was erased, and values of changes from before that are still there'`,
  },
];
