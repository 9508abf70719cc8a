// Many customers in one call: each row for itself, in order, whatever is wrong with others.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BULK, bulkCreate, ROWS, type Row, rowsOf } from '../support/bulk.ts';
import { expectClean } from '../support/check.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await Promise.all([gateway.close(), second.close()]);
});

const countOf = async (like: string) =>
  (
    await runSql<{ count: number }>(
      gateway.databaseUrl,
      'select count(*)::int as count from customer where email like $1',
      [like],
    )
  )[0]?.count;

/** What is wrong with a row, and what its error says. */
const bad: [row: Record<string, unknown>, fields: { path: string; message: string }[]][] = [
  [{ email: 'x' }, [{ path: 'email', message: 'must be a valid e-mail address' }]],
  [{}, [{ path: 'email', message: 'is required' }]],
  [{ email: null }, [{ path: 'email', message: 'is required' }]],
  [{ email: '' }, [{ path: 'email', message: 'must be a valid e-mail address' }]],
  [
    { email: 'a@example.com', companyName: 'x'.repeat(256) },
    [{ path: 'companyName', message: 'must be at most 255 characters long' }],
  ],
  [
    { email: 'a@example.com', companyRegistrationNumber: '1'.repeat(33) },
    [{ path: 'companyRegistrationNumber', message: 'must be at most 32 characters long' }],
  ],
  [
    { email: 'a@example.com', customerRealIp: '1.2.3' },
    [{ path: 'customerRealIp', message: 'must be an IPv4 or IPv6 address' }],
  ],
  [
    { email: 'y', customerRealIp: 'z' },
    [
      { path: 'email', message: 'must be a valid e-mail address' },
      { path: 'customerRealIp', message: 'must be an IPv4 or IPv6 address' },
    ],
  ],
];

