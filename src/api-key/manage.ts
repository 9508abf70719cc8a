// What operators do with the keys of an organisation, by command and by GraphQL. Everything goes into the audit trail.
import DataLoader from 'dataloader';
import { type AuditEntry, historiesOf, recordAudit } from '../change-log/audit.ts';
import { columnsOf } from '../database/columns.ts';
import type { OrganisationDatabase, Statement } from '../database/open.ts';
import { ApiError, invalidField, unknownCursor } from '../errors/api-error.ts';
import { type ApiKey, ApiKeyEntity, keyColumns } from './api-key.entity.ts';
import type { CreateApiKey } from './input.ts';
import { digestOf, fingerprintOf, generateKey, hasFingerprintForm, type KeyPrefix, prefixOf } from './key.ts';

/** What can be done with a key: every action that its history may tell. */
export const keyActions = ['created', 'shown', 'activated', 'deactivated', 'rotated', 'deleted'] as const;

type KeyAction = (typeof keyActions)[number];

/** An action as a statement writes it. */
const quoted = (action: KeyAction) => `'${action}'`;

const SUBJECT = 'api_key';
const shown: KeyAction = 'shown';
const UNIQUE_VIOLATION = '23505';
/** A new key whose fingerprint is taken is drawn again. */
const ATTEMPTS = 20;

/** The columns of a key, where another table has columns of the same names. */
const ofKey = columnsOf(ApiKeyEntity)
  .map((column) => `k.${column}`)
  .join(', ');

const create: Statement = {
  name: 'api_key_create',
  text: `
    with made as (
      insert into api_key (organisation_id, digest, fingerprint, name, scopes, limit_per_minute, expires_at)
      values ($1, $3, $4, $5, $6, $7, $8)
      returning ${keyColumns}
    ), audited as (
      insert into audit_entry (organisation_id, subject, reference, action, author)
      select organisation_id, '${SUBJECT}', fingerprint, ${quoted('created')}, $2 from made
    )
    select ${keyColumns} from made`,
};

/*
 * The new key takes over what the old one may do, and its end if it has one. The old one ends when the grace is over.
 * Gives the new one, then the old one.
 */
const rotate: Statement = {
  name: 'api_key_rotate',
  text: `
    with old as (
      select ${keyColumns} from api_key
      where organisation_id = $1 and fingerprint = $3 and deleted_at is null and active
        and (expires_at is null or expires_at > now())
      for update
    ), retired as (
      update api_key k set expires_at = least(coalesce(k.expires_at, 'infinity'), now() + $4::int * interval '1 second')
      from old where k.id = old.id
      returning ${ofKey}
    ), made as (
      insert into api_key (organisation_id, digest, fingerprint, name, scopes, limit_per_minute, expires_at)
      select organisation_id, $5, $6, name, scopes, limit_per_minute, expires_at from old
      returning ${keyColumns}
    ), audited as (
      insert into audit_entry (organisation_id, subject, reference, action, reason, author)
      select $1::int, '${SUBJECT}', $3, ${quoted('rotated')}, 'replaced by ' || fingerprint, $2 from made
      union all
      select $1::int, '${SUBJECT}', fingerprint, ${quoted('created')}, 'replaces ' || $3, $2 from made
    ), both_keys as (
      select ${keyColumns}, 1 as turn from made union all select ${keyColumns}, 2 from retired
    )
    select ${keyColumns} from both_keys order by turn`,
};

/**
 * A change of a key that was not deleted. A key that is as it is to be comes back as it is, and nothing is written.
 *
 * @param differs - tells of the key as `found`, hence of its newest row after a wait for its lock, whether there is something to change
 */
function changing(action: KeyAction, assignment: string, differs: string): Statement {
  return {
    name: `api_key_${action}`,
    text: `
      with found as (
        select ${keyColumns} from api_key
        where organisation_id = $1 and fingerprint = $3 and deleted_at is null
        for update
      ), changed as (
        update api_key k set ${assignment} from found where k.id = found.id and ${differs}
        returning ${ofKey}
      ), audited as (
        insert into audit_entry (organisation_id, subject, reference, action, reason, author)
        select $1::int, '${SUBJECT}', fingerprint, ${quoted(action)}, $4, $2 from changed
      )
      select ${keyColumns} from changed
      union all
      select ${keyColumns} from found where not exists (select from changed)`,
  };
}

const activate = changing('activated', 'active = true', 'not found.active');
const deactivate = changing('deactivated', 'active = false', 'found.active');
const remove = changing('deleted', 'deleted_at = now()', 'true');

/** A key that was just made: the one time that it is seen. */
export interface NewKey {
  key: string;
  apiKey: ApiKey;
}

/** A key that was just made in place of another. */
export interface RotatedKey extends NewKey {
  /** The other, with the end that it has now. */
  replacedApiKey: ApiKey;
}

/** An organisation's keys, and who acts on them: `key:ROOTabcd`, `command:alice`. */
export interface KeyManager {
  database: OrganisationDatabase;
  author: string;
}

/** Makes a key. */
export async function createApiKey(manager: KeyManager, input: CreateApiKey): Promise<NewKey> {
  const { database, author } = manager;
  const { key, apiKeys } = await insertNew(database, input.prefix, create, (digest, fingerprint) => {
    const { name, scopes, limitPerMinute, expiresAt } = input;
    return [database.organisationId, author, digest, fingerprint, name, scopes, limitPerMinute, expiresAt];
  });
  const [apiKey] = apiKeys;
  if (!apiKey) throw new Error('a key was inserted and did not come back');
  return { key, apiKey };
}

