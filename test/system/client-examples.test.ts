// The example clients, run as their README says. Needs curl, jq, php with curl and Guzzle, python3 with requests, ruby and go.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openTroubledProxy, type ProxiedRequest } from '../support/troubled-proxy.ts';

const FOLDER = 'clients/examples';
const readme = readFileSync(`${FOLDER}/README.md`, 'utf8');
const [, expected = ''] = /^```text\n(.*?)^```/ms.exec(readme) ?? [];
/** The rows of the table: each folder with the command that runs what is in it. */
const programs = Array.from(
  readme.matchAll(/^\| `(\S+)\/` .*\| `([^`|]+)` +\|$/gm),
  ([, folder = '', command = '']) => [folder, command] as const,
);

let demo: TestGateway;
beforeAll(async () => {
  demo = await startGateway({ demo: true });
  // The first time, Go compiles its library too, which takes a busy machine a minute.
  await run('cd go && go build -o /dev/null .', demo.url);
}, 300_000);
afterAll(() => demo.close());

/** Runs a command in the folder of the examples, with the programs of the system where it has them. */
function run(command: string, gatewayUrl: string, variables = {}) {
  const { HOME, GOCACHE, GOPATH, PATH } = process.env;
  const child = spawn('sh', ['-c', command], {
    cwd: FOLDER,
    env: {
      HOME,
      GOCACHE,
      GOPATH,
      PATH: `/usr/bin:/bin:${PATH}`,
      PYTHONDONTWRITEBYTECODE: '1',
      GATEWAY_URL: gatewayUrl,
      ...variables,
    },
  });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  return new Promise<{ status: number | null; output: string; complaints: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, output, complaints })),
  );
}

const FIND = `query Find($by: CustomerBy!, $email: String!) {
  customer(by: $by) { phone version changes(first: 10) { edges { node { action } } } }
  customers(search: $email) { totalCount }
}`;

/** What a run has made of its customer, whose address its first request tells. */
async function customerOf([first]: ProxiedRequest[]) {
  const { email } = JSON.parse(first?.body ?? '{}');
  const { body } = await demo.graphql(FIND, { by: { email }, email }, { key: SAMPLE_KEY });
  const { customer, customers } = body.data;
  const actions = customer.changes.edges.map(({ node }: { node: { action: string } }) => node.action);
  return { phone: customer.phone, version: customer.version, actions, count: customers.totalCount };
}

it('the README has all of them, and what they print', () => {
  expect(programs.map(([folder]) => folder)).toEqual(['curl', 'php-curl', 'php-guzzle', 'python', 'ruby', 'go']);
  expect(expected.split('\n').length).toBeGreaterThan(10);
});

describe.each(programs)('%s', { concurrent: true }, (_, command) => {
  it('prints what the README says, and again the second time', async () => {
    for (let turn = 1; turn <= 2; turn += 1)
      expect(await run(command, demo.url)).toEqual({ status: 0, output: expected, complaints: '' });
  });

  it('sends again what failed on the way, and nothing is done twice', async () => {
    const proxy = await openTroubledProxy(demo.url, [
      ...([502, 'lost', 'pass'] as const),
      ...([500, 'pass'] as const),
      ...(['silent', 429, 'pass'] as const),
      ...(['refused', 'pass'] as const),
      ...([503, 504, 'pass'] as const),
      ...(['half', 409, 'pass'] as const),
      ...(['failed', 'pass'] as const),
    ]);
    const { status, output, complaints } = await run(command, proxy.url);
    expect({ status, output }).toEqual({ status: 0, output: expected });
    expect(complaints.trim().split('\n')).toEqual([
      'try 1 of 3: 502, again in 1 s',
      'try 2 of 3: no answer, again in 2 s',
      'try 1 of 3: 500, again in 1 s',
      'try 1 of 3: no answer, again in 1 s',
      'try 2 of 3: 429, again in 1 s',
      'try 1 of 3: no answer, again in 1 s',
      'try 1 of 3: 503, again in 1 s',
      'try 2 of 3: 504, again in 2 s',
      'try 1 of 3: no answer, again in 1 s',
      'try 2 of 3: 409, again in 1 s',
      'try 1 of 3: 500, again in 1 s',
    ]);
    const { requests } = proxy;
    proxy.close();
    expect(requests).toHaveLength(18);
    const [create, , created, again, replayed, wrong, , wrongAgain, , , , , , change, , changed, stale] = requests;
    const keys = [create, wrong, change, stale].map((each) => each?.idempotencyKey);
    expect(keys.every((key) => key !== undefined) && new Set(keys).size).toBe(4);
    for (const [first, last] of [
      [create, created],
      [create, again],
      [create, replayed],
      [wrong, wrongAgain],
      [change, changed],
    ])
      expect(last).toMatchObject({ path: first?.path, idempotencyKey: first?.idempotencyKey, body: first?.body });
    const [first = 0, second = 0] = waitsOf(requests);
    expect(first).toBeGreaterThan(0.99);
    expect(second).toBeGreaterThan(1.99);
    expect(requests.filter(({ path }) => path.includes(SAMPLE_KEY))).toEqual([]);
    expect(await customerOf(requests)).toEqual({
      phone: '+420 777123456',
      version: 2,
      actions: ['UPDATED', 'CREATED'],
      count: 1,
    });
  });

  it('gives up after three tries, and says so', async () => {
    const proxy = await openTroubledProxy(demo.url, [503, 503, 503]);
    const { status, output, complaints } = await run(command, proxy.url);
    proxy.close();
    expect({ status, output }).toEqual({ status: 1, output: '1. Register a customer\n' });
    expect(complaints).toContain('try 2 of 3: 503, again in 1 s\n503 UNEXPECTED_ANSWER: ');
    expect(proxy.requests).toHaveLength(3);
  });

  it('gives up at once when it is told to wait above a minute, and says so', async () => {
    for (const retryAfter of ['3600', '61', '9223372036854775807']) {
      const proxy = await openTroubledProxy(demo.url, [{ retryAfter }]);
      const { status, output, complaints } = await run(command, proxy.url);
      proxy.close();
      expect({ status, output }).toEqual({ status: 1, output: '1. Register a customer\n' });
      expect(complaints).toContain(
        `try 1 of 3: 503, given up: told to wait ${retryAfter} s\n503 UNEXPECTED_ANSWER: not an answer of the gateway`,
      );
      expect(proxy.requests).toHaveLength(1);
    }
  });

  it('does not send again what the gateway refuses, and names the request', async () => {
    const { status, complaints } = await run(command, demo.url, { GATEWAY_API_KEY: `PROD${'x'.repeat(28)}` });
    expect(status).toBe(1);
    expect(complaints).toMatch(/^404 PUBLIC_API_KEY_DOES_NOT_EXIST: .+ \(request [0-9a-f-]{36}\)\n/);
  });
});

describe('curl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-examples-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('tells neither the key nor the customer in arguments, which others can see', async () => {
    const list = join(folder, 'arguments');
    for (const program of ['awk', 'curl', 'jq', 'tr'])
      writeFileSync(
        join(folder, program),
        `#!/bin/sh\nprintf '%s\\n' "${program} $*" >>'${list}'\nexec /usr/bin/${program} "$@"\n`,
        { mode: 0o755 },
      );
    const { status, output } = await run('sh curl/example.sh', demo.url, { PATH: `${folder}:/usr/bin:/bin` });
    expect({ status, output }).toEqual({ status: 0, output: expected });
    const seen = readFileSync(list, 'utf8');
    for (const program of ['curl', 'jq']) expect(seen).toMatch(new RegExp(`^${program} `, 'm'));
    for (const secret of [SAMPLE_KEY, '@example.com', '+420']) expect(seen).not.toContain(secret);
  });
});

/** Seconds between each request and the next one. */
function waitsOf(requests: readonly ProxiedRequest[]): number[] {
  return requests.slice(1).map(({ at }, index) => (at - (requests[index]?.at ?? 0)) / 1000);
}
