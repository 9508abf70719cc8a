// An Idempotency-Key is handed on to the operation, which does things once for it; here is what HTTP has to do with it.
import { rightsOf } from '../../api-key/authenticate.ts';
import type { Database } from '../../database/open.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { findDoneRequest } from '../../idempotency/idempotency.ts';
import { hasKeyForm, type KeyedRequest } from '../../idempotency/idempotency-key.ts';
import { requestDigest, storedAnswer } from '../../idempotency/version-before.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Middleware } from '../router.ts';

/** Hands on the key of a `POST` with what is done under it, and says in the answer when that was given before. */
export function idempotencyKey(database: Database): Middleware {
  return (next) => async (request) => {
    const { caller, headers, method, path } = request;
    const key = headers['idempotency-key'];
    const bytes = !caller || key === undefined || method !== 'POST' ? undefined : await request.bytes();
    if (!caller || !bytes) return next(request);
    const digest = requestDigest(path, rightsOf(caller), bytes);
    const done = await doneUnder(String(key), database.forOrganisation(caller.organisationId));
    const before = storedAnswer(done, digest);
    if (before) return replayed(request, { ...before, headers: { 'Cache-Control': 'no-store' } });
    const keyed: KeyedRequest = { key: String(key), path, requestDigest: digest, done, isReplayed: false };
    request.keyed = keyed;
    const response = await next(request);
    return keyed.isReplayed ? replayed(request, response) : response;
  };
}

async function doneUnder(key: string, database: OrganisationDatabase) {
  // The operation says what is wrong with a key.
  return hasKeyForm(key) ? findDoneRequest(database, key) : undefined;
}

function replayed({ record }: HttpRequest, response: HttpResponse): HttpResponse {
  record.replayed = true;
  return { ...response, headers: { ...response.headers, 'Idempotent-Replayed': 'true' } };
}
