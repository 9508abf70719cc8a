// A mutation under an Idempotency-Key is done once: key, effect and outcome are one transaction, and its answer is rendered after that.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { keepAnswer } from '../../src/idempotency/idempotency.ts';
import { logTo } from '../../src/log.ts';
import { apis, rest } from '../support/apis.ts';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway();
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => gateway.close());

const keyed = (key: string, apiKey = gateway.key) => ({ headers: { 'idempotency-key': key }, key: apiKey });
const customers = async (prefix: string) =>
  (await runSql(gateway.databaseUrl, 'select from customer where email like $1', [`${prefix}%`])).length;
const rows = (key: string) =>
  runSql<{ outcome: object | null; answer: string | null }>(
    gateway.databaseUrl,
    'select outcome, answer from idempotency_key where key = $1',
    [key],
  );
const CREATE_TWO = `mutation ($a: CreateCustomerInput!, $b: CreateCustomerInput!) {
  a: createCustomer(input: $a) { newAccount customer { cuRefNo email groups { slug } } }
  b: createCustomer(input: $b) { newAccount customer { cuRefNo } }
}`;

describe('the meaning of a body', () => {
  const create = '/api/v1/customer/create';
  const send = (key: string, headers: Record<string, string>, body: BodyInit) =>
    gateway.send(create, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'idempotency-key': key, ...headers },
      body,
    });
  const json = { 'content-type': 'application/json' };

  it.each<[string, Record<string, string>, () => BodyInit]>([
    ['members in another order', json, () => '{"companyName":"BizKitHub", "email":"meaning@example.com"}'],
    ['other white space', json, () => '{\n  "email": "meaning@example.com",\n  "companyName": "BizKitHub"\n}'],
    ['characters written otherwise', json, () => '{"email":"m\\u0065aning@example.com","companyName":"BizKitHub"}'],
    ['members that are ignored', json, () => '{"email":"meaning@example.com","companyName":"BizKitHub","x":[1]}'],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      () => 'email=meaning%40example.com&companyName=BizKitHub',
    ],
    [
      'parts with a boundary of their own',
      {},
      () => {
        const form = new FormData();
        form.set('email', 'meaning@example.com');
        form.set('companyName', 'BizKitHub');
        return form;
      },
    ],
  ])('is the same with %s', async (what, headers, body) => {
    const key = what.replaceAll(' ', '-');
    const first = await send(key, json, '{"email":"meaning@example.com","companyName":"BizKitHub"}');
    const again = await send(key, headers, body());
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.text).toBe(first.text);
  });

  it('is another where a value differs', async () => {
    await send('differs', json, '{"email":"differs@example.com","companyName":"A"}');
    for (const other of ['{"email":"differs@example.com","companyName":"B"}', '{"email":"differs@example.com"}'])
      expect((await send('differs', json, other)).status).toBe(409);
  });

  it('is not that of variables which the operation does not declare, however deep they are', async () => {
    const query = 'mutation { createCustomer(input: { email: "deep@example.com" }) { newAccount } }';
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const send = (variables: string) =>
      gateway.send('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${gateway.key}`,
          'idempotency-key': 'deep',
        },
        body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      });
    const answers = [await send(`{"x":${deep}}`), await send('{}'), await send('null')];
    expect(answers.map(({ status, text }) => [status, text])).toEqual(
      answers.map(() => [200, '{"data":{"createCustomer":{"newAccount":true}}}']),
    );
  });

  it('is the same with variables in another order, and with a document written otherwise', async () => {
    const [a, b] = [{ email: 'order-a@example.com' }, { email: 'order-b@example.com' }];
    const first = await gateway.graphql(CREATE_TWO, { a, b }, keyed('order'));
    const again = await gateway.graphql(CREATE_TWO.replaceAll('\n', ' '), { b, a }, keyed('order'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
  });
});

