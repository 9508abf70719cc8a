// What REST requests under an Idempotency-Key are compared by stays as it is: those that an earlier version did are sent again to this one.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

it.each([
  ['create', { email: 'r1@example.com' }, '7a3cb3ff0d53f49acc756afb49b0b267cfbcab11570e43b491a0cc6dbbd07df0'],
  [
    'update-profile',
    { email: 'r1@example.com', name: 'Jan Barášek', city: 'Praha' },
    '8c749057cc1227f7817b77931ee759e3a17ed70c0050a2a20ae05ee767b8d337',
  ],
  [
    'update-profile',
    { email: 'r1@example.com', name: 'Jan Barášek', city: 'Praha', groups: null },
    '8c749057cc1227f7817b77931ee759e3a17ed70c0050a2a20ae05ee767b8d337',
  ],
  [
    'update-profile',
    { email: 'r1@example.com', groups: ['trainer', 'vip'] },
    '8be60a138fba5c59b1dcb969da713a0b66a5d2b40f0d78eae68dec31322c2625',
  ],
  [
    'update-profile',
    { email: 'r1@example.com', groups: ['vip'], referralId: null },
    '2e9125a268cb792132d4b30cdf67b514a30f9c688b2fd2c3335e4b793398f2c4',
  ],
])('of %s: %j', async (endpoint, body, digest) => {
  const key = randomUUID();
  const answer = await gateway.send(`/api/v1/customer/${endpoint}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${gateway.key}`,
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  const rows = await runSql(gateway.databaseUrl, 'select meaning_digest from idempotency_key where key = $1', [key]);
  expect(rows).toEqual([{ meaning_digest: digest }]);
});
