// Groups that are named by their slugs, locked for as long as a transaction takes.
import { recording } from '../../change-log/record.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import type { Actor } from '../../operation-context.ts';
import { CustomerGroupEntity, GROUP, groupColumns, type StoredGroup } from './group.entity.ts';

const UNKNOWN = 'must be the slug of a group of this organisation';
/** A group that others made, and deleted before it could be kept, is made anew. */
const ATTEMPTS = 10;

const lock: Statement = {
  name: 'customer_group_lock',
  text: `
    select ${groupColumns} from customer_group
    where organisation_id = $1 and slug = $2 and deleted_at is null
    for update`,
};

/*
 * In the order of ids, as they are locked everywhere. Who joins a group keeps it from being deleted, and waits for nobody else who joins.
 */
const keep: Statement = {
  name: 'customer_group_keep',
  text: `
    select ${groupColumns} from customer_group
    where organisation_id = $1 and slug = any($2::text[]) and deleted_at is null
    order by id
    for key share`,
};

/** Those that are made by others at the same moment are waited for, and left to them. */
const make: Statement = {
  name: 'customer_group_make',
  text: `
    with made as (
      insert into customer_group (organisation_id, name, slug)
      select $1, name, slug from unnest($2::text[], $5::text[]) given (slug, name) order by slug
      on conflict (organisation_id, slug) where deleted_at is null do nothing
      returning slug
    ), change as (
      select slug as reference, 'created' as action, $3::text as actor, null as reason, $4::text as request_id, null::int as ordinal,
        '[]'::jsonb as fields
      from made
    ), ${recording(`'${GROUP}'`, 'change')}
    select`,
};

/** Locks a group to change it. @throws ApiError `INTERNAL_VALIDATION_FAILED` at `slug` when the organisation has none */
export async function lockGroup(tx: OrganisationDatabase, slug: string): Promise<StoredGroup> {
  const [row] = await tx.run(lock, [tx.organisationId, slug]);
  if (!row) throw invalidField('slug', UNKNOWN);
  return tx.map<StoredGroup>(CustomerGroupEntity, row);
}

/** What work that changes a group takes turns by. Who joins one is no such work: many may do so at once. */
export const turnsOfGroups = (...slugs: (string | null | undefined)[]) =>
  slugs.flatMap((slug) => (slug == null ? [] : [`group/${slug}`]));

/**
 * Keeps groups from being deleted until the transaction ends.
 *
 * @param slugs - as the input lists them under `groups`
 * @returns each group once
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at each slug that is no group's
 */
export async function keepGroups(tx: OrganisationDatabase, slugs: readonly string[]): Promise<StoredGroup[]> {
  const groups = await keepKnownGroups(tx, slugs);
  const missing = new Set(missingOf(slugs, groups));
  const fields = slugs.flatMap((slug, i) => (missing.has(slug) ? [{ path: `groups.${i}`, message: UNKNOWN }] : []));
  if (fields.length > 0) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
  return groups;
}

/**
 * Keeps groups from being deleted until the transaction ends, and makes those that the organisation does not have.
 *
 * Those that are there are kept first: who has made a group waits for nobody who changes one of the others.
 *
 * @param names - what those that are made are called, by slug; by their slug unless told
 * @returns each group once
 */
export async function keepOrMakeGroups(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  slugs: readonly string[],
  names: ReadonlyMap<string, string> = new Map(),
): Promise<StoredGroup[]> {
  const groups = await keepKnownGroups(tx, slugs);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const missing = missingOf(slugs, groups);
    if (missing.length === 0) return groups;
    const called = missing.map((slug) => names.get(slug) ?? slug);
    await tx.run(make, [tx.organisationId, missing, actor, requestId, called]);
    groups.push(...(await keepKnownGroups(tx, missing)));
  }
  throw new Error('groups were deleted at every attempt to join them');
}

async function keepKnownGroups(tx: OrganisationDatabase, slugs: readonly string[]): Promise<StoredGroup[]> {
  const rows = await tx.run(keep, [tx.organisationId, slugs]);
  return rows.map((row) => tx.map<StoredGroup>(CustomerGroupEntity, row));
}

function missingOf(slugs: readonly string[], groups: readonly StoredGroup[]): string[] {
  const known = new Set(groups.map(({ slug }) => slug));
  return [...new Set(slugs)].filter((slug) => !known.has(slug));
}
