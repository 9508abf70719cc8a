// Requests that nobody thought of, over both APIs: whatever is asked, the answer keeps to the contract.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { type RunResult, run } from '../support/generated/run.ts';
import { makeTenant } from '../support/generated/tenant.ts';

const REQUESTS = 3_000;
const CONCURRENCY = 8;
/** Offenders that a failure shows in full. */
const SHOWN = 5;

/** Statuses of the document that no request can bring about, with the reason. */
const outOfReach = new Map([
  ['500', 'a fault of the gateway, which the first test of this file would report'],
  ['503', 'a database that cannot be reached, while this one always answers'],
]);

let gateway: TestGateway;
let result: RunResult;
beforeAll(async () => {
  gateway = await startGateway({ reverseDns: false, trustProxy: 1 });
  const tenant = await makeTenant(gateway.databaseUrl, gateway.organisationId);
  result = await run({ url: gateway.url, tenant, from: 0, requests: REQUESTS, concurrency: CONCURRENCY });
}, 180_000);
afterAll(() => gateway.close());

it(`answers ${REQUESTS} generated requests as the contract says`, () => {
  const kinds = new Map<string, number>();
  for (const problem of result.offenders.flatMap(({ problems }) => problems))
    kinds.set(problem, (kinds.get(problem) ?? 0) + 1);
  expect(Object.fromEntries(kinds)).toEqual({});
  expect(result.offenders.slice(0, SHOWN)).toEqual([]);
});

it('notes nothing in the log that an operator would have to look at', () => {
  expect(gateway.log.filter(({ level }) => (level as number) >= 50)).toEqual([]);
});

it('has sent requests of all sorts', () => {
  const seen = [...result.answers.keys()];
  for (const status of [200, 400, 403, 404, 405, 413, 415, 422]) expect(seen).toContain(`REST ${status}`);
  for (const status of [200, 400, 404, 405, 413, 415]) expect(seen).toContain(`GraphQL ${status}`);
  const of = (name: string) => result.answers.get(name) ?? 0;
  for (const name of ['REST 200', 'REST 422', 'GraphQL 200', 'GraphQL 200 with data'])
    expect(of(name), name).toBeGreaterThan(REQUESTS / 20);
});

it('has been answered every status and header that the OpenAPI document names, but for those out of reach', () => {
  const reachable = [...result.documented].filter((what) => !outOfReach.has(what.split(' ')[0] as string));
  expect(reachable.length).toBeGreaterThan(30);
  expect(reachable.filter((what) => !result.seen.has(what))).toEqual([]);
});
