// Bodies of up to 1 MiB: from whom, for what, and how many at once.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BULK, ROWS, rowsOf } from '../support/bulk.ts';
import { createKey, createOrganisation } from '../support/database.ts';
import { type CallOptions, startGateway, type TestGateway } from '../support/gateway.ts';

const KIB = 1024;
let gateway: TestGateway;
let standard: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  standard = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { fastPath: false } });
});
afterAll(() => Promise.all([gateway.close(), standard.close()]));

/** A body of exactly so many bytes: the rest is blanks behind the JSON. */
const sized = (body: object, bytes: number) => JSON.stringify(body).padEnd(bytes, ' ');
const variables = { input: { customers: rowsOf('large', 2) } };
const bulk = { query: BULK, variables };

async function post(body: string, { key = gateway.key, headers }: CallOptions = {}, to = gateway) {
  const authorization: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...authorization, ...headers }, body };
  const { status, body: answer } = await to.send('/graphql', init);
  return [status, answer.errors?.[0].extensions.code];
}

const DONE = [200, undefined];
const TOO_LARGE = [413, 'INTERNAL_PAYLOAD_TOO_LARGE'];

describe('a large body', () => {
  it('is read up to 1 MiB for bulkCreateCustomers', async () => {
    expect(await post(sized(bulk, 64 * KIB + 1))).toEqual(DONE);
    expect(await post(sized(bulk, 1024 * KIB))).toEqual(DONE);
    expect(await post(sized(bulk, 1024 * KIB + 1))).toEqual(TOO_LARGE);
  });

  it.each([
    ['members', `{"variables":{${Array.from({ length: 40_001 }, (_, i) => `"m${i}":0`).join(',')}}}`],
    ['escaped names', `{"variables":{${Array.from({ length: 40_001 }, (_, i) => `"\\u0061${i}":0`).join(',')}}}`],
    ['items', `{"variables":{"a":[${'{},'.repeat(40_001)}0]}}`],
  ])('holds no more values than one of 64 KiB can: %s', async (_, text) => {
    for (const to of [gateway, standard]) expect(await post(text, {}, to)).toEqual(TOO_LARGE);
  });

  it('may hold 500 rows in which every value is as long as it may be', async () => {
    const customers = rowsOf('long', 500).map((row) => ({
      ...row,
      companyName: 'Ž'.repeat(255),
      companyRegistrationNumber: '1'.repeat(32),
      taxIdentificationNumber: 'X'.repeat(32),
      customerRealIp: '2001:db8:0000:0000:0000:0000:0000:0001',
    }));
    const { body } = await gateway.graphql(BULK, { input: { customers } });
    expect(body.data.bulkCreateCustomers.rows.every(({ result }: { result: string }) => result === 'CREATED')).toBe(
      true,
    );
  });

  it.each([
    ['another mutation', { query: 'mutation { createCustomer(input: { email: "a@example.com" }) { newAccount } }' }],
    ['a query', { query: '{ customers(first: 1) { edges { cursor } } }' }],
    ['the schema', { query: '{ __schema { queryType { name } } }' }],
    [
      'two of it',
      {
        ...bulk,
        query: `mutation ($input: BulkCreateCustomersInput!) { a: bulkCreateCustomers(input: $input) { ${ROWS} } b: bulkCreateCustomers(input: $input) { ${ROWS} } }`,
      },
    ],
    [
      'it and its type',
      {
        ...bulk,
        query: `mutation ($input: BulkCreateCustomersInput!) { __typename bulkCreateCustomers(input: $input) { ${ROWS} } }`,
      },
    ],
    [
      'another operation of its document',
      { ...bulk, query: `${BULK} query Other { __typename }`, operationName: 'Other' },
    ],
    ['a document that does not fit the schema', { query: '{ nothing }' }],
  ])('is refused for %s, by the fast path and without it', async (_, body) => {
    for (const to of [gateway, standard]) {
      // Also when the document is known.
      for (let i = 0; i < 3; i++) expect(await post(sized(body, 64 * KIB + 1), {}, to)).toEqual(TOO_LARGE);
    }
  });

  it.each([
    [
      'within a fragment',
      {
        ...bulk,
        query: `mutation ($input: BulkCreateCustomersInput!) { ...b } fragment b on Mutation { bulkCreateCustomers(input: $input) { ${ROWS} } }`,
      },
    ],
    ['named among several', { ...bulk, query: `${BULK} query Other { __typename }`, operationName: 'Bulk' }],
  ])('is read for it %s', async (_, body) => {
    for (const to of [gateway, standard])
      for (let i = 0; i < 3; i++) expect(await post(sized(body, 64 * KIB + 1), {}, to)).toEqual(DONE);
  });

  it('that cannot be read is too large, as before', async () => {
    for (const body of [
      '{'.padEnd(65 * KIB),
      sized({ query: 'mutation {' }, 65 * KIB),
      sized({ ...bulk, query: `${BULK} query Other { __typename }` }, 65 * KIB),
      sized({}, 65 * KIB),
      sized({ extensions: { persistedQuery: {} } }, 65 * KIB),
    ])
      for (const to of [gateway, standard]) expect(await post(body, {}, to)).toEqual(TOO_LARGE);
  });

  it('is done once under an Idempotency-Key', async () => {
    const options = { headers: { 'idempotency-key': 'large' } };
    const body = sized(bulk, 200 * KIB);
    for (let i = 0; i < 2; i++) expect(await post(body, options)).toEqual(DONE);
  });

  it('is not read without a key, by one that may not create, and elsewhere', async () => {
    const reader = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:read'] });
    expect(await post(sized(bulk, 65 * KIB), { key: reader })).toEqual(TOO_LARGE);
    expect((await post(sized(bulk, 65 * KIB), { key: null }))[1]).toBe('PUBLIC_API_KEY_IS_EMPTY');
    expect((await gateway.rest(sized({ email: 'a@example.com' }, 65 * KIB))).status).toBe(413);
  });
});

