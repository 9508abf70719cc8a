// A request that carries an Idempotency-Key is answered once, whichever API it came to.
import { rightsOf } from '../../api-key/authenticate.ts';
import type { Database } from '../../database/open.ts';
import { withIdempotencyKey } from '../../idempotency/idempotency.ts';
import type { HttpResponse } from '../request.ts';
import type { Middleware } from '../router.ts';

/**
 * Replays the kept answer of a `POST` that comes again under its key.
 *
 * @throws ApiError what `withIdempotencyKey` throws
 */
export function idempotencyKey(database: Database): Middleware {
  return (next) => async (request) => {
    const { caller, headers } = request;
    const key = headers['idempotency-key'];
    const bytes = !caller || key === undefined || request.method !== 'POST' ? undefined : await request.bytes();
    if (!caller || !bytes) return next(request);
    let fresh: HttpResponse | undefined;
    const claim = { rights: rightsOf(caller), key: String(key), path: request.path, bytes };
    const kept = await withIdempotencyKey(database.forOrganisation(caller.organisationId), claim, async () => {
      fresh = await next(request);
      // A failure inside a GraphQL operation is answered with 200; the record knows.
      if (fresh.status !== 200 || request.record.code) return undefined;
      return { status: 200, contentType: fresh.contentType ?? '', body: Buffer.from(fresh.body) };
    });
    if (!kept) return fresh as HttpResponse;
    return { ...kept, headers: { 'Cache-Control': 'no-store', 'Idempotent-Replayed': 'true' } };
  };
}
