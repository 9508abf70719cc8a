// An Idempotency-Key is handed on to the operation, which does things once for it; here is what HTTP has to do with it.
import { rightsOf } from '../../api-key/authenticate.ts';
import { stillRunning } from '../../idempotency/idempotency.ts';
import { type KeyedRequest, loggedKey } from '../../idempotency/idempotency-key.ts';
import { requestDigest, type StoredAnswer } from '../../idempotency/version-before.ts';
import { type HttpRequest, type HttpResponse, JSON_TYPE } from '../request.ts';
import type { Middleware } from '../router.ts';
import type { WriteError } from './error-response.ts';

/**
 * Hands on the key of a `POST`, and says in the answer when it is that of an earlier request.
 *
 * @param write - the envelope of its API
 */
export function idempotencyKey(write: WriteError): Middleware {
  return (next) => async (request) => {
    const keyed = await keyedRequestOf(request, write);
    if (!keyed) return next(request);
    request.keyed = keyed;
    request.record.idempotencyKey = loggedKey(keyed.key);
    try {
      const response = await next(request);
      return keyed.isReplayed ? replayed(request, ofVersionBefore(keyed) ?? response) : response;
    } catch (error) {
      const before = ofVersionBefore(keyed);
      if (!before) throw error;
      return replayed(request, before);
    }
  };
}

async function keyedRequestOf(request: HttpRequest, write: WriteError): Promise<KeyedRequest | undefined> {
  const { caller, headers, method, path } = request;
  const key = headers['idempotency-key'];
  const bytes = !caller || key === undefined || method !== 'POST' ? undefined : await request.bytes();
  if (!caller || !bytes) return undefined;
  const { status, contentType = JSON_TYPE, body } = write(request, stillRunning());
  const answer: StoredAnswer = { status, contentType, body: Buffer.from(body) };
  const digest = requestDigest(path, rightsOf(caller), bytes);
  const versionBefore = { requestDigest: digest, answer, storedAnswer: undefined };
  return { key: String(key), path, versionBefore, isReplayed: false };
}

/** What the version before has answered, which is given in the place of what the operation says. */
function ofVersionBefore({ versionBefore: { storedAnswer } }: KeyedRequest): HttpResponse | undefined {
  return storedAnswer && { ...storedAnswer, headers: { 'Cache-Control': 'no-store' } };
}

function replayed({ record }: HttpRequest, response: HttpResponse): HttpResponse {
  record.replayed = true;
  // Where the version before has answered, the operation has failed in its place.
  delete record.code;
  delete record.reason;
  return { ...response, headers: { ...response.headers, 'Idempotent-Replayed': 'true' } };
}
