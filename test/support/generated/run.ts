// Runs generated requests against a gateway, many at once, and counts what came of them.
import { type Api, graphql, type Outcome, rest } from '../apis.ts';
import {
  CREATE_PATH,
  type GeneratedRequest,
  generate,
  type RepeatedRequest,
  type SharedInput,
} from '../generated-requests.ts';
import { pathOf, problemsOf } from './checks.ts';
import { documentChecker, readDocument } from './document.ts';
import { problemsOfRepeats } from './repeats.ts';
import type { Tenant } from './tenant.ts';
import { openTransport, type ReceivedAnswer, type Transport } from './transport.ts';

/** A request whose answer is wrong, as it can be sent again. */
export interface Offender {
  /** The number that stands for it. */
  index: number;
  problems: string[];
  request: object;
  answer: string;
}

/** What came of a run. */
export interface RunResult {
  requests: number;
  /** By API and status, such as `REST 422`, and whether a GraphQL one has data. */
  answers: Map<string, number>;
  offenders: Offender[];
  /** Statuses of the REST operation, and headers of a status, that the OpenAPI document names: `409`, `409 Retry-After`. */
  documented: ReadonlySet<string>;
  /** Those of them that were answered. */
  seen: ReadonlySet<string>;
}

/** What is run. */
export interface Run {
  /** `http://host:port` of the gateway. */
  url: string;
  tenant: Tenant;
  /** The first number. */
  from: number;
  /** How many requests, at least. */
  requests: number;
  /** How many at once. */
  concurrency: number;
}

const SHOWN = 2_000;

/** Sends requests until there are enough. */
export async function run({ url, tenant, from, requests, concurrency }: Run): Promise<RunResult> {
  const transport = openTransport(url, concurrency);
  const checker = documentChecker(readDocument());
  const { documented, seen } = checker;
  const result: RunResult = { requests: 0, answers: new Map(), offenders: [], documented, seen };
  let next = from;
  const send = async (index: number, request: GeneratedRequest): Promise<ReceivedAnswer> => {
    const answer = await transport.send(request);
    count(result, request, answer);
    note(result, index, request, answer, [
      ...problemsOf(request, answer),
      ...(await checker.problemsOf(request, answer)),
    ]);
    return answer;
  };
  const work = async () => {
    while (result.requests < requests) {
      const index = next++;
      const generated = generate(index, tenant);
      const sendIt = (request: GeneratedRequest) => send(index, request);
      if (generated.request) await sendIt(generated.request);
      else if ('idempotencyKey' in generated) await sendRepeats(result, index, generated, sendIt);
      else await sendBoth(result, index, generated, sendIt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  transport.close();
  return result;
}

function count(result: RunResult, { target }: GeneratedRequest, { status, text }: ReceivedAnswer): void {
  const api = pathOf(target) === '/graphql' ? 'GraphQL' : pathOf(target) === CREATE_PATH ? 'REST' : 'other';
  const name = `${api} ${status}${/^\{"data":\{(?!"\w+":null\})/.test(text) ? ' with data' : ''}`;
  result.requests += 1;
  result.answers.set(name, (result.answers.get(name) ?? 0) + 1);
}

function note(result: RunResult, index: number, request: GeneratedRequest, answer: ReceivedAnswer, problems: string[]) {
  if (problems.length === 0) return;
  const { body, ...rest } = request;
  const text = body?.toString();
  const sent =
    text === undefined || Buffer.from(text).equals(body as Buffer) ? { text } : { base64: body?.toString('base64') };
  const shown = `${answer.status} ${answer.text.slice(0, SHOWN)}`;
  result.offenders.push({ index, problems: [...new Set(problems)], request: { ...rest, ...sent }, answer: shown });
}

async function sendRepeats(result: RunResult, index: number, repeated: RepeatedRequest, send: Transport['send']) {
  const problems = await problemsOfRepeats(repeated, send);
  if (problems.length > 0) result.offenders.push({ index, problems, request: repeated, answer: '' });
}

/**
 * Sends one input to both APIs, for an organisation of its own each: they must make the same of it. What the first call
 * stored would hide what the second one makes of the input. Then the other API must find what the first one made.
 */
async function sendBoth(
  result: RunResult,
  index: number,
  { input, keys }: SharedInput,
  send: Transport['send'],
): Promise<void> {
  const throughRest = await rest.create(callable(keys[0], send), input);
  const throughGraphQL = await graphql.create(callable(keys[1], send), input);
  const again = await graphql.create(callable(keys[0], send), input);
  const found = again.profile?.cuRefNo === throughRest.profile?.cuRefNo && again.newAccount !== true;
  const [one, other] = [comparable(throughRest), comparable(throughGraphQL)];
  if (one === other && found) return;
  // BruteForceLimiter of both APIs count together: of two in a row the second may be one too many.
  if ([throughRest, throughGraphQL].some(({ code }) => code === 'INTERNAL_TOO_MANY_REQUESTS')) return;
  const answer = `REST: ${one.slice(0, SHOWN)}\nGraphQL: ${other.slice(0, SHOWN)}`;
  const problems = [one === other ? 'the APIs disagree about whose mailbox it is' : 'the APIs disagree'];
  result.offenders.push({ index, problems, request: { keys, input }, answer });
}

/** What the APIs must agree in; references are made by chance. */
function comparable({ code, description, fields, newAccount, profile }: Outcome): string {
  const { cuRefNo, ...rest } = profile ?? {};
  return JSON.stringify({ code, description, fields, newAccount, reference: typeof cuRefNo, profile: sorted(rest) });
}

/** The order of members is each API's own. */
function sorted(profile: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(profile).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What `APIs` call, over a transport. */
function callable(key: string, send: Transport['send']): Parameters<Api['create']>[0] {
  const post = async (target: string, body: unknown) => {
    const headers: GeneratedRequest['headers'] = [
      ['Host', 'gateway.example'],
      ['Authorization', `Bearer ${key}`],
      ['Content-Type', 'application/json'],
    ];
    const answer = await send({ method: 'POST', target, headers, body: Buffer.from(JSON.stringify(body)) });
    // What is no JSON is a problem of its own, which was noted.
    const parsed = answer.text.startsWith('{') ? JSON.parse(answer.text) : { error: {}, errors: [{ extensions: {} }] };
    return { status: answer.status, headers: new Headers(), text: answer.text, body: parsed };
  };
  return {
    rest: (body) => post(CREATE_PATH, body),
    graphql: (query, variables) => post('/graphql', { query, variables }),
  };
}
