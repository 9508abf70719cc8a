// Requests that come again under the same Idempotency-Key: done once, answered alike, never mixed up.
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError, idempotencyConflicts } from '../errors/api-error.ts';
import { referencesIn } from './erase.ts';
import type { DoneRequest, KeyedRequest, Outcome } from './idempotency-key.ts';
import type { StoredColumns } from './version-before.ts';

/** How often a key is claimed anew when another process took and left it meanwhile. */
const ATTEMPTS = 10;
/** Characters of an answer that are kept. A longer one is rendered anew each time. */
const LONGEST_ANSWER = 64 * 1024;

/** What is kept under a key. */
export interface Kept {
  readonly outcome: Outcome;
  /** The operation's `data` as JSON; null while it has to be rendered. */
  readonly answer: string | null;
}

const findDone: Statement = {
  name: 'idempotency_key_done',
  text: `
    select request_digest as "requestDigest", meaning_digest as "meaningDigest", outcome, answer, erased_at is not null as "isErased",
      status, content_type as "contentType", body
    from idempotency_key
    where organisation_id = $1 and key = $2 and created_at >= now() - interval '1 day' and (outcome is not null or status is not null)`,
};

/** Finds the request that is done under a key; undefined where there is none yet. */
export async function findDoneRequest(
  database: OrganisationDatabase,
  key: string,
): Promise<(DoneRequest & StoredColumns) | undefined> {
  const [row] = await database.run<DoneRequest & StoredColumns>(findDone, [database.organisationId, key]);
  return row;
}

/**
 * What a replay is answered from.
 *
 * @param digest - of what the request means that came again
 * @returns undefined when the first one is not done
 * @throws ApiError `INTERNAL_CONFLICT` when it is another request
 */
export function keptOf(done: DoneRequest, { versionBefore }: KeyedRequest, digest: string): Kept | undefined {
  const { requestDigest, meaningDigest, isErased } = done;
  const isSame = meaningDigest === null ? requestDigest === versionBefore.requestDigest : meaningDigest === digest;
  if (!isSame) throw new ApiError('INTERNAL_CONFLICT', idempotencyConflicts.otherRequest);
  if (isErased) throw new ApiError('INTERNAL_CONFLICT', idempotencyConflicts.erased);
  const { outcome, answer } = done;
  return outcome ? { outcome, answer } : undefined;
}

/*
 * Whoever has the lock has the key until the transaction ends; nobody waits for it. A key is free when it is new or a day old, or when a process of the
 * version before that ran its request went away a minute ago or more.
 */
const claim: Statement = {
  name: 'idempotency_key_claim_with_outcome',
  text: `
    with turn as materialized (
      select pg_try_advisory_xact_lock(hashtextextended($2, $1)) as mine
    ), claimed as (
      insert into idempotency_key as k (organisation_id, key, request_digest, meaning_digest)
      select $1, $2, $3, $4 from turn where mine
      on conflict (organisation_id, key) do update
        set request_digest = excluded.request_digest, meaning_digest = excluded.meaning_digest, created_at = now(),
          status = null, content_type = null, body = null, outcome = null, answer = null, customers = null, erased_at = null
        where k.created_at < now() - interval '1 day'
          or (k.status is null and k.outcome is null and k.created_at < now() - interval '1 minute')
      returning k.key
    )
    select turn.mine, claimed.key is not null as claimed, k.request_digest as "requestDigest", k.meaning_digest as "meaningDigest",
      k.outcome, k.answer, k.erased_at is not null as "isErased"
    from turn
    left join claimed on true
    left join idempotency_key k on claimed.key is null and k.organisation_id = $1 and k.key = $2
      and k.created_at >= now() - interval '1 day'`,
};

interface Claim extends Omit<DoneRequest, 'requestDigest'> {
  mine: boolean;
  claimed: boolean;
  /** Null where there is no row, or one that this statement cannot see yet. */
  requestDigest: string | null;
}

/**
 * Claims a key for a request until the transaction ends.
 *
 * @param digest - of what the request means
 * @returns what is kept under the key; undefined when this request is the one to do it
 * @throws ApiError `INTERNAL_CONFLICT` when the key came with another request, or its request is still running
 */
export async function claimKey(
  tx: OrganisationDatabase,
  keyed: KeyedRequest,
  digest: string,
): Promise<Kept | undefined> {
  const { key } = keyed;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await tx.one<Claim>(claim, [tx.organisationId, key, keyed.versionBefore.requestDigest, digest]);
    if (found.claimed) return undefined;
    const { requestDigest } = found;
    if (requestDigest === null) {
      if (!found.mine) throw stillRunning();
      // It was committed after this statement began to look: the next one sees it.
      continue;
    }
    const kept = keptOf({ ...found, requestDigest }, keyed, digest);
    if (!kept) throw stillRunning();
    return kept;
  }
  throw new Error('the key was taken and left by others at every attempt');
}

/** The failure of a request whose key another one has that is still running. */
export function stillRunning(): ApiError {
  return new ApiError('INTERNAL_CONFLICT', idempotencyConflicts.stillRunning);
}

const keepOutcomeOf: Statement = {
  name: 'idempotency_key_keep_outcome',
  text: `
    update idempotency_key set outcome = $3, customers = $7::text[], status = $4, content_type = $5, body = $6
    where organisation_id = $1 and key = $2`,
};

/** Keeps what a request did, in the transaction in which it did it. */
export async function keepOutcome(
  tx: OrganisationDatabase,
  { key, versionBefore }: KeyedRequest,
  outcome: Outcome,
): Promise<void> {
  const { status, contentType, body } = versionBefore.answer;
  await tx.run(keepOutcomeOf, [
    tx.organisationId,
    key,
    JSON.stringify(outcome),
    status,
    contentType,
    body,
    referencesIn(outcome),
  ]);
}

const keepAnswerOf: Statement = {
  name: 'idempotency_key_keep_answer',
  text: `
    with told as materialized (
      select c.erased_at from customer c where c.organisation_id = $1 and c.cu_ref_no = any($5::text[]) order by c.id for key share
    )
    update idempotency_key k set
      answer = coalesce(k.answer, $4),
      customers = case when $5 = '{}' or k.customers @> $5 then k.customers else k.customers || $5 end
    where k.organisation_id = $1 and k.key = $2 and k.meaning_digest = $3 and k.outcome is not null and k.erased_at is null
      and not exists (select from told where told.erased_at > k.created_at - interval '1 minute')
    returning k.answer`,
};

/**
 * Keeps the answer to a request, unless another process has rendered it meanwhile, or it may tell of customers what was erased: whoever erases them
 * waits until it is kept, and what was read while they were being erased, which takes less than a minute, is not kept.
 *
 * @param answer - the operation's `data` as JSON
 * @param customers - references of those whom it tells of
 * @returns the answer that all are given
 */
export async function keepAnswer(
  database: OrganisationDatabase,
  key: string,
  digest: string,
  answer: string,
  customers: readonly string[],
): Promise<string> {
  if (answer.length > LONGEST_ANSWER) return answer;
  const [row] = await database.run<{ answer: string }>(keepAnswerOf, [
    database.organisationId,
    key,
    digest,
    answer,
    customers,
  ]);
  return row?.answer ?? answer;
}
