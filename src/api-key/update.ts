// Changes what a key is called, what it may do, and for how long.
import { changedFields } from '../change-log/record.ts';
import { ApiError } from '../errors/api-error.ts';
import type { OperationContext } from '../operation-context.ts';
import { type ApiKey, ApiKeyEntity } from './api-key.entity.ts';
import { rootProblems, type UpdateApiKey } from './input.ts';
import { prefixOf } from './key.ts';
import { assertUndeleted, record, setting, shownFields, withLockedKey } from './lock.ts';

const setTraits = setting(
  'set_traits',
  'name = $2, limit_per_minute = $3, scopes = $4, expires_at = $5, expires_by_default = $6',
);

const traits = ['name', 'limitPerMinute', 'scopes', 'expiresAt'] as const satisfies (keyof ApiKey)[];

/**
 * Changes the name of a key, its limit, what it is restricted to, or when it expires. What differs in nothing is no change.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `fingerprint`, or at what a `ROOT` key does not have; `INTERNAL_CONFLICT` when it was deleted
 */
export function updateApiKey(
  ctx: OperationContext,
  fingerprint: string,
  { reason, ...given }: UpdateApiKey,
): Promise<ApiKey> {
  return withLockedKey(ctx, fingerprint, async (tx, before) => {
    assertUndeleted(before);
    const problems = rootProblems(prefixOf(fingerprint), given);
    if (problems.length > 0) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: problems });
    const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const wanted: ApiKey = { ...before, ...told };
    if (Object.keys(changedFields(before, wanted, traits)).length === 0) return before;
    const { name, limitPerMinute, scopes, expiresAt } = wanted;
    const expiresByDefault = given.expiresAt === undefined ? before.expiresByDefault : false;
    const row = await tx.one(setTraits, [before.id, name, limitPerMinute, scopes, expiresAt, expiresByDefault]);
    const after = tx.map<ApiKey>(ApiKeyEntity, row);
    await record(tx, ctx, after, { action: 'updated', reason, fields: changedFields(before, after, shownFields) });
    return after;
  });
}
