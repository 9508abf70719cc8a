// The version before and this one on one database, as they are during an update: neither does again what the other has done.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestDigest } from '../../src/idempotency/version-before.ts';
import { graphql, rest } from '../support/apis.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const age = (key: string, by: string) =>
  runSql(gateway.databaseUrl, `update idempotency_key set created_at = now() - $2::interval where key = $1`, [key, by]);

describe('what the version before keeps', () => {
  const email = 'before@example.com';
  const bytes = Buffer.from(JSON.stringify({ email }));
  const path = '/api/v1/customer/create';
  const insert = (key: string, status: number | null) =>
    runSql(
      gateway.databaseUrl,
      `insert into idempotency_key (organisation_id, key, request_digest, status, content_type, body)
       values ($1, $2, $3, $4, 'application/json; charset=utf-8', $5)`,
      [gateway.organisationId, key, requestDigest(path, [], bytes), status, status && Buffer.from('{"old":true}')],
    );

  it('is replayed to the same request, and a conflict for another', async () => {
    await insert('old', 200);
    const { answer } = await rest.create(gateway, { email }, keyed('old'));
    expect([answer.text, answer.headers.get('idempotent-replayed')]).toEqual(['{"old":true}', 'true']);
    const line = () => gateway.log.filter(({ msg }) => msg === 'request').at(-1);
    await expect.poll(line).toMatchObject({ status: 200, replayed: true });
    for (const member of ['code', 'reason']) expect(line()).not.toHaveProperty(member);
    expect((await rest.create(gateway, { email: 'x@example.com' }, keyed('old'))).code).toBe('INTERNAL_CONFLICT');
  });

  it('is running for a minute where it has no answer, and free then', async () => {
    await insert('old-running', null);
    const call = () => rest.create(gateway, { email }, keyed('old-running'));
    expect((await call()).code).toBe('INTERNAL_CONFLICT');
    await age('old-running', '2 minutes');
    expect((await call()).code).toBeUndefined();
  });
});

describe('what this version keeps, to the version before', () => {
  /** Its statements, as of version 0.1.0. */
  const claim = `
    with claimed as (
      insert into idempotency_key as k (organisation_id, key, request_digest) values ($1, $2, $3)
      on conflict (organisation_id, key) do update
        set request_digest = excluded.request_digest, created_at = now(), status = null, content_type = null, body = null
        where k.created_at < now() - interval '1 day' or (k.status is null and k.created_at < now() - interval '1 minute')
      returning key
    )
    select true as claimed, null as digest, null::smallint as status, null as body from claimed
    union all
    select false, request_digest, status, convert_from(body, 'utf8') from idempotency_key
    where organisation_id = $1 and key = $2 and not exists (select from claimed)`;
  const release = 'delete from idempotency_key where organisation_id = $1 and key = $2 and status is null';
  type Found = { claimed: boolean; digest: string; status: number; body: string };

  it.each([
    ['REST', '/api/v1/customer/create', rest],
    ['GraphQL', '/graphql', graphql],
  ] as const)('is an answer to send it again, and never free: %s', async (name, path, api) => {
    const key = `new-${name}`;
    const first = await api.create(gateway, { email: `${key}@example.com` }, keyed(key));
    await age(key, '2 minutes');
    const [found] = await runSql<Found>(gateway.databaseUrl, claim, [gateway.organisationId, key, 'of another body']);
    expect(found).toMatchObject({ claimed: false, status: 409 });
    const shown = JSON.parse(found?.body ?? '');
    const error = path === '/graphql' ? shown.errors[0].extensions : shown.error;
    expect(error).toMatchObject({ code: 'INTERNAL_CONFLICT', requestId: expect.any(String) });
    await runSql(gateway.databaseUrl, release, [gateway.organisationId, key]);
    const again = await api.create(gateway, { email: `${key}@example.com` }, keyed(key));
    expect(again.answer.text).toBe(first.answer.text);
  });

  it('is recognised by it', async () => {
    const email = 'recognised@example.com';
    await rest.create(gateway, { email }, keyed('recognised'));
    const [row] = await runSql<{ digest: string }>(
      gateway.databaseUrl,
      `select request_digest as digest from idempotency_key where key = 'recognised'`,
    );
    const bytes = Buffer.from(JSON.stringify({ email }));
    expect(row?.digest).toBe(requestDigest('/api/v1/customer/create', [], bytes));
  });
});
