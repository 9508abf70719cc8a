// Requests that a caller sends again under the same Idempotency-Key: answered once, replayed, never mixed up.
import { createHash } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/postgresql';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { ApiError, idempotencyConflicts } from '../errors/api-error.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';

/** Printable ASCII, as a header can carry it. */
const keyForm = /^[\x21-\x7e]{1,255}$/;
const ATTEMPTS = 10;

export const IdempotencyKeyEntity = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'key'],
  indexes: [{ name: 'idempotency_key_by_age', properties: ['organisationId', 'createdAt'] }],
  properties: {
    ...ownedByOrganisation,
    key: p.string().length(255).primary(),
    /** SHA-256 of the request's path, its caller's rights and its body, in hexadecimal. */
    requestDigest: p.string().length(64),
    /** HTTP status of the answer; null while there is none. */
    status: p.smallint().nullable(),
    contentType: p.string().length(255).nullable(),
    body: p.blob().nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});

/** An answer that can be replayed. */
export interface StoredAnswer {
  status: number;
  contentType: string;
  body: Buffer;
}

/** A request that came with an Idempotency-Key. */
export interface KeyedRequest {
  /** The header, as it came. */
  key: string;
  path: string;
  bytes: Buffer;
  /** What the caller may do, as `rightsOf` tells: an answer is replayed only to a caller who may do the same. */
  rights: readonly string[];
}

/*
 * A key is free when it is new or a day old, or when the process that ran its request went away a minute ago or more.
 * Keys that are too old to matter go on the way.
 */
const claim: Statement = {
  name: 'idempotency_key_claim',
  text: `
    with expired as (
      delete from idempotency_key where organisation_id = $1 and key <> $2 and created_at < now() - interval '1 day'
    ), claimed as (
      insert into idempotency_key as k (organisation_id, key, request_digest) values ($1, $2, $3)
      on conflict (organisation_id, key) do update
        set request_digest = excluded.request_digest, created_at = now(), status = null, content_type = null, body = null
        where k.created_at < now() - interval '1 day' or (k.status is null and k.created_at < now() - interval '1 minute')
      returning key
    )
    select true as claimed, null as "requestDigest", null::smallint as status, null as "contentType", null::bytea as body
    from claimed
    union all
    select false, request_digest, status, content_type, body from idempotency_key
    where organisation_id = $1 and key = $2 and not exists (select from claimed)`,
};

const keep: Statement = {
  name: 'idempotency_key_keep',
  text: 'update idempotency_key set status = $3, content_type = $4, body = $5 where organisation_id = $1 and key = $2',
};

const release: Statement = {
  name: 'idempotency_key_release',
  // Whether an answer was kept is not always known when keeping it failed.
  text: 'delete from idempotency_key where organisation_id = $1 and key = $2 and status is null',
};

interface Claim {
  claimed: boolean;
  requestDigest: string;
  status: number | null;
  contentType: string;
  body: Buffer;
}

/**
 * Runs a request, unless one with the same key has been answered: then replays that answer. Answers are kept for a
 * day. A request that failed, or whose answer could not be kept, may be sent again at once under the same key.
 *
 * @param run - runs the request; gives its answer, or undefined when it failed
 * @returns what is to be replayed, or undefined when the request ran now
 * @throws ApiError `INTERNAL_CONFLICT` when the key came with another request, or its request still runs;
 *   `INTERNAL_VALIDATION_FAILED` when the key has no usable form
 */
export async function withIdempotencyKey(
  database: OrganisationDatabase,
  request: KeyedRequest,
  run: () => Promise<StoredAnswer | undefined>,
): Promise<StoredAnswer | undefined> {
  const { organisationId } = database;
  const { key } = request;
  if (!keyForm.test(key)) {
    const fields = [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }];
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
  }
  const earlier = await claimKey(database, request);
  if (earlier) return earlier;
  let kept = false;
  try {
    const answer = await run();
    if (answer) {
      await database.run(keep, [organisationId, key, answer.status, answer.contentType, answer.body]);
      kept = true;
    }
  } finally {
    if (!kept) await database.run(release, [organisationId, key]).catch(() => {});
  }
  return undefined;
}

/** Claims the key for this request; gives the answer that is kept under it, if there is one. */
async function claimKey(
  database: OrganisationDatabase,
  { key, path, rights, bytes }: KeyedRequest,
): Promise<StoredAnswer | undefined> {
  const digest = createHash('sha256')
    .update(JSON.stringify([path, rights]))
    .update(bytes)
    .digest('hex');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [found] = await database.run<Claim>(claim, [database.organisationId, key, digest]);
    // Another request took the key after this statement began to look: the next look finds it.
    if (!found) continue;
    if (found.claimed) return undefined;
    if (found.requestDigest !== digest) {
      throw new ApiError('INTERNAL_CONFLICT', idempotencyConflicts.otherRequest);
    }
    if (found.status === null) throw new ApiError('INTERNAL_CONFLICT', idempotencyConflicts.stillRunning);
    return { status: found.status, contentType: found.contentType, body: found.body };
  }
  throw new Error('the key was taken and released by others at every attempt');
}
