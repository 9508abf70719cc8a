// What every answer to every request must be, whatever was asked.
import { catalogue } from '../../../src/errors/api-error.ts';
import { CREATE_PATH, type GeneratedRequest } from '../generated-requests.ts';
import type { ReceivedAnswer } from './transport.ts';

/** Bytes that an answer to a request that failed may have. */
const LARGEST_FAILURE = 64 * 1024;
/** Characters in a row of what a caller sent that may stand in a message. */
const LONGEST_ECHO = 64;

/** Words that only the inside of the gateway uses: of Node, PostgreSQL, zod, Pothos. */
const inside =
  /node_modules|\n {4}at |\bselect\b.*\bfrom\b|insert into|relation "|duplicate key|violates|syntax error at|ECONN|Cannot (read|set) prop|is not a function|RangeError|TypeError|call stack|Unexpected token|not valid JSON|at position \d|Invalid input|Too (big|small)|received (string|number|undefined|null|array|object)|Pothos|\bRef\b|has not been implemented|MikroORM/;

/** One error of an answer, whichever API gave it. */
export interface ShownError {
  code?: string;
  message?: unknown;
  description?: unknown;
  requestId?: unknown;
  docUrl?: unknown;
  status?: unknown;
  retry_after?: unknown;
  fields?: { path: unknown; message: unknown }[];
}

/** The path of a request target, which may be a whole URL. A target has no fragment: `#` is part of its path. */
export function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').split('?')[0] || '/';
}

const isGraphQL = ({ target }: GeneratedRequest) => pathOf(target) === '/graphql';
/** A head that the parser gave up on does not say whose envelope is wanted. */
const isUnreadable = ({ target, headers }: GeneratedRequest) => target.length + headers.flat().join('').length > 15_000;

/**
 * Finds what is wrong with an answer.
 *
 * @returns one sentence for each thing; none when all is well
 */
export function problemsOf(request: GeneratedRequest, answer: ReceivedAnswer): string[] {
  const { status, text, headers } = answer;
  if (status === 0) return [`no answer: ${text}`];
  const problems = isFault(request, answer) ? [`a fault of the gateway, status ${status}`] : [];
  if (request.method === 'HEAD') return text === '' ? problems : [...problems, 'a body in answer to HEAD'];
  if (status === 204 || status === 302) return problems;
  const body = bodyOf(request, answer);
  if (body === 'page') return problems;
  if (refusesNewerType(request) && isNewerType(answer)) problems.push('a media type that is not accepted');
  if (body === undefined) return [...problems, `no JSON: ${headers['content-type']}`];
  const errors = errorsOf(request, body);
  if (status >= 400 && errors.length === 0)
    return [...problems, `no error in the envelope of its API, status ${status}`];
  if (errors.length === 0) return [...problems, ...problemsOfSuccess(request, status, body)];
  problems.push(...errors.flatMap((error) => problemsOfError(request, answer, error)));
  if (isTooLongFailure(answer, body)) problems.push(`an answer of ${text.length} characters to a failure`);
  return problems;
}

function isFault(request: GeneratedRequest, { status, text }: ReceivedAnswer): boolean {
  const isContract = pathOf(request.target) === '/openapi.json' && status === 200;
  return status >= 500 || (text.includes('INTERNAL_SERVER_ERROR') && !isContract);
}

function isTooLongFailure({ status, text }: ReceivedAnswer, { data }: Body): boolean {
  const failed = status >= 400 || !Object.values(data ?? {}).some((value) => value !== null);
  return failed && Buffer.byteLength(text) > LARGEST_FAILURE;
}

const acceptOf = ({ headers }: GeneratedRequest) => headers.find(([name]) => name === 'Accept')?.[1] ?? '';
const refusesNewerType = (request: GeneratedRequest) =>
  /graphql-response\+json\s*;\s*q=0(\.0*)?\s*(,|$)/i.test(acceptOf(request));
const isNewerType = ({ headers }: ReceivedAnswer) =>
  headers['content-type']?.startsWith('application/graphql-response');

/** Paths of pages, and of what they load. */
const forBrowsers = /^\/(favicon\.(ico|svg)|assets\/[\w.-]+|errors(\/\w+)?|docs)?$/;

interface Body {
  data?: Record<string, unknown> | null;
  error?: ShownError;
  errors?: { message: unknown; extensions?: ShownError }[];
}

function bodyOf({ method, target, headers: sent }: GeneratedRequest, { status, text, headers }: ReceivedAnswer) {
  const type = headers['content-type'] ?? '';
  const path = pathOf(target);
  const askedForPage = sent.some(([name, value]) => name === 'Accept' && value.includes('text/html'));
  const mayBePage = path === '/graphql' ? askedForPage : forBrowsers.test(path);
  if (method === 'GET' && status === 200 && mayBePage && !type.startsWith('application/json')) return 'page';
  if (!/^application\/(graphql-response\+)?json(;|$)/.test(type)) return undefined;
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}

