// GraphiQL in a real browser. Needs Chromium.
import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type BrowserTab,
  editorText,
  graphiQLReady,
  launchBrowser,
  openTab,
  runOperation,
} from '../support/browser.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser: Browser;
let gateway: TestGateway;
let demo: TestGateway;
let window: BrowserContext;

beforeAll(async () => {
  [browser, gateway, demo] = await Promise.all([launchBrowser(), startGateway(), startGateway({ demo: true })]);
});
afterAll(async () => {
  await Promise.all([browser.close(), gateway.close(), demo.close()]);
});
beforeEach(async () => {
  window = await browser.newContext({ viewport: DESKTOP });
});
afterEach(() => window.close());

/** What the browser keeps beyond the tab, as text. */
const remembered = (page: Page) => page.evaluate('JSON.stringify({ ...localStorage })') as Promise<string>;

async function visit(url: string): Promise<BrowserTab> {
  const tab = await openTab(window);
  await tab.page.goto(url);
  return tab;
}

function expectCalm({ hosts, errors, page }: BrowserTab): void {
  expect([...hosts]).toEqual([new URL(page.url()).host]);
  expect(errors).toEqual([]);
}

/** Replaces what stands in the query editor. */
async function type(page: Page, text: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
  // The editor closes the last bracket once more.
  await page.keyboard.press('Delete');
  // It takes note of what was typed when the typing pauses.
  await expect.poll(() => remembered(page)).toContain(text.slice(-20));
}

describe('in demo mode', () => {
  it('runs every example, asks no other host, and says nothing in the console', async () => {
    const tab = await visit(`${demo.url}/graphql`);
    await graphiQLReady(tab);
    const tabs = tab.page.locator('.graphiql-tab-button');
    expect(await tabs.allInnerTexts()).toEqual(['CreateCustomer', 'Customer', 'Customers', 'Addresses']);
    for (let i = 0; i < (await tabs.count()); i++) {
      await tabs.nth(i).click();
      const answer = await runOperation(tab.page);
      expect(answer.errors).toBeUndefined();
      expect(Object.values(answer.data)).not.toContain(null);
    }
    expectCalm(tab);
  });

  it('keeps what was typed over a reload, and loads nothing twice', async () => {
    const tab = await visit(`${demo.url}/graphql`);
    await graphiQLReady(tab);
    await type(tab.page, '{ customers(first: 1) { edges { node { email } } } }');
    await expect.poll(() => tab.page.url()).toContain('query=');
    const first = tab.bytes();
    await tab.page.reload();
    await graphiQLReady(tab);
    expect(await editorText(tab.page, 'query-editor')).toContain('customers(first: 1)');
    expect(await tab.page.locator('.graphiql-tab-button').count()).toBe(4);
    expect(first).toBeLessThan(2_500_000);
    // The page and the schema; the rest is in the browser's cache.
    expect(tab.bytes() - first).toBeLessThan(100_000);
    expect(tab.operations).toEqual([]);
    const { data } = await runOperation(tab.page);
    expect(data.customers.edges).toHaveLength(1);
    expectCalm(tab);
  });

  it('keeps an operation that is too long for an address', async () => {
    const tab = await visit(`${demo.url}/graphql`);
    await graphiQLReady(tab);
    await type(tab.page, `# ${'long '.repeat(1_500)}\n{ customers(first: 1) { edges { cursor } } }`);
    expect(tab.page.url().length).toBeLessThanOrEqual(4_000);
    await tab.page.reload();
    await graphiQLReady(tab);
    expect(await editorText(tab.page, 'query-editor')).toContain('long');
    expectCalm(tab);
  });

  it('fits a phone', async () => {
    const tab = await visit(`${demo.url}/graphql`);
    await tab.page.setViewportSize(PHONE);
    await graphiQLReady(tab);
    expect((await runOperation(tab.page)).data.createCustomer).toBeTruthy();
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    for (const pane of ['.graphiql-execute-button', '.graphiql-query-editor', '.graphiql-response', '#key-button']) {
      const box = await tab.page.locator(pane).boundingBox();
      expect(box, pane).not.toBeNull();
      const { x, y, width, height } = box as NonNullable<typeof box>;
      expect([x >= 0, x + width <= PHONE.width, y >= 0, y + height <= PHONE.height], pane).not.toContain(false);
    }
    const response = await tab.page.locator('.graphiql-response').boundingBox();
    expect(response?.width).toBeGreaterThan(PHONE.width * 0.8);
    expectCalm(tab);
  });
});

