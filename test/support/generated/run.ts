// Runs generated requests against a gateway, many at once, and counts what came of them.
import { type Door, doors, type Outcome } from '../doors.ts';
import { CREATE_PATH, type GeneratedRequest, generate, type SharedInput } from '../generated-requests.ts';
import { pathOf, problemsOf } from './checks.ts';
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
  const result: RunResult = { requests: 0, answers: new Map(), offenders: [] };
  let next = from;
  const send = async (index: number, request: GeneratedRequest): Promise<ReceivedAnswer> => {
    const answer = await transport.send(request);
    count(result, request, answer);
    note(result, index, request, answer, problemsOf(request, answer));
    return answer;
  };
  const work = async () => {
    while (result.requests < requests) {
      const index = next++;
      const generated = generate(index, tenant);
      if (generated.request) await send(index, generated.request);
      else await sendBoth(result, index, generated, (each) => send(index, each));
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

/** Sends one input to both APIs; they must come to the same. */
async function sendBoth(
  result: RunResult,
  index: number,
  { input, key }: SharedInput,
  send: Transport['send'],
): Promise<void> {
  const outcomes: (Outcome & { answer: unknown })[] = [];
  for (const door of doors) outcomes.push(await door.create(callable(key, send), input));
  const [rest, graphql] = outcomes.map(({ code, description, fields, profile }) =>
    JSON.stringify({ code, description, fields, profile: sorted(profile) }),
  );
  if (rest === graphql) return;
  const request = { key, input };
  const answer = `REST: ${rest?.slice(0, SHOWN)}\nGraphQL: ${graphql?.slice(0, SHOWN)}`;
  result.offenders.push({ index, problems: ['the APIs disagree'], request, answer });
}

/** The order of members is each API's own. */
function sorted(profile: Record<string, unknown> | undefined): unknown {
  return profile && Object.fromEntries(Object.entries(profile).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What `doors` call, over a transport. */
function callable(key: string, send: Transport['send']): Parameters<Door['create']>[0] {
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
