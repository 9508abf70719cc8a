// The client package, packed and installed, under every Node that it promises to run on, and in a browser.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FailingProxy, openFailingProxy } from '../../clients/typescript/test/support/failing-proxy.ts';
import { installNode, installPacked, useIn } from '../../clients/typescript/test/support/package.ts';
import { launchBrowser } from '../support/browser.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let proxy: FailingProxy;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway({ corsOrigins: ['*'] });
  proxy = await openFailingProxy(gateway.url);
  folder = await installPacked();
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await proxy.close();
  await gateway.close();
});

/** What `use.mjs` is up against. */
const faults = ['lost', 'none', 'none', 'silent'] as const;

const worked = (platform: unknown) => ({
  node: platform,
  newAccount: true,
  creditBalance: 3,
  amounts: [2, 1],
  errors: [
    [true, 'INTERNAL_VALIDATION_FAILED', 422],
    [true, 'CLIENT_TIMEOUT', 0],
    [true, 'CLIENT_NETWORK_FAILURE', 0],
  ],
});

it.each([20, 22, 24])('works under Node %d', { timeout: 180_000 }, async (version) => {
  const own = version === 24 ? undefined : await installNode(version);
  proxy.plan(...faults);
  const used = await useIn(folder, own?.program ?? process.execPath, {
    url: gateway.url,
    failingUrl: proxy.url,
    key: gateway.key,
  });
  expect(used).toEqual(worked(expect.stringMatching(new RegExp(`^${version}\\.`))));
  // The one whose answer was lost came again, and was done once.
  expect(proxy.seen).toHaveLength(4);
  if (own) await rm(own.folder, { recursive: true });
});

it('works in a browser, on a page of another site', async () => {
  const environment = { GATEWAY_URL: gateway.url, FAILING_URL: proxy.url, API_KEY: gateway.key };
  const { outputFiles } = await build({
    stdin: { contents: readFileSync('clients/typescript/test/support/use.mjs', 'utf8'), resolveDir: folder },
    define: { 'process.env': JSON.stringify(environment), 'process.versions.node': '"browser"' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const printed: string[] = [];
  page.on('console', (message) => message.type() === 'log' && printed.push(message.text()));
  // The site is the proxy, which is asked for no icon; the gateway is another one.
  const body = '<link rel="icon" href="data:,"><title>Another site</title>';
  proxy.plan({ status: 200, headers: { 'content-type': 'text/html' }, body });
  await page.goto(proxy.url);
  proxy.plan(...faults);
  await page.addScriptTag({ type: 'module', content: outputFiles.map(({ text }) => text).join('') });
  await expect.poll(() => printed).toHaveLength(1);
  await browser.close();
  expect(JSON.parse(printed[0] ?? '')).toEqual(worked('browser'));
  const [first, again, second] = proxy.seen.map(({ headers }) => headers['idempotency-key']);
  expect([again, proxy.seen.length]).toEqual([first, 4]);
  expect(second).not.toBe(first);
});
