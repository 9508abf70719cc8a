// Customers of an organisation as files have them: all of one state of the database, read page by page.
import { columnOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { JsonObject } from '../../../json-object.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { CustomerEntity } from '../../customer.entity.ts';
import { isListed } from '../../search/columns.ts';
import type { CustomerFilter } from '../../search/filter.ts';
import { ListQuery } from '../../search/query.ts';
import { SqlValues } from '../../search/sql-values.ts';
import { type TransferColumn, transferColumns } from '../columns.ts';

/** What a file has of a customer; null for what it does not have. */
export type ExportedCustomer = Record<
  Exclude<TransferColumn, 'groups' | 'meta' | 'customFields' | 'newsletter' | 'premium' | 'ban' | 'creditBalance'>,
  string | null
> & {
  newsletter: boolean;
  premium: boolean;
  ban: boolean;
  creditBalance: number;
  /** In the order of their slugs. */
  groups: { slug: string; name: string }[];
  meta: JsonObject;
  customFields: JsonObject;
};

/** SQL for the columns that are not read from the row as they are. */
const computed: Partial<Record<TransferColumn, string>> = {
  ban: 'c.banned_at is not null',
  groups: `(
    select coalesce(json_agg(json_build_object('slug', g.slug, 'name', g.name) order by g.slug collate "C"), '[]')
    from customer_group_membership m
    join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id and g.deleted_at is null
    where m.organisation_id = $1 and m.customer_id = c.id)`,
  referral: `(
    select r.cu_ref_no from referral f
    join customer r on r.organisation_id = $1 and r.id = f.referrer_id and ${isListed('r')}
    where f.organisation_id = $1 and f.customer_id = c.id)`,
};

const selected = transferColumns
  .map((column) => `${computed[column] ?? `c.${columnOf(CustomerEntity, column as never)}`} as "${column}"`)
  .join(', ');

/** A reading of all customers that a filter leaves, the oldest first. */
export interface Exporting {
  /** How many there are. */
  readonly total: number;
  /** The next customers, at most so many; none at the end. */
  next(most: number): Promise<readonly ExportedCustomer[]>;
}

/**
 * Reads customers, all as they were at one moment.
 *
 * @param work - is given them, as long as it takes
 * @throws whatever the work throws
 */
export function exportCustomers<Result>(
  ctx: OperationContext,
  filter: CustomerFilter,
  work: (exporting: Exporting) => Promise<Result>,
): Promise<Result> {
  return ctx.database.snapshot(async (tx) => {
    const query = new ListQuery(tx, { filter }, 0);
    const values = new SqlValues(tx.organisationId);
    const { range, rest } = await query.conditions(values, 'probe');
    const where = `${range}${rest}`;
    const { total } = await tx.one<{ total: string }>(
      { name: undefined, text: `select count(*) as total from customer c where ${where}` },
      values.all,
    );
    const declare = `declare exported no scroll cursor for select c.id from customer c where ${where} order by c.id`;
    await tx.run(readToTheEnd, []);
    await tx.run({ name: undefined, text: declare }, values.all);
    return work({ total: Number(total), next: nextOf(tx) });
  });
}

/** By itself, PostgreSQL plans a cursor for the first tenth of its rows. */
const readToTheEnd: Statement = { name: undefined, text: `set local cursor_tuple_fraction = 1` };

const read: Statement = {
  name: undefined,
  text: `select ${selected} from customer c where c.organisation_id = $1 and c.id = any($2::bigint[]) order by c.id`,
};

/** Pages of one walk: whatever finds the rows that a filter leaves does so once. */
function nextOf(tx: OrganisationDatabase): Exporting['next'] {
  return async (most) => {
    const found = await tx.run<{ id: string }>(
      { name: undefined, text: `fetch ${Math.trunc(most)} from exported` },
      [],
    );
    if (found.length === 0) return [];
    return tx.run<ExportedCustomer>(read, [tx.organisationId, found.map(({ id }) => id)]);
  };
}
