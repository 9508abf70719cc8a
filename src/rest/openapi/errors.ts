// The errors in the OpenAPI document: their body, and how each of them is answered.
import { z } from 'zod';
import {
  ApiError,
  type ApiErrorDetails,
  bruteForceRefused,
  catalogue,
  type ErrorCode,
  idempotencyConflicts,
  publicError,
} from '../../errors/api-error.ts';
import { headersOf } from './headers.ts';

const EXAMPLE_REQUEST_ID = '6f1c1c4e-8a1b-4a58-9a53-2f8f5b0c7a11';

/** Errors that any endpoint can answer a request of its own method with. */
const commonErrors: readonly ErrorCode[] = [
  'INTERNAL_REQUEST_MALFORMED',
  'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED',
  'PUBLIC_API_KEY_IS_EMPTY',
  'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT',
  'PUBLIC_API_KEY_SAMPLE_VALUE',
  'PUBLIC_API_KEY_DOES_NOT_EXIST',
  'PUBLIC_API_KEY_HAS_BEEN_DELETED',
  'PUBLIC_API_KEY_IS_NOT_ACTIVE',
  'PUBLIC_API_KEY_HAS_BEEN_EXPIRED',
  'INTERNAL_CONFLICT',
  'INTERNAL_PAYLOAD_TOO_LARGE',
  'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_VALIDATION_FAILED',
  'INTERNAL_TOO_MANY_REQUESTS',
  'INTERNAL_SERVER_ERROR',
  'INTERNAL_SERVICE_UNAVAILABLE',
];

/** The body of an answer to a request that failed. */
export const errorBody = z
  .object({
    error: z.object({
      // Open: a client must expect a code that it does not know.
      code: z.union([z.enum(commonErrors as [ErrorCode, ...ErrorCode[]]), z.string()]).meta({
        description: 'What went wrong, for programs. There may be more codes one day; the status tells their kind.',
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
      retry_after: z.int().optional().meta({ description: 'Seconds after which it is worth trying again.' }),
      requestId: z.string().meta({ description: 'Id of the request, for questions about it.' }),
    }),
  })
  .meta({ description: 'A request that failed.' });

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
  INTERNAL_VALIDATION_FAILED: [
    {
      name: 'INTERNAL_VALIDATION_FAILED',
      details: { fields: [{ path: 'email', message: 'must be a valid e-mail address' }] },
    },
  ],
  INTERNAL_CONFLICT: [
    {
      name: 'INTERNAL_CONFLICT',
      details: idempotencyConflicts.otherRequest,
      remark: 'Its path, its body or the rights of the API key differ; there is no `Retry-After`.',
    },
    {
      name: 'INTERNAL_CONFLICT_STILL_RUNNING',
      details: idempotencyConflicts.stillRunning,
      remark: 'With `Retry-After`.',
    },
  ],
  INTERNAL_TOO_MANY_REQUESTS: [
    { name: 'INTERNAL_TOO_MANY_REQUESTS', details: { retryAfter: 12 } },
    {
      name: 'INTERNAL_TOO_MANY_REQUESTS_UNKNOWN_KEYS',
      details: { ...bruteForceRefused, retryAfter: 60 },
      remark: 'Without the headers of rate limits, which belong to a key.',
    },
  ],
  INTERNAL_SERVICE_UNAVAILABLE: [{ name: 'INTERNAL_SERVICE_UNAVAILABLE', details: { retryAfter: 5 } }],
};

/** Describes the answers to requests that failed, by status: each code, in the words of the answers. */
export function errorResponses() {
  const byStatus = Map.groupBy(commonErrors, (code) => catalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const examples = codes.flatMap(errorExamples);
      return [
        status,
        {
          description: examples.map(({ sentence }) => sentence).join('\n\n'),
          headers: headersOf(status),
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/ErrorBody' },
              examples: Object.fromEntries(examples.map(({ name, error }) => [name, { value: { error } }])),
            },
          },
        },
      ];
    }),
  );
}

/** The errors of a code, each with the sentence that describes it: its code and its message. */
function errorExamples(code: ErrorCode) {
  const cases = casesOfCode[code] ?? [{ name: code }];
  return cases.map(({ name, details, remark }) => {
    const error = publicError(new ApiError(code, details), EXAMPLE_REQUEST_ID);
    return { name, error, sentence: [`\`${code}\`: ${error.message}`, remark].filter(Boolean).join(' ') };
  });
}