/** Sends all of a large request but its end. */
function begin(key: string): Promise<{ end(): void; answered: Promise<string>; socket: Socket }> {
  const { hostname, port } = new URL(gateway.url);
  const body = sized(bulk, 80 * KIB);
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(head + body.slice(0, -1), () => resolve({ end: () => socket.write(' '), answered, socket }));
    });
    const answered = new Promise<string>((done) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk)).on('close', () => done(text));
    });
  });
}

const settled = (promise: Promise<string>) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve(undefined), 300))]);

it('four large bodies of one key are read at once: others of it wait, and nobody else', async () => {
  const makeKey = () => createKey(gateway.databaseUrl, gateway.organisationId);
  const [key, other] = [await makeKey(), await makeKey()];
  const [first, ...slow] = await Promise.all(Array.from({ length: 4 }, () => begin(key)));
  await settled(new Promise(() => {}));
  const fifth = await begin(key);
  const gone = await begin(key);
  fifth.end();
  expect(await settled(fifth.answered)).toBeUndefined();
  gone.socket.destroy();
  const elsewhere = await begin(other);
  elsewhere.end();
  expect(await elsewhere.answered).toContain('200 OK');
  expect(await post(JSON.stringify(bulk), { key })).toEqual(DONE);
  first?.end();
  expect(await first?.answered).toContain('200 OK');
  expect(await fifth.answered).toContain('200 OK');
  for (const { socket } of slow) socket.destroy();
  // Whoever went away has left room.
  for (let i = 0; i < 5; i++) expect(await post(sized(bulk, 80 * KIB), { key })).toEqual(DONE);
});

it('eight are read at once of an organisation with many keys: others of it are told to come again, and no other organisation waits', async () => {
  const { databaseUrl } = gateway;
  const organisation = await createOrganisation(databaseUrl);
  const keys = await Promise.all([1, 2, 3].map(() => createKey(databaseUrl, organisation)));
  const [last = '', ...first] = keys;
  const slow = await Promise.all(first.flatMap((key) => Array.from({ length: 4 }, () => begin(key))));
  await settled(new Promise(() => {}));
  // Also one that has arrived as a whole.
  const late = post(sized(bulk, 80 * KIB), { key: last });
  expect(await post(sized(bulk, 80 * KIB))).toEqual(DONE);
  expect(await late).toEqual([503, 'INTERNAL_SERVICE_UNAVAILABLE']);
  // One that is larger than what the system keeps of it does not leave its connection hanging.
  expect(await post(sized(bulk, 1024 * KIB), { key: last })).toEqual([503, 'INTERNAL_SERVICE_UNAVAILABLE']);
  for (const { socket } of slow) socket.destroy();
  expect(await post(sized(bulk, 80 * KIB), { key: last })).toEqual(DONE);
});
