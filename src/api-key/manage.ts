// What operators do with the keys of an organisation, by command and by GraphQL. Everything goes into the change log.
import DataLoader from 'dataloader';
import type { ChangeEntry } from '../change-log/change-log.entity.ts';
import { historiesOf } from '../change-log/history.ts';
import { changedFields, recordChange } from '../change-log/record.ts';
import { keysetPages, type Page } from '../database/keyset.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { unknownCursor } from '../errors/api-error.ts';
import { DAY } from '../moment.ts';
import type { OperationContext } from '../operation-context.ts';
import { type ApiKey, ApiKeyEntity, keyColumns } from './api-key.entity.ts';
import type { CreateApiKey } from './input.ts';
import { digestOf, fingerprintOf, generateKey, hasFingerprintForm, type KeyPrefix, prefixOf } from './key.ts';
import {
  assertUndeleted,
  conflict,
  type KeyAction,
  record,
  SUBJECT,
  setting,
  shownFields,
  withLockedKey,
} from './lock.ts';

/** A new key whose fingerprint is taken is drawn again. */
const ATTEMPTS = 20;

const insert: Statement = {
  name: 'api_key_insert',
  text: `
    insert into api_key (organisation_id, digest, fingerprint, name, scopes, limit_per_minute, expires_at, expires_by_default)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing
    returning ${keyColumns}`,
};

/** By the clock of now: the transaction may have waited for the lock, and `now()` is when it began. */
const retire = setting(
  'retire',
  `expires_at = least(coalesce(expires_at, 'infinity'), date_trunc('milliseconds', clock_timestamp()) + $2::int * interval '1 second')`,
  'active and deleted_at is null and (expires_at is null or expires_at > clock_timestamp())',
);
const switchOn = setting('switch_on', 'active = true');
const switchOff = setting('switch_off', 'active = false');
const remove = setting('remove', 'deleted_at = now()');

/** What a new key takes over from an input, or from the key that it replaces. */
type KeyTraits = Pick<ApiKey, 'name' | 'scopes' | 'limitPerMinute' | 'expiresAt' | 'expiresByDefault'>;

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

/**
 * Makes a key.
 *
 * @param input - its traits; `expiresAt` is null for a key that never expires, and undefined for the default
 * @param lifetimeDays - how long a key is valid by default; undefined for ever
 */
export async function createApiKey(
  ctx: OperationContext,
  input: Omit<CreateApiKey, 'expiresAt'> & { expiresAt?: Date | null | undefined },
  lifetimeDays: number | undefined,
): Promise<NewKey> {
  return ctx.database.transaction(async (tx) => {
    const made = await insertNew(tx, input.prefix, { ...input, ...endOf(input.expiresAt, lifetimeDays) });
    await record(tx, ctx, made.apiKey, { action: 'created' });
    return made;
  });
}

/**
 * Replaces a key by a new one, which takes over what the old one may do, and its end unless that is the default, which begins anew where there is one.
 *
 * @param graceSeconds - how long the old one goes on
 * @param lifetimeDays - how long a key is valid by default; undefined for ever
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint`, or `INTERNAL_CONFLICT` when the key is not in use
 */
export async function rotateApiKey(
  ctx: OperationContext,
  fingerprint: string,
  { graceSeconds, lifetimeDays }: { graceSeconds: number; lifetimeDays: number | undefined },
): Promise<RotatedKey> {
  return withLockedKey(ctx, fingerprint, async (tx, old) => {
    const [row] = await tx.run(retire, [old.id, graceSeconds]);
    if (!row) throw conflict('Only a key that is active and has not expired can be rotated.');
    const replacedApiKey = tx.map<ApiKey>(ApiKeyEntity, row);
    const isDefault = old.expiresByDefault ?? !old.expiresAt;
    // Where nobody set a lifetime, a key that had one does not become one for ever.
    const end = isDefault && (lifetimeDays !== undefined || !old.expiresAt) ? endOf(undefined, lifetimeDays) : {};
    const made = await insertNew(tx, prefixOf(fingerprint), { ...old, ...end });
    const { fingerprint: newFingerprint } = made.apiKey;
    await record(tx, ctx, old, {
      action: 'rotated',
      reason: `replaced by ${newFingerprint}`,
      fields: changedFields(old, replacedApiKey, shownFields),
    });
    await record(tx, ctx, made.apiKey, { action: 'created', reason: `replaces ${fingerprint}` });
    return { ...made, replacedApiKey };
  });
}

/**
 * Lists keys, the newest first.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `after` or `before` when it is no key of the organisation
 */
export async function listApiKeys(ctx: OperationContext, page: KeyPage = {}): Promise<ApiKey[]> {
  const { database } = ctx;
  const positionOf = async (argument: 'after' | 'before') => {
    const fingerprint = page[argument];
    if (fingerprint === undefined) return undefined;
    const key = await lookUp(database, fingerprint);
    if (!key) throw unknownCursor(argument);
    return [key.id] as const;
  };
  const [after, before] = await Promise.all([positionOf('after'), positionOf('before')]);
  await recordChange(database, ctx, { subject: SUBJECT, reference: '*', action: 'listed' });
  const rows = await database.run(...pageOf({ ...page, after, before }, [database.organisationId]));
  return rows.map((row) => database.map<ApiKey>(ApiKeyEntity, row));
}