describe('a document of several mutations', () => {
  it('is done whole', async () => {
    const [a, b] = [{ email: 'whole-a@example.com' }, { email: 'whole-b@example.com' }];
    const { body } = await gateway.graphql(CREATE_TWO, { a, b }, keyed('whole'));
    expect(body.data).toMatchObject({
      a: { newAccount: true, customer: { email: 'whole-a@example.com', groups: [] } },
      b: { newAccount: true },
    });
    const [row] = await rows('whole');
    expect(row?.outcome).toEqual({
      a: { cuRefNo: body.data.a.customer.cuRefNo, newAccount: true },
      b: { cuRefNo: body.data.b.customer.cuRefNo, newAccount: true },
    });
    expect(JSON.parse(row?.answer ?? '')).toEqual(body.data);
  });

  it('is not done at all when a field fails, and the key is free', async () => {
    const query = `mutation {
      a: createCustomer(input: { email: "half-a@example.com" }) { newAccount }
      b: deactivateApiKey(input: { fingerprint: "PRODnone" }) { apiKey { active } }
      c: createCustomer(input: { email: "half-c@example.com" }) { newAccount }
    }`;
    const { body } = await gateway.graphql(query, {}, keyed('half', root));
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([{ path: ['b'], extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
    expect([await customers('half-'), await rows('half')]).toEqual([0, []]);
    const other = 'mutation { createCustomer(input: { email: "half-a@example.com" }) { newAccount } }';
    expect((await gateway.graphql(other, {}, keyed('half', root))).body.data.createCustomer.newAccount).toBe(true);
  });

  it.each([
    ['a wrong input', 'createCustomer(input: { email: "nope" }) { newAccount }'],
    ['a key that is not there', 'deactivateApiKey(input: { fingerprint: "PRODnone" }) { apiKey { active } }'],
  ])('waits for nothing when a field has failed: %s', async (_, failing) => {
    const holder = new pg.Client({ connectionString: gateway.databaseUrl });
    await holder.connect();
    await holder.query('begin; lock table customer in share row exclusive mode');
    const query = `mutation { a: ${failing} b: createCustomer(input: { email: "after@example.com" }) { newAccount } }`;
    const { body } = await gateway.graphql(query, {}, keyed('after', root));
    await holder.end();
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([{ path: ['a'], extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
  });

  it.each([
    'customer { ipHistory(first: 500) { edges { cursor } } }',
    'customer { referral { customer { ipHistory(after: "x") { edges { cursor } } } } }',
    'newAccount @include(if: $b) customer { email }',
    'customer { ... on Customer @skip(if: $b) { email } }',
  ])('is not done when its answer cannot be rendered: %s', async (selection) => {
    const variables = selection.includes('$b') ? '($b: Boolean = true)' : '';
    const query = `mutation ${variables} { createCustomer(input: { email: "asked@example.com" }) { ${selection} } }`;
    const { body } = await gateway.graphql(query, { b: null }, keyed('asked'));
    expect(body).not.toHaveProperty('data');
    expect(body.errors).toMatchObject([{ extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
    expect([await customers('asked'), await rows('asked')]).toEqual([0, []]);
  });

  it('with fragments, conditions and aliases does and shows what it does without a key', async () => {
    const query = (name: string) => `mutation ($no: Boolean = false) {
      ...Some
      ... on Mutation { __proto__: createCustomer(input: { email: "${name}-b@example.com" }) { newAccount } }
      c: createCustomer(input: { email: "${name}-c@example.com" }) @include(if: $no) { newAccount }
      __typename
    }
    fragment Some on Mutation { a: createCustomer(input: { email: "${name}-a@example.com" }) { newAccount ...Rest } }
    fragment Rest on CreateCustomerPayload { customer { email } }`;
    const plain = await gateway.graphql(query('plain'), {});
    const under = await gateway.graphql(query('under'), {}, keyed('fragments'));
    expect(under.text).toBe(plain.text.replaceAll('plain', 'under'));
    const again = await gateway.graphql(query('under'), {}, keyed('fragments'));
    expect(again.text).toBe(under.text);
    expect(await customers('under-')).toBe(2);
  });
});

describe('an answer that was not kept', () => {
  it.each(apis)('is rendered from the outcome, to all alike: $name', async (api) => {
    const name = `lost-${api.name.toLowerCase()}`;
    const first = await api.create(gateway, { email: `${name}@example.com`, companyName: 'A' }, keyed(name));
    await runSql(gateway.databaseUrl, 'update idempotency_key set answer = null where key = $1', [name]);
    const again = await api.create(gateway, { email: `${name}@example.com`, companyName: 'A' }, keyed(name));
    expect([again.newAccount, again.profile?.cuRefNo]).toEqual([true, first.profile?.cuRefNo]);
    expect(again.answer.text).toBe(first.answer.text);
    expect((await rows(name))[0]?.answer).not.toBeNull();
  });

  it('of a key is rendered too, and looks at nothing for the change log', async () => {
    const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
    const query = `mutation { deactivateApiKey(input: { fingerprint: "${fingerprint}" }) { apiKey { active history { action } } } }`;
    const first = await gateway.graphql(query, {}, keyed('key', root));
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'key'`);
    const again = await gateway.graphql(query, {}, keyed('key', root));
    expect(first.body.data.deactivateApiKey.apiKey).toEqual({ active: false, history: [{ action: 'deactivated' }] });
    expect(again.text).toBe(first.text);
  });

  it('is a conflict where nothing is left to show', async () => {
    await rest.create(gateway, { email: 'gone@example.com' }, keyed('gone'));
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'gone'`);
    await runSql(gateway.databaseUrl, `delete from customer where email = 'gone@example.com'`);
    const { code, answer } = await rest.create(gateway, { email: 'gone@example.com' }, keyed('gone'));
    expect([code, answer.headers.get('idempotent-replayed')]).toEqual(['INTERNAL_CONFLICT', null]);
    const query = 'mutation { createCustomer(input: { email: "gone-too@example.com" }) { customer { email } } }';
    await gateway.graphql(query, {}, keyed('gone-too'));
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'gone-too'`);
    await runSql(gateway.databaseUrl, `delete from customer where email = 'gone-too@example.com'`);
    const { status, body, headers } = await gateway.graphql(query, {}, keyed('gone-too'));
    expect([status, body.data, headers.get('idempotent-replayed')]).toEqual([409, undefined, null]);
    expect(body.errors).toMatchObject([{ extensions: { code: 'INTERNAL_CONFLICT' } }]);
  });

  it('is the one that was kept first, when two processes have rendered it', async () => {
    await rest.create(gateway, { email: 'first@example.com' }, keyed('first'));
    const { meaning } = (
      await runSql<{ meaning: string }>(
        gateway.databaseUrl,
        `update idempotency_key set answer = null where key = 'first' returning meaning_digest as meaning`,
      )
    )[0] as { meaning: string };
    const database = openDatabase({
      connection: parseDatabaseUrl(gateway.databaseUrl),
      entities,
      log: logTo('silent', { write: () => {} }),
      operationTimeout: 5_000,
    });
    const keep = (digest: string, answer: string) =>
      keepAnswer(database.forOrganisation(gateway.organisationId), 'first', digest, answer, []);
    expect(await keep('of another request', '{"other":true}')).toBe('{"other":true}');
    expect(await keep(meaning, '{"mine":1}')).toBe('{"mine":1}');
    expect(await keep(meaning, '{"mine":2}')).toBe('{"mine":1}');
    await database.close();
  });
});

it('is ignored by a query', async () => {
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table idempotency_key in access exclusive mode');
  const query = '{ customers(first: 1) { edges { node { email } } } }';
  for (const key of ['query', 'query', 'has blank']) {
    const { body, headers } = await gateway.graphql(query, {}, keyed(key));
    expect([body.errors, headers.get('idempotent-replayed')]).toEqual([undefined, null]);
  }
  await holder.end();
  expect(await rows('query')).toEqual([]);
});
