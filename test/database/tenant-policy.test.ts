// Nothing of one organisation reaches another: not through the APIs, and not when a query forgets to ask for its own.
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

const ATTEMPTS = 2_000;
let gateway: TestGateway;
let ours: number;
let theirs: number;
let theirKey: string;
let theirRoot: string;
/** Everything by which something of ours could be named or recognised. */
let secrets: string[];

beforeAll(async () => {
  gateway = await startGateway();
  ours = gateway.organisationId;
  theirs = await createOrganisation(gateway.databaseUrl);
  theirKey = await createKey(gateway.databaseUrl, theirs);
  theirRoot = await createKey(gateway.databaseUrl, theirs, { prefix: 'ROOT' });
  await fillOrganisation(gateway.databaseUrl, ours, 'ours', 40);
  await fillOrganisation(gateway.databaseUrl, theirs, 'theirs', 40);
  const rows = await runSql<{ secret: string }>(
    gateway.databaseUrl,
    `select cu_ref_no as secret from customer where organisation_id = $1
     union select email from customer where organisation_id = $1
     union select external_id from subscription where organisation_id = $1
     union select slug from customer_group where organisation_id = $1
     union select fingerprint from api_key where organisation_id = $1`,
    [ours],
  );
  secrets = rows.map(({ secret }) => secret);
});
afterAll(() => gateway.close());

const everything = `id cuRefNo email firstName groups { name slug } meta
  referral { code email customer { cuRefNo email groups { slug } referral { code } } }
  runningSubscriptions { externalId orderNumber orderHash }`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** The many ways to ask for something of ours, each with one of our secrets in it. */
const ways: ((secret: string, i: number) => { query: string; variables?: object; root?: boolean })[] = [
  (secret) => ({
    query: `query ($r: String!) { customer(by: { cuRefNo: $r }) { ${everything} } }`,
    variables: { r: secret },
  }),
  (secret) => ({
    query: `query ($e: String!) { customer(by: { email: $e }) { ${everything} } }`,
    variables: { e: `${secret}`.includes('@') ? secret : `${secret}@example.com` },
  }),
  (secret) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${secret}`) },
  }),
  (_, i) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${i % 100}`) },
  }),
  (secret) => ({
    query: `query ($c: String!) { customers(first: 100, after: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${secret}`) },
  }),
  (secret) => ({
    query: `query ($c: String!) { customers(last: 100, before: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${secret}`) },
  }),
  (_, i) => ({
    query: `query ($n: Int!) { customers(first: $n) { edges { cursor node { ${everything} } } } }`,
    variables: { n: i % 100 },
  }),
  (secret) => ({
    query: `{ a: customer(by: { cuRefNo: "${secret.slice(0, 16)}" }) { ${everything} } b: node(id: "${base64(`CustomerGroup:${secret}`)}") { id } }`,
  }),
  (secret) => ({
    query: 'query ($f: String!) { apiKey(fingerprint: $f) { fingerprint name history { author } } }',
    variables: { f: secret },
    root: true,
  }),
  (secret) => ({
    query: 'mutation ($f: String!) { deactivateApiKey(input: { fingerprint: $f }) { apiKey { fingerprint name } } }',
    variables: { f: secret },
    root: true,
  }),
  (secret) => ({
    query: 'query ($c: String!) { apiKeys(first: 50, after: $c) { edges { node { fingerprint name } } } }',
    variables: { c: base64url(`apiKey:${secret}`) },
    root: true,
  }),
  () => ({ query: '{ apiKeys(first: 50) { edges { node { fingerprint history { reason } } } } }', root: true }),
];

/** Attempts to reach what is ours with their keys; says how much of it was seen. */
async function attempt(at: TestGateway, attempts: number): Promise<number> {
  let hits = 0;
  for (let start = 0; start < attempts; start += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, offset) => {
        const i = start + offset;
        const secret = secrets[(i * 31) % secrets.length] as string;
        const { query, variables, root } = (ways[i % ways.length] as (typeof ways)[number])(secret, i);
        return at.graphql(query, variables, { key: root ? theirRoot : theirKey });
      }),
    );
    for (const { body, status } of answers) {
      expect(status).toBeLessThan(500);
      const shown = JSON.stringify(body.data ?? {});
      hits += secrets.filter((secret) => shown.includes(secret)).length;
    }
  }
  const touched = 'select * from api_key where organisation_id = $1 and not active';
  expect(await runSql(at.databaseUrl, touched, [ours])).toEqual([]);
  return hits;
}

it(`${ATTEMPTS} attempts with another organisation's key reach nothing`, async () => {
  expect(await attempt(gateway, ATTEMPTS)).toBe(0);
});

it('neither do they without row level security: each query asks for its own', async () => {
  const log = pino({ level: 'silent' });
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log,
    asOwner: true,
    rowLevelSecurity: false,
  });
  const unprotected = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { database } });
  expect(await attempt(unprotected, 600)).toBe(0);
  const [our] = await runSql<{ cu_ref_no: string; email: string }>(
    gateway.databaseUrl,
    'select cu_ref_no, email from customer where organisation_id = $1 limit 1',
    [ours],
  );
  const crossed = await unprotected.graphql(
    'query ($c: String!) { customers(after: $c) { edges { cursor } } }',
    { c: base64url(`customer:${our?.cu_ref_no}`) },
    { key: theirKey },
  );
  expect(crossed.body.errors[0].extensions.fields).toEqual([{ path: 'after', message: expect.any(String) }]);
  const made = await unprotected.rest({ email: our?.email }, { key: theirKey });
  expect(made.body).toMatchObject({ newAccount: true });
  expect(made.body.cuRefNo).not.toBe(our?.cu_ref_no);
  await unprotected.close();
});

it('the same attempts with our own key do reach it', async () => {
  let hits = 0;
  for (let i = 0; i < ways.length * 4; i++) {
    const secret = secrets[i % secrets.length] as string;
    const { query, variables, root } = (ways[i % ways.length] as (typeof ways)[number])(secret, i);
    if (root) continue;
    const { body } = await gateway.graphql(query, variables);
    if (secrets.some((each) => JSON.stringify(body.data ?? {}).includes(each))) hits += 1;
  }
  expect(hits).toBeGreaterThan(10);
});