function errorsOf(request: GeneratedRequest, { error, errors }: Body): ShownError[] {
  const fromGraphQL = (errors ?? []).map(({ message, extensions }) => ({ ...extensions, message }));
  const fromRest = error ? [error] : [];
  if (isUnreadable(request)) return [...fromGraphQL, ...fromRest];
  return isGraphQL(request) ? fromGraphQL : fromRest;
}

function problemsOfSuccess(request: GeneratedRequest, status: number, body: Body): string[] {
  if (status !== 200) return [`success with status ${status}`];
  if (isGraphQL(request) && typeof body.data !== 'object') return ['neither data nor errors'];
  const created = body as { success?: unknown; cuRefNo?: unknown };
  const wellFormed = created.success === true && /^[A-Za-z0-9]{16}$/.test(String(created.cuRefNo));
  return pathOf(request.target) === CREATE_PATH && !wellFormed ? ['no profile in answer to a create'] : [];
}

function problemsOfError(request: GeneratedRequest, answer: ReceivedAnswer, error: ShownError): string[] {
  const { status, headers } = answer;
  const { code = '', message, description, requestId, docUrl, fields = [] } = error;
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code as keyof typeof catalogue] : undefined;
  if (!entry) return [`a code that is not of the catalogue: ${code.slice(0, 64)}`];
  const problems = problemsOfStatus(answer, error, entry.status);
  if (typeof message !== 'string' || typeof description !== 'string') problems.push('no message, or no description');
  if (requestId === undefined || requestId !== headers['x-request-id']) problems.push('not the id of the request');
  if (docUrl !== `/errors/${code}`) problems.push('not the page of the code');
  if (status === 405 && !headers.allow) problems.push('405 without Allow');
  if (status === 429 && !(headers['retry-after'] && Number.isInteger(error.retry_after)))
    problems.push('429 without a time');
  if (code === 'INTERNAL_VALIDATION_FAILED' && fields.length === 0) problems.push('validation without fields');
  if (fields.some(({ path }) => path === '')) problems.push('a field without a path');
  const words = [message, ...fields.flatMap((field) => [field.path, field.message])].map(String);
  return [...problems, ...words.flatMap((word) => problemsOfWords(request, word))];
}

function problemsOfStatus({ status, headers, text }: ReceivedAnswer, error: ShownError, wanted: number): string[] {
  if (error.status === undefined) return status === wanted ? [] : [`status ${status} for ${error.code}`];
  const problems: string[] = [];
  if (error.status !== wanted) problems.push(`extensions.status is ${error.status} for ${error.code}`);
  if (!mayBeStatus(status, headers['content-type'] ?? '', text)) problems.push(`status ${status}, which no error has`);
  return problems;
}

function problemsOfWords(request: GeneratedRequest, words: string): string[] {
  const problems: string[] = [];
  if (inside.test(words)) problems.push(`words of the inside: ${inside.exec(words)?.[0]}`);
  if (echoes(request, words))
    problems.push(`more than ${LONGEST_ECHO} characters of what was sent, in ${words.length}`);
  return problems;
}

/** GraphQL over HTTP: 400 for what was refused before it ran, in the newer media type alone; else what an error says. */
function mayBeStatus(status: number, contentType: string, text: string): boolean {
  const mayBeBad = status === 400 && contentType.startsWith('application/graphql-response+json');
  return status === 200 || mayBeBad || text.includes(`"status":${status}`);
}

/** Whether a text holds more in a row of what a caller sent than it may. */
function echoes({ target, headers, body }: GeneratedRequest, shown: string): boolean {
  if (shown.length <= LONGEST_ECHO) return false;
  const sent = [
    target,
    ...headers.map(([, value]) => value),
    ...readingsOf(body?.toString() ?? ''),
    ...readingsOf(target),
  ];
  for (let at = 0; at + LONGEST_ECHO < shown.length; at++) {
    const part = shown.slice(at, at + LONGEST_ECHO + 1);
    if (sent.some((text) => text.includes(part))) return true;
  }
  return false;
}

/** A text, and what it holds when it is taken apart. */
function readingsOf(text: string): string[] {
  const readings = [text, text.replaceAll('+', ' ').replace(/(%[0-9a-f]{2})+/gi, (part) => decoded(part))];
  try {
    return [...readings, ...stringsIn(JSON.parse(text))];
  } catch {
    return readings;
  }
}

function decoded(part: string): string {
  return Buffer.from(part.replaceAll('%', ''), 'hex').toString();
}

function stringsIn(value: unknown): string[] {
  const found: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') found.push(next);
    else if (typeof next === 'object' && next !== null) left.push(...Object.keys(next), ...Object.values(next));
  }
  return found;
}
