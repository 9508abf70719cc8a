// The history of customers: their creation, and what was changed since, by whom and why.
import { keysetPages, type Page, type PositionOf } from '../database/keyset.ts';
import type { OperationContext } from '../operation-context.ts';
import { actionNamed, type CustomerAction, customerActions } from './actions.ts';

/** A field that was changed. */
export interface FieldChange {
  /** As the API names it: `firstName`, `address.city`. */
  readonly name: string;
  /** Null where it had no value. */
  readonly before: unknown;
  readonly after: unknown;
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
const fieldsOfEntry = `
    select coalesce(json_agg(json_build_object('name', f.name, 'before', v.before, 'after', v.after) order by f.place), '[]')
    from unnest(i.fields) with ordinality f (name, place)
    left join change_value v on v.organisation_id = $1 and v.entry_id = i.id and v.field = f.name`;

const namesOfEntry = `
    select coalesce(json_agg(json_build_object('name', f.name) order by f.place), '[]')
    from unnest(i.fields) with ordinality f (name, place)`;

const pagesOf = (withValues: boolean) =>
  keysetPages({
    name: `customer_changes${withValues ? '_with_values' : ''}`,
    sort: changesSort,
    direction: 'desc',
    parameters: 3,
    text: ({ condition, order, limit, direction }) => `
    select c.id as customer_id, c.cu_ref_no, i.ordinal, i.action, i.actor, i.reason, i.request_id, i.created_at, (${withValues ? fieldsOfEntry : namesOfEntry}) as fields
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

/** Values may be long: they are read where they are asked for. */
const pages = { withValues: pagesOf(true), without: pagesOf(false) };

interface Row {
  customer_id: string;
  cu_ref_no: string;
  ordinal: number;
  action: string;
  actor: string | null;
  reason: string | null;
  request_id: string | null;
  created_at: Date;
  fields: FieldChange[];
}

/**
 * Reads the same page of the histories of many customers, the newest change first, in one statement.
 *
 * @param ids - internal ids of customers
 * @param withValues - whether the values of fields are read along; else there are none
 * @param actions - those that are wanted; all that are known unless told
 * @returns the changes, those of one customer in order
 */
export async function listChanges(
  { database }: OperationContext,
  ids: readonly number[],
  page: ChangesPage,
  withValues: boolean,
  actions = Object.keys(customerActions) as CustomerAction[],
): Promise<CustomerChange[]> {
  const stored = [...new Set(actions.map((name) => customerActions[name].stored))];
  const pageOf = withValues ? pages.withValues : pages.without;
  const rows = await database.run<Row>(...pageOf(page, [database.organisationId, ids, stored]));
  return rows.map((row) => ({
    customerId: Number(row.customer_id),
    cuRefNo: row.cu_ref_no,
    ordinal: row.ordinal,
    action: actionNamed(row.action) as CustomerAction,
    actor: row.actor,
    reason: row.reason,
    requestId: row.request_id,
    createdAt: new Date(row.created_at),
    fields: row.fields,
  }));
}