/** One page of keys; the places are fingerprints. */
export type KeyPage = Page<string>;

const pageOf = keysetPages({
  name: 'api_key_pages',
  sort: [{ sql: 'id', type: 'integer' }],
  direction: 'desc',
  parameters: 1,
  text: ({ condition, order, limit }) =>
    `select ${keyColumns} from api_key where organisation_id = $1${condition} order by ${order} limit ${limit}`,
});

/** Finds a key; null when the organisation has none of this fingerprint. */
export function findApiKey({ database }: OperationContext, fingerprint: string): Promise<ApiKey | null> {
  return lookUp(database, fingerprint);
}

/**
 * Shows a key, and notes in the change log who looked at it.
 *
 * @returns null when the organisation has no key of this fingerprint
 */
export async function showApiKey(ctx: OperationContext, fingerprint: string): Promise<ApiKey | null> {
  const apiKey = await lookUp(ctx.database, fingerprint);
  if (apiKey) await record(ctx.database, ctx, apiKey, { action: 'shown' });
  return apiKey;
}

/** Loads what was done with keys lately, by fingerprint, oldest first; all that are asked for together in one statement. */
export function keyHistories(ctx: OperationContext): DataLoader<string, ChangeEntry[]> {
  return new DataLoader((fingerprints) => historiesOf(ctx, SUBJECT, fingerprints));
}

/**
 * Switches a key off, until it is switched on again. For one that is off already nothing is written.
 *
 * @param reason - why, for the change log
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint`, or `INTERNAL_CONFLICT` when it was deleted; so do the next two
 */
export function deactivateApiKey(ctx: OperationContext, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(ctx, fingerprint, {
    action: 'deactivated',
    reason,
    statement: switchOff,
    isDone: ({ active }) => !active,
  });
}

/** Switches a key on again. For one that is on already nothing is written. */
export function activateApiKey(ctx: OperationContext, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(ctx, fingerprint, { action: 'activated', reason, statement: switchOn, isDone: ({ active }) => active });
}

/** Deletes a key for good; its row stays, so that whoever still uses it is told. */
export function deleteApiKey(ctx: OperationContext, fingerprint: string, reason?: string): Promise<ApiKey> {
  return change(ctx, fingerprint, { action: 'deleted', reason, statement: remove, isDone: () => false });
}

/** A change of one key. */
interface KeyChange {
  action: KeyAction;
  reason: string | undefined;
  /** Makes the change. */
  statement: Statement;
  /** Whether a key is already as the change would make it. */
  isDone(apiKey: ApiKey): boolean;
}

function change(
  ctx: OperationContext,
  fingerprint: string,
  { action, reason, statement, isDone }: KeyChange,
): Promise<ApiKey> {
  return withLockedKey(ctx, fingerprint, async (tx, before) => {
    assertUndeleted(before);
    if (isDone(before)) return before;
    const after = tx.map<ApiKey>(ApiKeyEntity, await tx.one(statement, [before.id]));
    await record(tx, ctx, after, { action, reason, fields: changedFields(before, after, shownFields) });
    return after;
  });
}

/** When a key ends: as somebody said, or after the lifetime that keys have by default. */
function endOf(
  given: Date | null | undefined,
  lifetimeDays: number | undefined,
): Pick<ApiKey, 'expiresAt' | 'expiresByDefault'> {
  if (given !== undefined) return { expiresAt: given, expiresByDefault: false };
  return {
    expiresAt: lifetimeDays === undefined ? null : new Date(Date.now() + lifetimeDays * DAY),
    expiresByDefault: true,
  };
}

/**
 * Draws a key and inserts it; draws again when its fingerprint is taken.
 *
 * @param traits - its name, and what it may do
 */
async function insertNew(tx: OrganisationDatabase, prefix: KeyPrefix, traits: KeyTraits): Promise<NewKey> {
  const { name, scopes, limitPerMinute, expiresAt, expiresByDefault } = traits;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const key = generateKey(prefix);
    const names = [tx.organisationId, digestOf(key), fingerprintOf(key)];
    const [row] = await tx.run(insert, [...names, name, scopes, limitPerMinute, expiresAt, expiresByDefault]);
    if (row) return { key, apiKey: tx.map<ApiKey>(ApiKeyEntity, row) };
  }
  throw new Error('the fingerprint of every key that was drawn is taken');
}

async function lookUp(
  { em, organisationId: organisation }: OrganisationDatabase,
  fingerprint: string,
): Promise<ApiKey | null> {
  return hasFingerprintForm(fingerprint) ? em.findOne(ApiKeyEntity, { organisation, fingerprint }) : null;
}
