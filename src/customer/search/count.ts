// How many customers a list has.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { RecurringStatements } from '../../database/recurring-statements.ts';
import type { ListLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { type CustomerQuery, conditionColumns, type ListQuery } from './query.ts';
import { SqlValues } from './sql-values.ts';

const statements = new RecurringStatements('customers_counted');

/** Counts a list; null for more than are counted. */
export async function countList(
  database: OrganisationDatabase,
  query: ListQuery,
  { counted }: Pick<ListLimits, 'counted'>,
): Promise<number | null> {
  const ids = await query.foundIds();
  if (query.isSearch && !ids && !query.isFiltered) return null;
  const values = new SqlValues(database.organisationId);
  const { range, rest } = await query.conditions(values, 'join', ids);
  const text = `select count(*)::int as count from (select from customer c where ${range}${rest} limit ${counted + 1}) c`;
  const { count } = await database.one<{ count: number }>(statements.statement(text, true), values.all);
  return count > counted ? null : count;
}

/** How many customers PostgreSQL expects for a part of a query that says nothing of words. */
export async function plannedRows(
  database: OrganisationDatabase,
  query: ListQuery,
  asked: Pick<CustomerQuery, 'filter'>,
): Promise<number> {
  const { groups, ...others } = asked.filter ?? {};
  if (!groups?.anyOf) return plannedRowsOf(database, query, asked);
  // Who belongs to a group, and is what the filter says besides: joined, PostgreSQL takes few of the members for customers of the organisation.
  const members = await planOf(
    database,
    'select from customer_group_membership where organisation_id = $1 and group_id = any($2::bigint[])',
    [database.organisationId, await query.groupIds()],
  );
  const listed = await plannedRowsOf(database, query, { filter: others });
  return (members.rows * listed) / (await plannedRowsOf(database, query, {}));
}

async function plannedRowsOf(
  database: OrganisationDatabase,
  query: ListQuery,
  { filter }: Pick<CustomerQuery, 'filter'>,
): Promise<number> {
  const values = new SqlValues(database.organisationId);
  const { range, rest } = await query.conditions(values, 'join', null, { filter });
  const { rows } = await planOf(database, `select c.id from customer c where ${range}${rest}`, values.all);
  return rows;
}

/** Estimates how many customers a list has: PostgreSQL knows how common properties are, but nothing of parts of text; of those, a sample tells. */
export async function estimateList(
  database: OrganisationDatabase,
  query: ListQuery,
  limits: Pick<ListLimits, 'sample'>,
): Promise<number> {
  if (!query.isSearch) return plannedRows(database, query, query.asked);
  return (await plannedRows(database, query, {})) * (await shareOfSample(database, query, limits));
}

/** Which share of the newest customers are those of the list. */
async function shareOfSample(
  database: OrganisationDatabase,
  query: ListQuery,
  { sample }: Pick<ListLimits, 'sample'>,
): Promise<number> {
  const values = new SqlValues(database.organisationId);
  const { range, rest } = await query.conditions(values, 'probe', null, { ...query.asked, order: undefined });
  const text = `
    select coalesce(avg(case when true${rest} then 1 else 0 end), 0)::float8 as share
    from (select ${conditionColumns} from customer c where ${range} order by c.id desc limit ${sample}) c`;
  const { share } = await database.one<{ share: number }>(statements.statement(text), values.all);
  return share;
}
