// The headers of answers in the OpenAPI document, and which of them an answer of each status may have.
import { catalogue } from '../../errors/api-error.ts';
import type { Endpoint } from '../endpoint.ts';

/** Every header of an answer. */
export const headers = {
  'X-Request-Id': { description: 'Id of the request: the one sent, or a new one.', schema: { type: 'string' } },
  'X-RateLimit-Limit': {
    description: 'Requests per minute that the key may make. A `ROOT` key has no limit, hence none of these headers.',
    schema: { type: 'integer' },
  },
  'X-RateLimit-Remaining': {
    description: 'Requests that it may still make in the current window.',
    schema: { type: 'integer' },
  },
  'X-RateLimit-Reset': {
    description: 'When the oldest counted requests leave the window, in Unix seconds.',
    schema: { type: 'integer' },
  },
  'X-API-Key-Expires-At': {
    description: 'When the key expires, in its last 14 days.',
    schema: { type: 'string', format: 'date-time' },
  },
  'Idempotent-Replayed': {
    description:
      '`true` on the answer to a repeated `Idempotency-Key`: it is that of the first request, which alone did something.',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds to wait before the next attempt.', schema: { type: 'integer' } },
};

type HeaderName = keyof typeof headers;

/** What tells a caller of its key. */
const keyHeaders: readonly HeaderName[] = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-API-Key-Expires-At',
];
/** Where a request is refused for its key, before anything is counted for one. */
const keyFailure = catalogue.PUBLIC_API_KEY_DOES_NOT_EXIST.status;
/** Statuses of what may be sent again; a conflict, for as long as the first request with the same `Idempotency-Key` runs. */
const retried: readonly number[] = [
  catalogue.INTERNAL_CONFLICT.status,
  catalogue.INTERNAL_TOO_MANY_REQUESTS.status,
  catalogue.INTERNAL_SERVICE_UNAVAILABLE.status,
];

/** The headers that an endpoint's answers of a status may have, by name, as references to `headers`. */
export function headersOf(status: number, { method, errors = [] }: Endpoint) {
  const isCounted = status !== keyFailure || errors.some((code) => catalogue[code].status === keyFailure);
  const names: HeaderName[] = [
    'X-Request-Id',
    ...(isCounted ? keyHeaders : []),
    ...(status === 200 && method === 'POST' ? (['Idempotent-Replayed'] as const) : []),
    ...(retried.includes(status) ? (['Retry-After'] as const) : []),
  ];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
