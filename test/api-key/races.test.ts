// Changes of one API key that meet: each works on what the one before it left.
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deactivateApiKey, rotateApiKey } from '../../src/api-key/manage.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway();
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => gateway.close());

/** How many statements wait for a lock in the gateway's database. */
async function waiting(): Promise<number> {
  const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await runSql(gateway.databaseUrl, text)).length;
}

it.each([
  ['deactivateApiKey', 'deactivated', false],
  ['activateApiKey', 'activated', true],
])('%s changes a key that somebody else has just changed to the opposite', async (mutation, action, active) => {
  const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
  const setActive = 'update api_key set active = $2 where fingerprint = $1';
  await runSql(gateway.databaseUrl, setActive, [fingerprint, active]);
  const other = new pg.Client({ connectionString: gateway.databaseUrl });
  await other.connect();
  await other.query('begin');
  await other.query(setActive, [fingerprint, !active]);
  const query = `mutation ($f: String!) { ${mutation}(input: { fingerprint: $f }) { apiKey { active history { action } } } }`;
  const answer = gateway.graphql(query, { f: fingerprint }, { key: root });
  await expect.poll(waiting).toBe(1);
  await other.query('commit');
  await other.end();
  expect((await answer).body.data[mutation].apiKey).toEqual({ active, history: [{ action }] });
  expect(await runSql(gateway.databaseUrl, 'select active from api_key where fingerprint = $1', [fingerprint])).toEqual(
    [{ active }],
  );
});

it('tells the history as it is after each mutation of a document', async () => {
  const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
  const field = (name: string) => `${name}(input: { fingerprint: "${fingerprint}" }) { apiKey { history { action } } }`;
  const query = `mutation { a: ${field('deactivateApiKey')} b: ${field('activateApiKey')} c: ${field('deleteApiKey')} }`;
  const { data } = (await gateway.graphql(query, {}, { key: root })).body;
  const actions = ['deactivated', 'activated', 'deleted'].map((action) => ({ action }));
  expect(['a', 'b', 'c'].map((alias) => data[alias].apiKey.history)).toEqual([1, 2, 3].map((n) => actions.slice(0, n)));
});

it('tells the history of a replaced key as it is after the rotation', async () => {
  const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
  const query = `mutation {
    a: deactivateApiKey(input: { fingerprint: "${fingerprint}" }) { apiKey { history { action } } }
    b: activateApiKey(input: { fingerprint: "${fingerprint}" }) { apiKey { history { action } } }
    c: rotateApiKey(input: { fingerprint: "${fingerprint}" }) { replacedApiKey { history { action } } } }`;
  const { data } = (await gateway.graphql(query, {}, { key: root })).body;
  const actions = ['deactivated', 'activated', 'rotated'].map((action) => ({ action }));
  expect(data.c.replacedApiKey.history).toEqual(actions);
});

it('does not rotate a key that has expired while it waited for somebody who changed nothing', async () => {
  const end = new Date(Date.now() + 700);
  const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId, { expiresAt: end })).slice(0, 8);
  const other = new pg.Client({ connectionString: gateway.databaseUrl });
  await other.connect();
  await other.query('begin');
  await other.query('select from api_key where fingerprint = $1 for update', [fingerprint]);
  const count = 'select count(*)::int as count from api_key';
  const before = await runSql(gateway.databaseUrl, count);
  const query = 'mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { key } }';
  const answer = gateway.graphql(query, { f: fingerprint }, { key: root });
  await expect.poll(waiting).toBe(1);
  await expect.poll(() => Date.now()).toBeGreaterThan(end.getTime());
  await other.query('rollback');
  await other.end();
  expect((await answer).body.errors[0].extensions.code).toBe('INTERNAL_CONFLICT');
  expect(await runSql(gateway.databaseUrl, count)).toEqual(before);
});

it('refuses what is no fingerprint without the database', async () => {
  const url = parseDatabaseUrl('postgres://nobody@127.0.0.1:1/none');
  const database = openDatabase({ connection: url, entities, log: pino({ level: 'silent' }) });
  const ctx = { organisationId: 1, actor: 'command:test', requestId: undefined, database: database.forOrganisation(1) };
  for (const work of [
    deactivateApiKey(ctx, 'nope'),
    rotateApiKey(ctx, 'nope', { graceSeconds: 0, lifetimeDays: undefined }),
  ])
    await expect(work).rejects.toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED' });
  await database.close();
});

it('rotates a key once, however many ask for it at once', async () => {
  for (let round = 0; round < 5; round++) {
    const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
    const query = 'mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f, graceSeconds: 0 }) { key } }';
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => gateway.graphql(query, { f: fingerprint }, { key: root })),
    );
    const codes = answers.map(({ body }) => body.errors?.[0].extensions.code ?? 'rotated').sort();
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'INTERNAL_CONFLICT'), 'rotated']);
  }
});