describe('rows', () => {
  it('are answered in their order, the good ones done and the bad ones told, 500 of them', async () => {
    const rows = rowsOf('good', 500);
    for (let i = 0; i < 20; i++) rows[i * 25 + 3] = { clientRef: `bad-${i}`, ...bad[i % bad.length]?.[0] };
    const { rows: results, code } = await bulkCreate(gateway, rows);
    expect(code).toBeUndefined();
    expect(results.map(({ clientRef }) => clientRef)).toEqual(rows.map(({ clientRef }) => clientRef));
    for (const [i, { clientRef, customer, result, error }] of results.entries()) {
      if (clientRef.startsWith('good')) {
        expect([result, customer?.email, error]).toEqual(['CREATED', rows[i]?.email, null]);
        continue;
      }
      expect([customer, result, error?.code]).toEqual([null, null, 'INTERNAL_VALIDATION_FAILED']);
      const expected = bad[Number(clientRef.slice(4)) % bad.length]?.[1] ?? [];
      expect(error?.fields).toEqual(expected);
    }
    expect(await countOf('good%')).toBe(480);
    expect(new Set(results.flatMap(({ customer }) => customer?.cuRefNo ?? [])).size).toBe(480);
  });

  it('say what is wrong in the words of createCustomer', async () => {
    for (const [row] of bad.filter(([{ email }]) => typeof email === 'string')) {
      const [result] = (await bulkCreate(gateway, [{ clientRef: 'x', ...row }])).rows;
      const alone = await mutate(gateway, 'createCustomer', row, 'newAccount');
      expect(result?.error).toEqual({ code: alone.code, message: alone.message, fields: alone.fields });
    }
  });

  it('with one mailbox are one customer, told to each, as if they came one after the other', async () => {
    const { rows } = await bulkCreate(gateway, [
      { clientRef: 'first', email: 'same.one@gmail.com' },
      { clientRef: 'other', email: 'other.one@gmail.com' },
      { clientRef: 'again', email: 'Same.One@gmail.com' },
      { clientRef: 'fills', email: 'sameone+x@googlemail.com', companyName: 'ACME' },
      { clientRef: 'kept', email: 'sameone@gmail.com', companyName: 'Another' },
    ]);
    expect(rows.map(({ result }) => result)).toEqual(['CREATED', 'CREATED', 'UNCHANGED', 'FILLED', 'UNCHANGED']);
    const [first, , ...others] = rows;
    for (const { customer } of others) expect(customer?.cuRefNo).toBe(first?.customer?.cuRefNo);
    expect(rows[4]?.customer?.companyName).toBe('ACME');
    const changes = await changesOf(gateway, { email: 'sameone@gmail.com' });
    expect(changes.map(({ action }: { action: string }) => action)).toEqual(['FILLED', 'CREATED']);
  });

  it('may be none, and have any clientRef that can be stored, also one that comes twice', async () => {
    expect((await bulkCreate(gateway, [])).answer.body).toEqual({ data: { bulkCreateCustomers: { rows: [] } } });
    const { rows } = await bulkCreate(gateway, [
      { clientRef: '', email: 'ref1@example.com' },
      { clientRef: '🙂\u200b', email: 'ref2@example.com' },
      { clientRef: '', email: 'ref3@example.com' },
    ]);
    expect(rows.map(({ clientRef }) => clientRef)).toEqual(['', '🙂\u200b', '']);
    expect(rows.map(({ result }) => result)).toEqual(['CREATED', 'CREATED', 'CREATED']);
  });

  it('beyond 500, without clientRef, or of another type refuse the call', async () => {
    const tooMany = await bulkCreate(gateway, rowsOf('many', 501));
    expect([tooMany.code, tooMany.answer.body.errors[0].extensions.fields]).toEqual([
      'INTERNAL_VALIDATION_FAILED',
      [{ path: 'customers', message: 'must have at most 500 items' }],
    ]);
    const without = await bulkCreate(gateway, [{ email: 'a@example.com' } as unknown as Row]);
    expect(without.answer.body.errors[0].extensions.fields).toEqual([
      { path: 'customers.0.clientRef', message: 'is required' },
    ]);
    for (const [clientRef, message] of [
      ['x'.repeat(256), 'must be at most 255 characters long'],
      ['\u0000', 'must not contain control characters'],
      ['\ud800', 'must be well-formed Unicode'],
    ] as const) {
      const { answer } = await bulkCreate(gateway, [{ clientRef, email: 'a@example.com' }]);
      expect(answer.body.errors[0].extensions.fields).toEqual([{ path: 'customers.0.clientRef', message }]);
    }
    const wrong = await bulkCreate(gateway, [{ clientRef: 'x', email: 5 }]);
    expect(wrong.answer.body.errors[0].extensions.fields[0].path).toBe('customers.0.email');
    expect(await countOf('many%')).toBe(0);
  });

  it('lead to the survivor of a merge', async () => {
    const [a, b] = (await bulkCreate(gateway, rowsOf('merged', 2))).rows.map(({ customer }) => customer);
    const sides = { survivor: { cuRefNo: a?.cuRefNo }, duplicate: { cuRefNo: b?.cuRefNo } };
    await mutate(gateway, 'mergeCustomers', { ...sides, reason: 'x' });
    const again = await bulkCreate(gateway, rowsOf('merged', 2));
    expect(again.rows.map(({ customer, result }) => [customer?.cuRefNo, result])).toEqual([
      [a?.cuRefNo, 'UNCHANGED'],
      [a?.cuRefNo, 'UNCHANGED'],
    ]);
  });
});

it('four racing calls with the same 500 addresses over two gateways create each customer once', async () => {
  const rows = rowsOf('race', 500);
  const options = { key: gateway.key };
  const calls = await Promise.all(
    [gateway, second, gateway, second].map((to, i) => bulkCreate(to, i % 3 ? rows.toReversed() : rows, options)),
  );
  expect(calls.map(({ code }) => code)).toEqual([undefined, undefined, undefined, undefined]);
  const created = calls.flatMap((call) => call.rows.filter(({ result }) => result === 'CREATED'));
  expect(created).toHaveLength(500);
  expect(new Set(created.map(({ customer }) => customer?.email)).size).toBe(500);
  const references = new Map(created.map(({ customer }) => [customer?.email, customer?.cuRefNo]));
  for (const { rows: results } of calls)
    for (const { customer } of results) expect(customer?.cuRefNo).toBe(references.get(customer?.email));
  expect(await countOf('race%')).toBe(500);
});

