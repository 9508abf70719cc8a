// The pictures of documents: `npm run docs:pictures` takes them and puts them there. Needs Chromium.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphiQLReady, runOperation, visit } from '../support/browser.ts';
import { browserTests } from '../support/browser-tests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const its = browserTests();
/** As a reader has it, whatever port it has here. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ demo: true, publicUrl: 'http://localhost:4000' });
});
afterAll(() => gateway.close());

/** What is shown, by the name of the picture: the path, and what has to be there. */
const pictures: Record<string, { path: string; ready(page: Page): Promise<unknown> }> = {
  start: { path: '/', ready: (page) => page.locator('#status', { hasText: 'Ready' }).waitFor() },
  docs: { path: '/docs', ready: (page) => page.locator('rapi-doc').getByText('Test an API key').first().waitFor() },
  errors: { path: '/errors/INTERNAL_VALIDATION_FAILED', ready: (page) => page.locator('.code').first().waitFor() },
};

const pictureOf = (name: string) => `screenshots/documents/${name}.png`;

it.each(Object.entries(pictures))('of %s can be taken', async (name, { path, ready }) => {
  await mkdir('screenshots/documents', { recursive: true });
  const { page } = await visit(its.window, gateway.url + path);
  await ready(page);
  await page.screenshot({ path: pictureOf(name) });
});

it('of GraphiQL can be taken', async () => {
  await mkdir('screenshots/documents', { recursive: true });
  const tab = await visit(its.window, `${gateway.url}/graphql`);
  await graphiQLReady(tab);
  expect((await runOperation(tab.page)).errors).toBeUndefined();
  await tab.page.screenshot({ path: pictureOf('graphiql') });
});

it('are those that documents show', async () => {
  for (const document of ['README.md', 'docs/api.md'])
    for (const [, path = ''] of (await readFile(document, 'utf8')).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      const file = path.split('/').at(-1) as string;
      expect(existsSync(`docs/images/${file}`), path).toBe(true);
      expect([...Object.keys(pictures), 'graphiql'].map((name) => `${name}.png`)).toContain(file);
    }
});
