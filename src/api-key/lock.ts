// A key that is locked while it is changed, and what is noted of each change.
import { type Change, recordChange } from '../change-log/record.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import type { OperationContext } from '../operation-context.ts';
import { type ApiKey, ApiKeyEntity, keyColumns } from './api-key.entity.ts';
import { hasFingerprintForm } from './key.ts';

/** What can be done with a key: every action that its history may tell. */
export const keyActions = ['created', 'shown', 'updated', 'activated', 'deactivated', 'rotated', 'deleted'] as const;

/** Something that is done with a key. */
export type KeyAction = (typeof keyActions)[number];

/** What the change log calls keys. */
export const SUBJECT = 'api_key';

/** What a change of a key may change, and the change log shows. */
export const shownFields = ['name', 'limitPerMinute', 'scopes', 'active', 'expiresAt', 'deletedAt'] as const;

const lock: Statement = {
  name: 'api_key_lock',
  text: `select ${keyColumns} from api_key where organisation_id = $1 and fingerprint = $2 for no key update`,
};

/**
 * A change of a key that is locked.
 *
 * @param condition - what else must hold of it, or no row comes back
 */
export function setting(name: string, assignment: string, condition = 'true'): Statement {
  return {
    name: `api_key_${name}`,
    text: `update api_key set ${assignment} where id = $1 and ${condition} returning ${keyColumns}`,
  };
}

/**
 * Does some work in a transaction in which a key is locked.
 *
 * @param work - gets the key as it is now
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint` when the organisation has no such key
 */
export async function withLockedKey<Result>(
  { database }: OperationContext,
  fingerprint: string,
  work: (tx: OrganisationDatabase, apiKey: ApiKey) => Promise<Result>,
): Promise<Result> {
  if (!hasFingerprintForm(fingerprint)) throw unknownFingerprint();
  return database.transaction(async (tx) => {
    const [row] = await tx.run(lock, [tx.organisationId, fingerprint]);
    if (!row) throw unknownFingerprint();
    return work(tx, tx.map<ApiKey>(ApiKeyEntity, row));
  });
}

/** @throws ApiError `INTERNAL_CONFLICT` for a key that was deleted */
export function assertUndeleted({ deletedAt }: ApiKey): void {
  if (deletedAt) throw conflict('The key was deleted.');
}

/** Notes what was done with a key. */
export async function record(
  tx: OrganisationDatabase,
  ctx: OperationContext,
  { fingerprint: reference }: ApiKey,
  entry: { action: KeyAction } & Pick<Change, 'reason' | 'fields'>,
): Promise<void> {
  await recordChange(tx, ctx, { subject: SUBJECT, reference, ...entry });
}

function unknownFingerprint(): ApiError {
  return invalidField('fingerprint', 'must be the fingerprint of an API key of this organisation');
}

/** The failure of a change that does not fit the key. */
export function conflict(message: string): ApiError {
  return new ApiError('INTERNAL_CONFLICT', { message });
}
