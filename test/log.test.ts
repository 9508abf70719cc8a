// The log: one line a request, with what an operator needs and nothing of a customer.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKey } from '../src/api-key/key.ts';
import { logTo } from '../src/log.ts';
import { apis, rest } from './support/apis.ts';
import { runSql } from './support/database.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

async function lineOf(requestId: string) {
  for (let i = 0; i < 100; i++) {
    const line = gateway.log.find((entry) => entry.requestId === requestId && entry.msg === 'request');
    if (line) return line;
    await sleep(10);
  }
  throw new Error(`no line for ${requestId}`);
}

it.each(apis)('says who called what and what came of it: $name', async (api) => {
  const good = await api.create(
    gateway,
    { email: 'private@example.com' },
    { headers: { 'x-request-id': `good-${api.name}` } },
  );
  expect(good.code).toBeUndefined();
  expect(await lineOf(`good-${api.name}`)).toMatchObject({
    level: 30,
    status: 200,
    operation: 'createCustomer',
    key: gateway.key.slice(0, 8),
    method: 'POST',
    milliseconds: expect.any(Number),
  });
  await api.create(gateway, { email: 'x' }, { headers: { 'x-request-id': `bad-${api.name}` } });
  expect(await lineOf(`bad-${api.name}`)).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED' });
  const unknown = generateKey('PROD');
  await api.create(
    gateway,
    { email: 'private@example.com' },
    { key: unknown, headers: { 'x-request-id': `unknown-${api.name}` } },
  );
  expect(await lineOf(`unknown-${api.name}`)).toMatchObject({ code: 'PUBLIC_API_KEY_DOES_NOT_EXIST', status: 404 });
  expect(JSON.stringify(gateway.log)).not.toContain(unknown);
});

it('holds no key, no address of a customer, no body and no query', async () => {
  await gateway.send(`/api/v1/customer/create?apiKey=${gateway.key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'last' },
    body: JSON.stringify({ email: 'private@example.com', companyName: 'Very Private Ltd', customerRealIp: '9.9.9.9' }),
  });
  await gateway.send(`/api/v1/${gateway.key}`, { headers: { 'x-request-id': 'stray' } });
  const addresses = '/api/private@example.com/v1/xprivate%40example.com';
  await gateway.send(addresses, { headers: { 'x-request-id': 'addresses' } });
  await lineOf('last');
  await lineOf('stray');
  expect(await lineOf('addresses')).toMatchObject({ path: '/api/…/v1/…' });
  const text = JSON.stringify(gateway.log);
  for (const secret of [gateway.key, 'private@example.com', 'private%40', 'Very Private', '9.9.9.9', 'apiKey'])
    expect(text).not.toContain(secret);
});

it('holds no row that MikroORM adds to a message', () => {
  const lines: string[] = [];
  const error = new Error('duplicate key\n - detail: Key (email)=(private@example.com) already exists.');
  logTo('info', { write: (line: string) => void lines.push(line) }).error({ err: error }, 'failed');
  expect(lines.join()).toContain('duplicate key');
  expect(lines.join()).not.toContain('private@example.com');
});

it('holds no value that the database quotes when it fails', async () => {
  const broken = await startGateway();
  await runSql(
    broken.databaseUrl,
    `create function refuse() returns trigger language plpgsql as $$
       begin raise exception 'bad value "%"', new.email using errcode = '22P02'; end $$;
     create trigger refuse before insert on customer for each row when (new.company_name is null) execute function refuse()`,
  );
  expect((await rest.create(broken, { email: 'private@example.com' })).code).toBe('INTERNAL_SERVER_ERROR');
  expect(broken.log).toContainEqual(expect.objectContaining({ err: expect.objectContaining({ code: '22P02' }) }));
  await runSql(broken.databaseUrl, `alter table customer add constraint never check (company_name <> 'Private Ltd')`);
  await rest.create(broken, { email: 'private2@example.com', companyName: 'Private Ltd' });
  expect(broken.log).toContainEqual(expect.objectContaining({ err: expect.objectContaining({ constraint: 'never' }) }));
  expect(JSON.stringify(broken.log)).not.toMatch(/private/i);
  await broken.close();
});
