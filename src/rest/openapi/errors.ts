// The errors in the OpenAPI document: their body, and how each of them is answered.
import { z } from 'zod';
import {
  ApiError,
  type ApiErrorDetails,
  bruteForceRefused,
  catalogue,
  type ErrorCode,
  errorCodes,
  type FailedRequest,
  idempotencyConflicts,
  publicError,
} from '../../errors/api-error.ts';
import type { Endpoint } from '../endpoint.ts';
import { headersOf } from './headers.ts';

const EXAMPLE_REQUEST: FailedRequest = {
  requestId: '6f1c1c4e-8a1b-4a58-9a53-2f8f5b0c7a11',
  publicUrl: undefined,
};

/** Errors of a path, a method or an operation, which not every endpoint has. */
export const errorsOfPlaces: readonly ErrorCode[] = [
  'INTERNAL_RESOURCE_NOT_FOUND',
  'INTERNAL_METHOD_NOT_ALLOWED',
  'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
];

/** Errors that endpoints answer requests of their own method with, whatever they do. */
const commonErrors: readonly ErrorCode[] = errorCodes
  .filter((code) => !errorsOfPlaces.includes(code))
  .toSorted((a, b) => catalogue[a].status - catalogue[b].status);

/** Those of them that come of a body. */
const errorsOfBodies: readonly ErrorCode[] = ['INTERNAL_PAYLOAD_TOO_LARGE', 'INTERNAL_UNSUPPORTED_MEDIA_TYPE'];

/** Every code that an endpoint can answer with. */
function codesOf({ method, body, example, errors = [] }: Endpoint): ErrorCode[] {
  const common = commonErrors.filter((code) => {
    if (errorsOfBodies.includes(code)) return body !== undefined;
    // Only a POST is kept under its `Idempotency-Key`.
    if (code === 'INTERNAL_CONFLICT') return method === 'POST';
    return code !== 'INTERNAL_VALIDATION_FAILED' || example.problem !== undefined;
  });
  return [...new Set([...common, ...errors])];
}

/** What the document calls the body of an error at an endpoint: one with errors of its own has a body of its own, so that it changes no other. */
function errorBodyName({ errors = [], responseName }: Endpoint): string {
  return errors.length > 0 ? `${responseName}Error` : 'ErrorBody';
}

/** The bodies of answers to requests that failed, by their names. */
export function errorBodies(endpoints: readonly Endpoint[]) {
  const named = Map.groupBy(endpoints, errorBodyName);
  return [...named].map(([name, rows]) => [name, errorBody(new Set(rows.flatMap(codesOf)))] as const);
}

function errorBody(codes: ReadonlySet<ErrorCode>) {
  return z
    .object({
      error: z.object({
        // Open: a client must expect a code that it does not know.
        code: z.union([z.enum([...codes]), z.string()]).meta({
          description: 'What went wrong, for programs. More codes may be added; the status tells their kind.',
        }),
        message: z.string().meta({ description: 'What went wrong, for people.' }),
        description: z.string().meta({ description: 'What to do about it.' }),
        fields: z
          .array(
            z.object({
              path: z.string().meta({
                description: 'Member of the request, such as `email` or `apiKey`; or the header `Idempotency-Key`.',
              }),
              message: z.string().meta({ description: 'Which rule it breaks.' }),
            }),
          )
          .optional()
          .meta({ description: 'Every part of the request that breaks a rule.' }),
        retry_after: z.int().optional().meta({ description: 'Seconds to wait before the next attempt.' }),
        requestId: z.string().meta({ description: 'Id of the request, to quote in questions about it.' }),
        docUrl: z.string().meta({
          description: 'Page that explains the code: a path of this gateway, or a whole URL where it knows its own.',
        }),
      }),
    })
    .meta({ description: 'A request that failed.' });
}

/** One way in which a request fails, as its answer looks. */
interface ErrorCase {
  /** What the document calls the example. */
  name: string;
  details?: ApiErrorDetails;
  /** What the description tells besides the message. */
  remark?: string;
}

/** The ways to each code; a code that is not here has one, in the words of the catalogue. */
const casesOfCode: Partial<Record<ErrorCode, readonly ErrorCase[]>> = {
  INTERNAL_CONFLICT: [
    {
      name: 'INTERNAL_CONFLICT',
      details: idempotencyConflicts.otherRequest,
      remark: 'Its path or the meaning of its body differs; there is no `Retry-After`.',
    },
    {
      name: 'INTERNAL_CONFLICT_STILL_RUNNING',
      details: idempotencyConflicts.stillRunning,
      remark: 'With `Retry-After`.',
    },
    {
      name: 'INTERNAL_CONFLICT_NO_LONGER_THERE',
      details: idempotencyConflicts.noLongerThere,
      remark: 'Only where the answer of a request that was done could not be kept.',
    },
    { name: 'INTERNAL_CONFLICT_ERASED', details: idempotencyConflicts.erased },
  ],
  INTERNAL_TOO_MANY_REQUESTS: [
    { name: 'INTERNAL_TOO_MANY_REQUESTS', details: { retryAfter: 12 } },
    {
      name: 'INTERNAL_TOO_MANY_REQUESTS_GUESSES',
      details: { ...bruteForceRefused, retryAfter: 60 },
      remark: 'Without rate limit headers, which belong to a key.',
    },
  ],
  INTERNAL_SERVICE_UNAVAILABLE: [{ name: 'INTERNAL_SERVICE_UNAVAILABLE', details: { retryAfter: 5 } }],
};

/** The ways in which an endpoint comes to a code. */
function casesOf(code: ErrorCode, { problem }: Endpoint['example']): readonly ErrorCase[] {
  const details = code === 'INTERNAL_VALIDATION_FAILED' && problem && { fields: [problem] };
  return casesOfCode[code] ?? [{ name: code, ...(details && { details }) }];
}

/** Describes an endpoint's answers to requests that failed, by status: each code, in the words of the answers. */
export function errorResponses(endpoint: Endpoint) {
  const byStatus = Map.groupBy(codesOf(endpoint), (code) => catalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const examples = codes.flatMap((code) => errorExamples(code, endpoint));
      return [
        status,
        {
          description: examples.map(({ sentence }) => sentence).join('\n\n'),
          headers: headersOf(status, endpoint),
          content: {
            'application/json': {
              schema: { $ref: `#/components/schemas/${errorBodyName(endpoint)}` },
              examples: Object.fromEntries(examples.map(({ name, error }) => [name, { value: { error } }])),
            },
          },
        },
      ];
    }),
  );
}

/** The errors of a code, each with the sentence that describes it: its code and its message. */
function errorExamples(code: ErrorCode, { example }: Endpoint) {
  return casesOf(code, example).map(({ name, details, remark }) => {
    const error = publicError(new ApiError(code, details), EXAMPLE_REQUEST);
    return { name, error, sentence: [`\`${code}\`: ${error.message}`, remark].filter(Boolean).join(' ') };
  });
}
