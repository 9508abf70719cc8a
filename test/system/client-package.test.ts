// The client package, packed and installed, under every Node that it promises to run on.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FailingProxy, openFailingProxy } from '../../clients/typescript/test/support/failing-proxy.ts';
import { installNode, installPacked, useIn } from '../../clients/typescript/test/support/package.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let proxy: FailingProxy;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway();
  proxy = await openFailingProxy(gateway.url);
  folder = await installPacked();
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await proxy.close();
  await gateway.close();
});

it.each([20, 22, 24])('works under Node %d', { timeout: 180_000 }, async (version) => {
  const node = version === 24 ? process.execPath : await installNode(version);
  proxy.plan('lost');
  expect(await useIn(folder, node, { url: gateway.url, failingUrl: proxy.url, key: gateway.key })).toEqual({
    node: expect.stringMatching(new RegExp(`^${version}\\.`)),
    newAccount: true,
    creditBalance: 3,
    amounts: [2, 1],
    errors: [
      [true, 'INTERNAL_VALIDATION_FAILED', 422],
      [true, 'CLIENT_TIMEOUT', 0],
      [true, 'CLIENT_NETWORK_FAILURE', 0],
    ],
  });
  // The one whose answer was lost came again, and was done once.
  expect(proxy.seen).toHaveLength(3);
});
