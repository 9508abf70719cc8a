// What a caller can see of itself.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const QUERY =
  '{ viewer { organisation { slug name } key { fingerprint prefix scopes } rateLimit { limit remaining resetAt } } }';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

it('is its organisation, its key and what is left of its limit, as the headers have it', async () => {
  const [organisation] = await runSql(gateway.databaseUrl, 'select slug, name from organisation where id = $1', [
    gateway.organisationId,
  ]);
  for (let i = 0; i < 3; i++) {
    const { status, body, headers } = await gateway.graphql(QUERY);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        viewer: {
          organisation,
          key: { fingerprint: gateway.key.slice(0, 8), prefix: 'PROD', scopes: [] },
          rateLimit: {
            limit: 500_000,
            remaining: Number(headers.get('x-ratelimit-remaining')),
            resetAt: new Date(Number(headers.get('x-ratelimit-reset')) * 1_000).toISOString(),
          },
        },
      },
    });
  }
});

it('may be asked by every key, whatever its scopes, and has no limit of a ROOT key', async () => {
  const restricted = await createKey(gateway.databaseUrl, gateway.organisationId, {
    prefix: 'DEV_',
    scopes: ['ip:read'],
  });
  const { body } = await gateway.graphql(QUERY, {}, { key: restricted });
  expect(body.data.viewer).toMatchObject({ key: { prefix: 'DEV_', scopes: ['ip:read'] }, rateLimit: { limit: 1_000 } });
  const root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
  const asked = await gateway.graphql(QUERY, {}, { key: root });
  expect(asked.body.data.viewer).toMatchObject({ key: { prefix: 'ROOT', scopes: [] }, rateLimit: null });
});

it('is nobody without a key, in demo mode too', async () => {
  const demo = await startGateway({ demo: true });
  for (const at of [gateway, demo]) {
    const { status, body } = await at.graphql('{ viewer { key { prefix } } }', {}, { key: null });
    expect([status, body.errors[0].extensions.code]).toEqual([404, 'PUBLIC_API_KEY_IS_EMPTY']);
  }
  await demo.close();
});