describe('a shared link', () => {
  const search = new URLSearchParams({
    query:
      'query First { customers { edges { cursor } } } mutation Second($e: String!) { createCustomer(input: { email: $e }) { newAccount } }',
    variables: '{ "e": "shared@example.com" }',
    operationName: 'Second',
  });

  it('opens with the operation and its variables filled in, and runs nothing by itself', async () => {
    const tab = await visit(`${demo.url}/graphql?${search}`);
    await graphiQLReady(tab);
    await tab.page.waitForTimeout(1_000);
    expect(await editorText(tab.page, 'query-editor')).toContain('mutation Second');
    expect(await tab.page.locator('.graphiql-tab-active .graphiql-tab-button').textContent()).toBe('Second');
    expect(await editorText(tab.page, 'editor-tool')).toContain('shared@example.com');
    expect(tab.operations).toEqual([]);
    const made = "select 1 from customer where email = 'shared@example.com'";
    expect(await runSql(demo.databaseUrl, made)).toHaveLength(0);
    await tab.page.locator('.graphiql-execute-button').click();
    await tab.page.getByRole('menuitem', { name: 'Second' }).click();
    await expect.poll(() => runSql(demo.databaseUrl, made)).toHaveLength(1);
    expectCalm(tab);
  });

  it('opens one tab of GraphiQL, however often it is opened', async () => {
    for (let i = 0; i < 3; i++) {
      const tab = await visit(`${demo.url}/graphql?${search}`);
      await graphiQLReady(tab);
      expect(await tab.page.locator('.graphiql-tab-button').count()).toBe(5);
      await tab.page.close();
    }
  });
});

describe('outside demo mode', () => {
  it('asks for a key, which stands in no address and is gone with the tab', async () => {
    const tab = await visit(`${gateway.url}/graphql`);
    const { page } = tab;
    await page.locator('#key').fill(`PROD${'x'.repeat(28)}`);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await expect.poll(() => page.locator('#key-problem').textContent()).toContain('API key');
    // A browser writes every answer of 400 and above into the console.
    expect(tab.errors.splice(0)).toHaveLength(1);
    await page.locator('#key').fill(gateway.key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await graphiQLReady(tab);
    expect(await page.locator('#key-button').textContent()).toBe(`API key: ${gateway.key.slice(0, 8)}…`);
    await type(page, '{ customers(first: 1) { pageInfo { hasNextPage } } }');
    expect((await runOperation(page)).data.customers.pageInfo.hasNextPage).toBe(false);

    await page.reload();
    await graphiQLReady(tab);
    expect((await runOperation(page)).errors).toBeUndefined();
    expect(page.url()).not.toContain(gateway.key);
    expect(await remembered(page)).toContain('hasNextPage');
    expect(await remembered(page)).not.toContain(gateway.key.slice(4));
    expectCalm(tab);
    await page.close();

    const next = await visit(`${gateway.url}/graphql`);
    await next.page.locator('#key').waitFor();
    expect(await next.page.locator('#key-button').textContent()).toBe('API key: none');
    expect(await next.page.evaluate('JSON.stringify({ ...sessionStorage })')).toBe('{}');
    expectCalm(next);
  });

  it('takes a key out of the address', async () => {
    const tab = await visit(
      `${gateway.url}/graphql?apiKey=${gateway.key}&query=${encodeURIComponent('{ __typename }')}`,
    );
    await graphiQLReady(tab);
    expect(tab.page.url()).toBe(
      `${gateway.url}/graphql?query=${encodeURIComponent('{ __typename }').replaceAll('%20', '+')}`,
    );
    await tab.page.getByRole('button', { name: 'Headers' }).click();
    await expect.poll(() => editorText(tab.page, 'editor-tool')).toContain('Authorization');
    expect((await runOperation(tab.page)).data).toEqual({ __typename: 'Query' });
    expect(await remembered(tab.page)).not.toContain(gateway.key.slice(4));
    expectCalm(tab);
  });

  it('takes over a key that is typed among the headers', async () => {
    const tab = await visit(`${demo.url}/graphql`);
    await graphiQLReady(tab);
    await tab.page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await tab.page.keyboard.press('ControlOrMeta+A');
    await tab.page.keyboard.insertText('{ "authorization": "Bearer DEV_abcdefghijklmnopqrstuvwxyz12" }');
    await expect.poll(() => tab.page.locator('#key-button').textContent()).toBe('API key: DEV_abcd…');
    expect(await remembered(tab.page)).not.toContain('abcdefghijkl');
  });
});

it.each([
  ['1440', DESKTOP],
  ['390', PHONE],
])('can be looked at: %s pixels', async (name, size) => {
  const tab = await visit(`${demo.url}/graphql`);
  await tab.page.setViewportSize(size);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  await mkdir('screenshots', { recursive: true });
  await tab.page.screenshot({ path: `screenshots/graphiql-${name}.png` });
});