it('customers stay within their organisation', async () => {
  const key = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
  const ours = await bulkCreate(gateway, rowsOf('tenant', 3));
  const theirs = await bulkCreate(gateway, rowsOf('tenant', 3), { key });
  expect(theirs.rows.map(({ result }) => result)).toEqual(['CREATED', 'CREATED', 'CREATED']);
  const references = new Set([...ours.rows, ...theirs.rows].map(({ customer }) => customer?.cuRefNo));
  expect(references.size).toBe(6);
});

it('needs the scope customer:create', async () => {
  const { databaseUrl, organisationId } = gateway;
  for (const [scopes, code] of [
    [['customer:create'], undefined],
    [['customer:read', 'customer:write'], 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED'],
  ] as const) {
    const key = await createKey(databaseUrl, organisationId, { scopes: [...scopes] });
    expect((await bulkCreate(gateway, rowsOf('scope', 1), { key })).code).toBe(code);
  }
});

describe('the limit of the key', () => {
  const remaining = ({ headers }: { headers: Headers }) => Number(headers.get('x-ratelimit-remaining'));

  it('counts each row as a request, bad ones too', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { limitPerMinute: 1_000 });
    const before = remaining((await bulkCreate(gateway, [], { key })).answer);
    const rows: Row[] = [...rowsOf('counted', 99), { clientRef: 'bad', email: 'x' }];
    expect(remaining((await bulkCreate(gateway, rows, { key })).answer)).toBe(before - 100);
    expect(remaining((await bulkCreate(gateway, rowsOf('counted', 1), { key })).answer)).toBe(before - 101);
  });

  it('does nothing of a call that goes beyond it', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { limitPerMinute: 100 });
    const { code, answer } = await bulkCreate(gateway, rowsOf('beyond', 101), { key });
    expect([code, answer.body.errors[0].extensions.fields[0].path]).toEqual([
      'INTERNAL_VALIDATION_FAILED',
      'customers',
    ]);
    expect((await bulkCreate(gateway, rowsOf('within', 80), { key })).code).toBeUndefined();
    const refused = await bulkCreate(gateway, rowsOf('beyond', 80), { key });
    expect([refused.code, refused.answer.status]).toEqual(['INTERNAL_TOO_MANY_REQUESTS', 429]);
    expect(refused.answer.headers.get('retry-after')).not.toBeNull();
    expect(await countOf('beyond%')).toBe(0);
  });

  it('counts all rows of an operation together, whoever sent it before', async () => {
    const { databaseUrl, organisationId } = gateway;
    const key = await createKey(databaseUrl, organisationId, { limitPerMinute: 30 });
    const inline = (name: string, i: number) =>
      `${name}${i}: bulkCreateCustomers(input: { customers: [${Array.from({ length: 10 }, (_, n) => `{ clientRef: "x", email: "together${i}-${n}@example.com" }`).join(' ')}] }) { rows { result } }`;
    const query = `mutation { ${[0, 1, 2, 3].map((i) => inline('a', i)).join(' ')} }`;
    const refused = await gateway.graphql(query, {}, { key });
    expect(refused.body.errors[0].extensions.fields[0]).toEqual({
      path: 'customers',
      message: expect.stringContaining('at most 30 items in all'),
    });
    expect(await countOf('together%')).toBe(0);
    expect((await gateway.graphql(query)).body.errors).toBeUndefined();
    // Nothing that is remembered of the document lets it pass.
    expect((await gateway.graphql(query, {}, { key })).body.errors[0].extensions.code).toBe(
      'INTERNAL_VALIDATION_FAILED',
    );
  });

  it('is told beforehand by what the operation costs', async () => {
    const customers = rowsOf('cost', 30);
    const headers = { 'x-graphql-cost': '1' };
    const { body } = await gateway.graphql(BULK, { input: { customers } }, { headers });
    expect(body.extensions.cost.requests).toBe(30);
    const twice = `mutation ($input: BulkCreateCustomersInput!) { a: bulkCreateCustomers(input: $input) { ${ROWS} } b: bulkCreateCustomers(input: $input) { ${ROWS} } }`;
    const both = await gateway.graphql(twice, { input: { customers } }, { headers });
    expect(both.body.extensions.cost.requests).toBe(60);
    const results = both.body.data.b.rows.map(({ result }: { result: string }) => result);
    expect(new Set(results)).toEqual(new Set(['UNCHANGED']));
  });
});
