// The history of customers: their creation, and what was changed since, by whom and why.
import type { ChangedValue } from '../change-log/record.ts';
import { keysetPages, type Page, type PositionOf } from '../database/keyset.ts';
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import { actionNamed, type CustomerAction, customerActions } from './actions.ts';

/** A field that was changed. */
export interface FieldChange {
  /** The entry of the change log. */
  readonly entryId: number;
  /** As the API names it: `firstName`, `address.city`. */
  readonly name: string;
}

/** Something that was done with a customer. */
export interface CustomerChange {
  readonly customerId: number;
  readonly cuRefNo: string;
  /** Its place in the customer's history: 0 for the creation. */
  readonly ordinal: number;
  readonly action: CustomerAction;
  /** Null for a customer that a version created which did not note it. */
  readonly actor: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
  readonly fields: readonly FieldChange[];
}

/** What a history is sorted by. */
export const changesSort = [{ sql: 'ordinal', type: 'integer' }] as const;

/** One page of a history. */
export type ChangesPage = Page<PositionOf<typeof changesSort>>;

const CREATED = customerActions.CREATED.stored;

/*
 * Each action has its range of the index: a history of a hundred thousand changes of credit is not read through for the one ban in it. The creation is
 * read from the customer's own row.
 */
const pagesOf = keysetPages({
  name: 'customer_changes',
  sort: changesSort,
  direction: 'desc',
  parameters: 3,
  text: ({ condition, order, limit, direction }) => `
    select c.id as customer_id, c.cu_ref_no, i.id as entry_id, i.ordinal, i.action, i.actor, i.reason, i.request_id, i.created_at, i.fields
    from unnest($2::bigint[]) given (id)
    join customer c on c.organisation_id = $1 and c.id = given.id
    cross join lateral (
      select * from (
        select of_action.* from unnest($3::text[]) a (action)
        cross join lateral (
          select e.id, e.ordinal, e.action, e.actor, e.reason, e.request_id, e.created_at, e.fields
          from change_entry e
          where e.organisation_id = $1 and e.subject = 'customer' and e.reference = c.cu_ref_no and e.action = a.action
            and ordinal is not null${condition}
          order by ${order}
          limit ${limit}
        ) of_action
        union all
        select null, ordinal, '${CREATED}', c.created_by, null, c.creation_request_id, c.created_at, '{}'
        from (values (0)) creation (ordinal)
        where '${CREATED}' = any($3)${condition}
      ) either
      order by ${order}
      limit ${limit}
    ) i
    order by i.ordinal ${direction}`,
});

interface Row {
  customer_id: string;
  cu_ref_no: string;
  entry_id: string;
  ordinal: number;
  action: string;
  actor: string | null;
  reason: string | null;
  request_id: string | null;
  created_at: Date;
  fields: string[];
}

/**
 * Reads the same page of the histories of many customers, the newest change first, in one statement.
 *
 * @param ids - internal ids of customers
 * @param actions - those that are wanted; all that are known unless told
 * @returns the changes, those of one customer in order
 */
export async function listChanges(
  { database }: OperationContext,
  ids: readonly number[],
  page: ChangesPage,
  actions = Object.keys(customerActions) as CustomerAction[],
): Promise<CustomerChange[]> {
  const stored = [...new Set(actions.map((name) => customerActions[name].stored))];
  const rows = await database.run<Row>(...pagesOf(page, [database.organisationId, ids, stored]));
  return rows.map((row) => ({
    customerId: Number(row.customer_id),
    cuRefNo: row.cu_ref_no,
    ordinal: row.ordinal,
    action: actionNamed(row.action) as CustomerAction,
    actor: row.actor,
    reason: row.reason,
    requestId: row.request_id,
    createdAt: new Date(row.created_at),
    fields: row.fields.map((name) => ({ entryId: Number(row.entry_id), name })),
  }));
}

const valuesOfEntries: Statement = {
  name: 'customer_changed_values',
  text: `
    select v.entry_id, json_object_agg(v.field, json_build_object('before', v.before, 'after', v.after)) as values
    from change_value v
    where v.organisation_id = $1 and v.entry_id = any($2::bigint[])
    group by v.entry_id`,
};

/** The values of the fields that were changed, by their names; a field that is not there has none, or they were erased. */
export type ChangedValues = Readonly<Record<string, ChangedValue>>;

/** Reads the values of entries of the change log, which may be long, in the order of the ids. */
export async function listValues({ database }: OperationContext, ids: readonly number[]): Promise<ChangedValues[]> {
  const rows = await database.run<{ entry_id: string; values: ChangedValues }>(valuesOfEntries, [
    database.organisationId,
    ids,
  ]);
  const byEntry = new Map(rows.map((row) => [Number(row.entry_id), row.values]));
  return ids.map((id) => byEntry.get(id) ?? {});
}
