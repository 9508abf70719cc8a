// Lists the groups of an organisation.
import { keysetPages, type Page, type PositionOf } from '../../database/keyset.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import type { OperationContext } from '../../operation-context.ts';
import { CustomerGroupEntity, groupColumns, type StoredGroup } from './group.entity.ts';

/** What the list is sorted by. */
export const groupsSort = [{ sql: 'slug', type: 'text' }] as const;

/** One page of groups. */
export type GroupsPage = Page<PositionOf<typeof groupsSort>>;

const pageOf = keysetPages({
  name: 'group_pages',
  sort: groupsSort,
  direction: 'asc',
  parameters: 1,
  text: ({ condition, order, limit }) => `
    select ${groupColumns} from customer_group
    where organisation_id = $1 and deleted_at is null${condition}
    order by ${order}
    limit ${limit}`,
});

/** Lists groups in the order of their slugs. */
export async function listGroups({ database }: OperationContext, page: GroupsPage): Promise<StoredGroup[]> {
  const rows = await database.run(...pageOf(page, [database.organisationId]));
  return rows.map((row) => database.map<StoredGroup>(CustomerGroupEntity, row));
}

/** Customers that were deleted are not counted: they are found nowhere. Nor are those who belonged to a group that was deleted. */
const count: Statement = {
  name: 'customer_group_counts',
  text: `
    select g.id, (
      select count(*)
      from customer_group_membership m
      join customer c on c.organisation_id = m.organisation_id and c.id = m.customer_id and c.deleted_at is null
      where m.organisation_id = $1 and m.group_id = g.id
    )::int as count
    from customer_group g where g.organisation_id = $1 and g.id = any($2::int[]) and g.deleted_at is null`,
};

/** How many customers belong to groups, in the order of the ids, in one statement. */
export async function countCustomers({ database }: OperationContext, ids: readonly number[]): Promise<number[]> {
  const rows = await database.run<{ id: number; count: number }>(count, [database.organisationId, ids]);
  const byGroup = new Map(rows.map((row) => [row.id, row.count]));
  return ids.map((id) => byGroup.get(id) ?? 0);
}

const find: Statement = {
  name: 'customer_group_find',
  text: `select ${groupColumns} from customer_group where organisation_id = $1 and id = $2`,
};

/** Finds a group by its internal id, also one that was deleted; undefined where it is gone. */
export async function findGroup({ database }: OperationContext, id: number): Promise<StoredGroup | undefined> {
  const [row] = await database.run(find, [database.organisationId, id]);
  return row && database.map<StoredGroup>(CustomerGroupEntity, row);
}

const findBySlugs: Statement = {
  name: 'customer_groups_find',
  text: `select ${groupColumns} from customer_group where organisation_id = $1 and slug = any($2::text[]) and deleted_at is null`,
};

/** Finds groups, by their slugs. */
export async function findGroups(
  database: OrganisationDatabase,
  slugs: readonly string[],
): Promise<Map<string, StoredGroup>> {
  const rows = await database.run(findBySlugs, [database.organisationId, slugs]);
  const groups = rows.map((row) => database.map<StoredGroup>(CustomerGroupEntity, row));
  return new Map(groups.map((group) => [group.slug, group]));
}
