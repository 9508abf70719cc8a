// Browsers of other sites: who of them may call, and which of their requests may be somebody else's doing.
import { ApiError } from '../../errors/api-error.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Middleware } from '../router.ts';

const ALLOWED_HEADERS = 'Authorization, Content-Type, Idempotency-Key, X-GraphQL-Cost, X-Request-Id';
const EXPOSED_HEADERS =
  'Idempotent-Replayed, Retry-After, X-API-Key-Expires-At, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id';
/** Seconds that a browser may remember what it may send. */
const PREFLIGHT_AGE = 7_200;

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes('*') || allowed.includes(origin);
}

/**
 * The headers that let the pages of allowed origins read an answer.
 *
 * @param allowed - origins, or `*` for all
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
function corsHeaders({ headers }: HttpRequest, allowed: readonly string[]): Record<string, string> {
  if (allowed.length === 0) return {};
  const any = allowed.includes('*');
  const { origin } = headers;
  return {
    ...(!any && { Vary: 'Origin' }),
    ...(origin !== undefined &&
      isAllowed(origin, allowed) && {
        'Access-Control-Allow-Origin': any ? '*' : origin,
        'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      }),
  };
}

/** Adds to the answer to OPTIONS, which says what its path answers, what a page may send there. */
async function allowPreflight(answer: HttpResponse | Promise<HttpResponse>): Promise<HttpResponse> {
  const response = await answer;
  const { Allow: methods } = response.headers;
  if (methods === undefined) return response;
  const headers = {
    ...response.headers,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': String(PREFLIGHT_AGE),
  };
  return { ...response, headers };
}

/**
 * Refuses what a page of another site made a browser send without asking first. Only browsers say where a request comes
 * from, and they do not let pages change it; all other clients pass.
 *
 * @param allowed - origins whose pages may call, or `*` for all
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`
 * @see https://www.w3.org/TR/fetch-metadata/
 */
function assertOwnSite({ headers }: HttpRequest, allowed: readonly string[]): void {
  const site = headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  if (!foreign || isAllowed(headers.origin ?? '', allowed)) return;
  throw new ApiError('INTERNAL_REQUEST_MALFORMED', {
    message: 'A page of another site may not make a browser send this request.',
    description: 'Send it from a page of this site, of an origin that the gateway allows, or without a browser.',
  });
}

/**
 * Lets the pages of allowed origins send requests and read answers.
 *
 * @param allowed - origins, or `*` for all
 */
export function cors(allowed: readonly string[]): Middleware {
  return (next) => (request) => {
    const headers = corsHeaders(request, allowed);
    Object.assign(request.answerHeaders, headers);
    const isPreflight = request.method === 'OPTIONS' && 'Access-Control-Allow-Origin' in headers;
    return isPreflight ? allowPreflight(next(request)) : next(request);
  };
}

/**
 * Refuses what a page of another site made a browser send without asking first.
 *
 * @param allowed - origins whose pages may call, or `*` for all
 */
export function csrf(allowed: readonly string[]): Middleware {
  return (next) => (request) => {
    assertOwnSite(request, allowed);
    return next(request);
  };
}
