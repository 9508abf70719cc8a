// Organisations: made and listed by operators, as the owner of the tables.
import { z } from 'zod';
import { ApiKeyEntity } from '../api-key/api-key.entity.ts';
import { hasFingerprintForm, hasKeyForm } from '../api-key/key.ts';
import { changedFields, recordChange } from '../change-log/record.ts';
import { columnsOf } from '../database/columns.ts';
import type { Database } from '../database/open.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Actor } from '../operation-context.ts';
import { requiredText } from '../text.ts';
import { type Organisation, OrganisationEntity } from './organisation.entity.ts';

const SUBJECT = 'organisation';

/** What is said about a new organisation. */
export const createOrganisationInput = z.object({
  slug: z
    .string('is required')
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters and digits, with single hyphens between them')
    .max(63, 'must be at most 63 characters long'),
  name: requiredText(255),
});

const organisationColumns = columnsOf(OrganisationEntity).join(', ');

const insert: Statement = {
  name: 'organisation_insert',
  text: `
    insert into organisation (slug, name) values ($1, $2) on conflict (slug) do nothing
    returning ${organisationColumns}`,
};

/**
 * Makes an organisation.
 *
 * @param owner - the database as the owner of its tables
 * @param actor - who does it
 * @throws ApiError `INTERNAL_CONFLICT` when the slug is taken
 */
export async function createOrganisation(
  owner: Database,
  { slug, name }: z.output<typeof createOrganisationInput>,
  actor: Actor,
): Promise<Organisation> {
  return owner.transaction(async (tx) => {
    const [row] = await tx.run(insert, [slug, name]);
    if (!row) throw new ApiError('INTERNAL_CONFLICT', { message: `An organisation "${slug}" already exists.` });
    const organisation = tx.map<Organisation>(OrganisationEntity, row);
    const change = { subject: SUBJECT, reference: slug, action: 'created' };
    await recordChange(tx, { ...actor, organisationId: organisation.id }, change);
    return organisation;
  });
}

/** The new name of an organisation. */
export const renameOrganisationInput = createOrganisationInput.pick({ name: true });

const setName: Statement = {
  name: 'organisation_set_name',
  text: `update organisation set name = $2 where id = $1 returning ${organisationColumns}`,
};

/** Renames an organisation; its slug, by which programs name it, stays. To have the name already is no change. */
export async function renameOrganisation(
  owner: Database,
  organisation: Organisation,
  name: string,
  actor: Actor,
): Promise<Organisation> {
  if (organisation.name === name) return organisation;
  const { id: organisationId, slug } = organisation;
  return owner.forOrganisation(organisationId).transaction(async (tx) => {
    const after = tx.map<Organisation>(OrganisationEntity, await tx.one(setName, [organisationId, name]));
    const change = {
      subject: SUBJECT,
      reference: slug,
      action: 'renamed',
      fields: changedFields(organisation, after, ['name']),
    };
    await recordChange(tx, { ...actor, organisationId }, change);
    return after;
  });
}

/** Lists the organisations, the oldest first. */
export async function listOrganisations(owner: Database, actor: Actor): Promise<Organisation[]> {
  const organisations = await owner.orm.em.fork().find(OrganisationEntity, {}, { orderBy: { id: 'asc' } });
  for (const { id, slug } of organisations) {
    await recordChange(
      owner.forOrganisation(id),
      { ...actor, organisationId: id },
      { subject: SUBJECT, reference: slug, action: 'listed' },
    );
  }
  return organisations;
}

const presence: Statement = {
  name: 'organisation_presence',
  text: `
    select
      row_security_active('organisation') or row_security_active('api_key') as bound,
      exists (select from organisation) as organisation,
      exists (
        select from api_key
        where active and deleted_at is null and (expires_at is null or expires_at > now())
      ) as key`,
};

/**
 * Tells what there is for a first call: an organisation, and a key that is good now.
 *
 * @returns undefined for an account that sees one organisation at a time and so cannot tell
 */
export async function firstCallNeeds(owner: Database): Promise<{ organisation: boolean; key: boolean } | undefined> {
  const [row] = await owner.run<{ bound: boolean; organisation: boolean; key: boolean }>(presence, []);
  return row && !row.bound ? { organisation: row.organisation, key: row.key } : undefined;
}

/**
 * Finds an organisation by its slug, or by the fingerprint of one of its keys.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` with a message that says what there is not, for operators
 */
export async function findOrganisation(
  owner: Database,
  by: { slug: string } | { fingerprint: string },
): Promise<Organisation> {
  const em = owner.orm.em.fork();
  if ('slug' in by) {
    const organisation = await em.findOne(OrganisationEntity, by);
    if (organisation) return organisation;
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { message: `There is no organisation "${by.slug}".` });
  }
  const apiKey = hasFingerprintForm(by.fingerprint) && (await em.findOne(ApiKeyEntity, by));
  if (apiKey) return em.findOneOrFail(OrganisationEntity, { id: apiKey.organisation });
  throw unknownApiKey(by.fingerprint);
}

/** Tells an operator that no organisation has a key of this fingerprint. */
export function unknownApiKey(fingerprint: string): ApiError {
  // Whoever says the whole key does not see it again.
  const message = hasKeyForm(fingerprint)
    ? 'Name the key by its fingerprint, which is its first eight characters.'
    : `There is no API key "${fingerprint}".`;
  return new ApiError('INTERNAL_VALIDATION_FAILED', { message });
}