/**
 * Replaces a key by a new one that may do the same.
 *
 * @param graceSeconds - how long the old one goes on
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint`, or `INTERNAL_CONFLICT` when the key is not in use
 */
export async function rotateApiKey(
  manager: KeyManager,
  fingerprint: string,
  graceSeconds: number,
): Promise<RotatedKey> {
  const { database, author } = manager;
  if (!hasFingerprintForm(fingerprint)) throw unknownFingerprint();
  const { key, apiKeys } = await insertNew(database, prefixOf(fingerprint), rotate, (digest, newFingerprint) => [
    database.organisationId,
    author,
    fingerprint,
    graceSeconds,
    digest,
    newFingerprint,
  ]);
  const [apiKey, replacedApiKey] = apiKeys;
  if (!apiKey || !replacedApiKey)
    return refuse(database, fingerprint, 'Only a key that is active and has not expired can be rotated.');
  return { key, apiKey, replacedApiKey };
}

/**
 * Lists keys, the newest first.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `after` or `before` when it is no key of the organisation
 */
export async function listApiKeys({ database, author }: KeyManager, page: KeyPage = {}): Promise<ApiKey[]> {
  const { em, organisationId: organisation } = database;
  const positionOf = async (argument: 'after' | 'before') => {
    const fingerprint = page[argument];
    if (fingerprint === undefined) return undefined;
    const key = await lookUp(database, fingerprint);
    if (!key) throw unknownCursor(argument);
    return key.id;
  };
  const [after, before] = await Promise.all([positionOf('after'), positionOf('before')]);
  await recordAudit(database, { subject: SUBJECT, reference: '*' }, 'listed', author);
  const id = { ...(after !== undefined && { $lt: after }), ...(before !== undefined && { $gt: before }) };
  return em.find(
    ApiKeyEntity,
    { organisation, id: { $gte: 0, ...id } },
    { orderBy: { id: page.inverted ? 'asc' : 'desc' }, ...(page.limit !== undefined && { limit: page.limit }) },
  );
}

/** One page of keys: older than `after`, newer than `before`, by fingerprint. */
export interface KeyPage {
  after?: string | undefined;
  before?: string | undefined;
  /** How many at most; all unless told. */
  limit?: number;
  /** False for newest first, true for oldest first. */
  inverted?: boolean;
}

/**
 * Shows a key.
 *
 * @returns null when the organisation has no key of this fingerprint
 */
export async function showApiKey({ database, author }: KeyManager, fingerprint: string): Promise<ApiKey | null> {
  const apiKey = await lookUp(database, fingerprint);
  if (apiKey) await recordAudit(database, { subject: SUBJECT, reference: fingerprint }, shown, author);
  return apiKey;
}

/** Loads what was done with keys lately, by fingerprint, oldest first; all that are asked for together in one statement. */
export function keyHistories(database: OrganisationDatabase): DataLoader<string, AuditEntry[]> {
  return new DataLoader((fingerprints) => historiesOf(database, SUBJECT, fingerprints));
}

/**
 * Switches a key off, until it is switched on again. For one that is off already nothing is written.
 *
 * @param reason - why, for the audit trail
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint`, or `INTERNAL_CONFLICT` when it was deleted; so do the next two
 */
export function deactivateApiKey(manager: KeyManager, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(manager, deactivate, fingerprint, reason);
}

/** Switches a key on again. For one that is on already nothing is written. */
export function activateApiKey(manager: KeyManager, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(manager, activate, fingerprint, reason);
}

/** Deletes a key for good; its row stays, so that whoever still uses it is told. */
export function deleteApiKey(manager: KeyManager, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(manager, remove, fingerprint, reason);
}

async function change(
  { database, author }: KeyManager,
  statement: Statement,
  fingerprint: string,
  reason: string | undefined,
): Promise<ApiKey> {
  if (!hasFingerprintForm(fingerprint)) throw unknownFingerprint();
  const [row] = await database.run(statement, [database.organisationId, author, fingerprint, reason]);
  return row ? database.map<ApiKey>(ApiKeyEntity, row) : refuse(database, fingerprint, 'The key was deleted.');
}

/**
 * Draws a key and inserts it; draws again when its fingerprint is taken.
 *
 * @returns the key, and the rows that the statement gives: none when it inserted nothing
 */
async function insertNew(
  database: OrganisationDatabase,
  prefix: KeyPrefix,
  statement: Statement,
  valuesFor: (digest: string, fingerprint: string) => unknown[],
): Promise<{ key: string; apiKeys: ApiKey[] }> {
  for (let attempt = 1; ; attempt++) {
    const key = generateKey(prefix);
    try {
      const rows = await database.run(statement, valuesFor(digestOf(key), fingerprintOf(key)));
      return { key, apiKeys: rows.map((row) => database.map<ApiKey>(ApiKeyEntity, row)) };
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
      if (!taken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function lookUp(
  { em, organisationId: organisation }: OrganisationDatabase,
  fingerprint: string,
): Promise<ApiKey | null> {
  return hasFingerprintForm(fingerprint) ? em.findOne(ApiKeyEntity, { organisation, fingerprint }) : null;
}

function unknownFingerprint(): ApiError {
  return invalidField('fingerprint', 'must be the fingerprint of an API key of this organisation');
}

/** Says why nothing was changed: there is no such key, or it is in no state for it. */
async function refuse(database: OrganisationDatabase, fingerprint: string, message: string): Promise<never> {
  if (!(await lookUp(database, fingerprint))) throw unknownFingerprint();
  throw new ApiError('INTERNAL_CONFLICT', { message });
}
