// An Idempotency-Key is handed on to the operation, which does things once for it; here is what HTTP has to do with it.
import { rightsOf } from '../../api-key/authenticate.ts';
import type { Database } from '../../database/open.ts';
import { hasKeyForm, type KeyedRequest } from '../../idempotency/idempotency-key.ts';
import { requestDigest, storedAnswer } from '../../idempotency/version-before.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Middleware } from '../router.ts';

/** Hands on the key of a `POST`, and says in the answer when that was given before. */
export function idempotencyKey(database: Database): Middleware {
  return (next) => async (request) => {
    const keyed = await keyedRequestOf(request);
    if (!keyed) return next(request);
    request.keyed = keyed;
    const before = await answerOfVersionBefore(database, request, keyed);
    if (before) return replayed(before);
    const response = await next(request);
    return keyed.isReplayed ? replayed(response) : response;
  };
}

async function keyedRequestOf(request: HttpRequest): Promise<KeyedRequest | undefined> {
  const { caller, headers, method, path } = request;
  const key = headers['idempotency-key'];
  if (!caller || key === undefined || method !== 'POST') return undefined;
  const bytes = await request.bytes();
  return (
    bytes && { key: String(key), path, requestDigest: requestDigest(path, rightsOf(caller), bytes), isReplayed: false }
  );
}

async function answerOfVersionBefore(
  database: Database,
  { caller }: HttpRequest,
  { key, requestDigest: digest }: KeyedRequest,
): Promise<HttpResponse | undefined> {
  if (!caller || !hasKeyForm(key)) return undefined;
  const answer = await storedAnswer(database.forOrganisation(caller.organisationId), key, digest);
  return answer && { ...answer, headers: { 'Cache-Control': 'no-store' } };
}

function replayed(response: HttpResponse): HttpResponse {
  return { ...response, headers: { ...response.headers, 'Idempotent-Replayed': 'true' } };
}
