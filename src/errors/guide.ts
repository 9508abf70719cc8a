// What each error code means to a developer: when it comes, on which API, and what to do. Read beside the catalogue, which has what answers say.
import type { ErrorCode } from './api-error.ts';

/** What is explained of a code. `code` may stand between backticks. */
export interface ErrorGuide {
  /** When it comes, in a sentence or two. */
  readonly when: string;
  /** How it comes on the REST API, where that is not plain. */
  readonly rest: string;
  /** How it comes on the GraphQL API. */
  readonly graphql: string;
  /** What to do, step by step. */
  readonly steps: readonly string[];
  /** Whether the same request may be sent again as it is. */
  readonly retry: 'never' | 'after a wait' | 'while it still runs' | 'with care';
}

const BEFORE_GRAPHQL =
  'The key is checked before GraphQL runs, so the answer has the HTTP status of the code, and no `data`.';
const KEY_FIRST = 'Nothing else of the request is looked at before the key is good.';
const WITHIN_ANSWER =
  'The error is an entry of `errors`, with the path of the field. The HTTP status is 200 for `application/json`, since other fields may have succeeded.';

/** How each code is explained. */
export const errorGuides: Readonly<Record<ErrorCode, ErrorGuide>> = {
  PUBLIC_API_KEY_IS_EMPTY: {
    when: 'The request carries no API key, or an empty one in the first place that is looked at.',
    rest: `The places are looked at in this order: \`?apiKey=\` in the URL, the member \`apiKey\` of the body, the header \`Authorization: Bearer\`. The first that is present counts, even if it is empty. ${KEY_FIRST}`,
    graphql: `The key is read from \`?apiKey=\` or from the header \`Authorization: Bearer\`. ${BEFORE_GRAPHQL}`,
    steps: [
      'Send the key in the header `Authorization: Bearer …`: unlike a URL, a header does not end up in logs.',
      'If you do send a key, look for an empty `?apiKey=` in the URL: it comes first.',
    ],
    retry: 'never',
  },
  PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT: {
    when: 'What was sent as the key cannot be one: a key has 32 characters, of which the first four are `PROD`, `DEV_` or `ROOT`, and the others letters and digits.',
    rest: KEY_FIRST,
    graphql: BEFORE_GRAPHQL,
    steps: [
      'Check that the whole key was copied, without quotation marks or blanks.',
      'Check that the variable which holds the key is set where the program runs, and that its name is spelled right.',
    ],
    retry: 'never',
  },
  PUBLIC_API_KEY_SAMPLE_VALUE: {
    when: 'The key is the one that the documentation prints. It works in demo mode alone, and this gateway does not run in demo mode.',
    rest: KEY_FIRST,
    graphql: BEFORE_GRAPHQL,
    steps: ['Replace the sample key with one of your own organisation.'],
    retry: 'never',
  },
  PUBLIC_API_KEY_DOES_NOT_EXIST: {
    when: 'The key has the right form, and no organisation of this gateway has it.',
    rest: `${KEY_FIRST} An address that goes on trying keys which do not exist is answered \`INTERNAL_TOO_MANY_REQUESTS\`.`,
    graphql: BEFORE_GRAPHQL,
    steps: [
      'Check that the key belongs to this gateway: one of a test installation is not known in production.',
      'Look at the list of keys by `npm run keys -- list`, or ask whoever runs the gateway. A list shows the first eight characters of a key, since the key itself is not stored; one that is lost is replaced.',
    ],
    retry: 'never',
  },
  PUBLIC_API_KEY_HAS_BEEN_DELETED: {
    when: 'The key existed, and was deleted. A deleted key is gone for good.',
    rest: KEY_FIRST,
    graphql: BEFORE_GRAPHQL,
    steps: ['Use another key of your organisation, or have one made.'],
    retry: 'never',
  },
  PUBLIC_API_KEY_IS_NOT_ACTIVE: {
    when: 'The key exists, and was deactivated.',
    rest: KEY_FIRST,
    graphql: BEFORE_GRAPHQL,
    steps: [
      'Have it activated again, if it was deactivated by mistake. It works again within a second.',
      'Otherwise use another key.',
    ],
    retry: 'never',
  },
  PUBLIC_API_KEY_HAS_BEEN_EXPIRED: {
    when: 'The time until which the key was valid has passed.',
    rest: `${KEY_FIRST} In the last 14 days before, answers tell of it in the header \`X-API-Key-Expires-At\`.`,
    graphql: `${BEFORE_GRAPHQL} In the last 14 days before, answers tell of it in the header \`X-API-Key-Expires-At\`.`,
    steps: [
      'Use another key, or have this one given a later end.',
      'Next time, replace a key before it expires: `rotateApiKey` makes a new one while the old one goes on for a day.',
    ],
    retry: 'never',
  },
  INTERNAL_TOO_MANY_REQUESTS: {
    when: 'More requests were sent with the key than its limit allows within a minute; or too many with keys that do not exist came from one address.',
    rest: 'The header `Retry-After`, and `retry_after` in the body, say how many seconds to wait. `X-RateLimit-Remaining` tells with every answer how many requests are left.',
    graphql:
      'As on the REST API: before GraphQL runs, with HTTP status 429. `viewer { rateLimit { remaining resetAt } }` shows how the limit stands. Each row of `bulkCreateCustomers` counts as a request.',
    steps: [
      'Wait for the seconds in `Retry-After`, then send the request again.',
      'Spread requests over the minute; the window slides, so nothing is won by waiting for the next full minute.',
    ],
    retry: 'after a wait',
  },
  PUBLIC_API_KEY_SCOPE_NOT_ALLOWED: {
    when: 'The key is restricted to scopes, and what the request does needs another one; or it needs a `ROOT` key.',
    rest: 'The description names the scope. The reference says for each endpoint which one it needs.',
    graphql:
      'The whole document is refused, with HTTP status 403, when one of its fields needs a scope that the key does not have. The description of each field names its scope.',
    steps: [
      'Use a key that has the scope, or have the scope added to this one.',
      '`viewer { key { scopes } }` shows the scopes of a key; none means all.',
    ],
    retry: 'never',
  },
  INTERNAL_VALIDATION_FAILED: {
    when: 'One or more of the values that were sent break a rule. All of them are listed, not only the first; of very many, the first 50.',
    rest: '`fields` has the path of each value, as a member of the body or a parameter, and which rule it breaks.',
    graphql: `\`extensions.fields\` has the path of each value within the argument, as the schema names it. ${WITHIN_ANSWER}`,
    steps: [
      'Show each message beside the field of your form that `path` names.',
      'What the values belong to was not changed: correct them, and send it again. Other mutations of the same document may have been done, unless it came with an `Idempotency-Key`.',
    ],
    retry: 'never',
  },
  INTERNAL_REQUEST_MALFORMED: {
    when: 'The request cannot be read: its body is not JSON, a member comes twice, a GraphQL document does not fit the schema or its limits, or the HTTP itself is broken.',
    rest: 'The message says what is wrong. A body must be a JSON object in UTF-8, or a form.',
    graphql:
      'Most often: a document that cannot be parsed, does not fit the schema, or is beyond the limits of documents (depth, aliases, complexity). The message says what is wrong, and `locations` where. HTTP status 400 for `application/graphql-response+json`, and 200 for `application/json`.',
    steps: [
      'Read the message: it says what is wrong. An editor that knows the schema, such as GraphiQL, marks what does not fit it.',
      'Have a library write the JSON, rather than putting texts together.',
    ],
    retry: 'never',
  },
  INTERNAL_RESOURCE_NOT_FOUND: {
    when: 'There is nothing at the path of the request.',
    rest: 'Paths are case-sensitive, and have no slash at their end. Below `/api/` the key is checked first.',
    graphql:
      'Not as an error of GraphQL: its only path is `/graphql`. A customer whom a query does not find is `null`.',
    steps: ['Compare the path with the REST reference.'],
    retry: 'never',
  },
  INTERNAL_METHOD_NOT_ALLOWED: {
    when: 'The path exists, and does not answer this HTTP method.',
    rest: 'The header `Allow` lists the methods that the path answers.',
    graphql: 'Also for a mutation that was sent by GET: only queries may be.',
    steps: [
      'Use one of the methods in `Allow`.',
      'Check that no redirect turned a POST into a GET on its way: from `http:` to `https:`, for instance.',
    ],
    retry: 'never',
  },
  INTERNAL_PAYLOAD_TOO_LARGE: {
    when: 'The body is larger than 64 KiB; for `bulkCreateCustomers` alone, by a key that may create, it may have 1 MiB.',
    rest: 'The connection is closed after the answer, since the rest of the body is not read.',
    graphql: 'Variables count too: they are a part of the body.',
    steps: [
      'Send less at once: `bulkCreateCustomers` takes 500 customers, and an import from a file takes any number.',
    ],
    retry: 'never',
  },
  INTERNAL_UNSUPPORTED_MEDIA_TYPE: {
    when: 'The body is of a type that the path does not read, or its type is not named, or it is compressed.',
    rest: 'The types that are read: `application/json`, `application/x-www-form-urlencoded`, and `multipart/form-data` without files.',
    graphql: 'The one type that is read: `application/json`.',
    steps: [
      'Send the header `Content-Type: application/json` with a body of JSON.',
      'Send the body as it is, without `Content-Encoding`.',
    ],
    retry: 'never',
  },
  PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED: {
    when: 'The customer named does not exist in the organisation of the key: there never was one, it was deleted, or it is another organisation’s. The answer does not say which of these it is.',
    rest: 'From every endpoint that names a customer, but for `create`, which makes one.',
    graphql: `From mutations that name a customer. A query for one gives \`null\` instead. ${WITHIN_ANSWER}`,
    steps: [
      'Check the `cuRefNo` or the e-mail address, and that the key is one of the right organisation.',
      'Create the customer first, if there is none yet.',
    ],
    retry: 'never',
  },
  INTERNAL_CONFLICT: {
    when: 'The request does not fit how things stand: somebody changed the customer since you read it; an e-mail address, a slug or a `transactionId` is taken; a group has customers, or a key was deleted; or the `Idempotency-Key` was used for another request, or for this one, which still runs. The message says which.',
    rest: 'With `Retry-After`, the first request with that `Idempotency-Key` still runs. Without it, the request cannot succeed as it is.',
    graphql: `The same, as an entry of \`errors\`; the message names a stale \`version\`. ${WITHIN_ANSWER}`,
    steps: [
      'Where there is `Retry-After`: wait, and send the same request again; you are given the answer of the first.',
      'Otherwise read the present state, decide, and send a new request with a new `Idempotency-Key`.',
    ],
    retry: 'while it still runs',
  },
  INTERNAL_SERVICE_UNAVAILABLE: {
    when: 'The gateway cannot do its work at the moment: the database cannot be reached, the operation took too long, or there are too many connections.',
    rest: 'With `Retry-After`. Whether the request took effect is not known, unless it only read, or there were too many connections.',
    graphql: 'With HTTP status 503 when nothing of the operation succeeded; otherwise as an entry of `errors`.',
    steps: [
      'Wait for the seconds in `Retry-After`, then send the same request again. With an `Idempotency-Key` it is never done twice.',
      'If it goes on, look at `/health/ready`: it says what is wrong.',
    ],
    retry: 'with care',
  },
  INTERNAL_SERVER_ERROR: {
    when: 'There is a fault in the gateway.',
    rest: 'Whoever runs the gateway finds what happened in its log, by the request id.',
    graphql: `The field has no value, and the others may have theirs. ${WITHIN_ANSWER}`,
    steps: [
      'Report it, with the `requestId` of the answer.',
      'It may be sent again: with the same `Idempotency-Key`, so that nothing is done twice. If it fails each time, wait until the fault is mended.',
    ],
    retry: 'with care',
  },
};
