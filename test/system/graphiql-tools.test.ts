// What GraphiQL offers besides running: links, requests for programs, and whose key it is. Needs Chromium, curl, PHP and Python.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import {
  activeTab,
  copied,
  editorText,
  expectCalm,
  giveKey,
  graphiQLReady,
  openExample,
  runOperation,
  type,
  viewerLine,
  visit,
} from '../support/browser.ts';
import { browserTests, runCode } from '../support/browser-tests.ts';
import { createKey } from '../support/database.ts';

const its = browserTests();

/** Chooses a language of the menu, and reads what was copied. */
async function copyAs(page: Page, language: string): Promise<string> {
  const name = language === 'Node' ? 'fetch' : language;
  await page.getByRole('button', { name: 'Copy as a request of a program' }).click();
  await page.getByRole('menuitem', { name: `Copy as ${name}` }).click();
  await page.locator('#said', { hasText: 'copied.' }).waitFor();
  return copied(page);
}

describe('a link', () => {
  it('opens the operation with its variables and its name, and holds no key', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql?apiKey=${SAMPLE_KEY}`);
    await graphiQLReady(tab);
    await openExample(tab.page, 'FilterCustomers');
    await tab.page.getByRole('button', { name: 'Copy a link to this operation' }).click();
    await tab.page.locator('#said', { hasText: 'Link copied.' }).waitFor();
    const link = await copied(tab.page);
    expect(link).not.toContain(SAMPLE_KEY.slice(4));
    const others = await its.browser.newContext();
    const opened = await visit(others, link);
    await graphiQLReady(opened);
    expect(await activeTab(opened.page)).toBe('FilterCustomers');
    expect(await editorText(opened.page, 'editor-tool')).toContain('POSITIVE');
    expect(opened.operations).toEqual([]);
    expect((await runOperation(opened.page)).errors).toBeUndefined();
    expectCalm(opened);
    await others.close();
  });

  it('names one of several operations', async () => {
    const query = 'query First { __typename } query Second { __typename }';
    const tab = await visit(
      its.window,
      `${its.demo.url}/graphql?${new URLSearchParams({ query, operationName: 'Second' })}`,
    );
    await graphiQLReady(tab);
    await tab.page.getByRole('button', { name: 'Copy a link to this operation' }).click();
    await tab.page.locator('#said', { hasText: 'Link copied.' }).waitFor();
    expect(new URL(await copied(tab.page)).searchParams.get('operationName')).toBe('Second');
  });

  it('is not made of an operation that is too long', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    await type(tab.page, `# ${'long '.repeat(1_500)}\n{ customers(first: 1) { edges { cursor } } }`);
    await tab.page.getByRole('button', { name: 'Copy a link to this operation' }).click();
    await tab.page.locator('#said', { hasText: 'too long' }).waitFor();
  });
});

describe('a request that was copied runs as it stands', () => {
  it.each([
    ['curl', '"cuRefNo":"DemoLucieVesela1"', '"balanceAfter"'],
    ['Node', '200 { data: { customersByReference: [', '200 { data: { adjustCustomerCredit: {'],
    ['PHP', '[cuRefNo] => DemoLucieVesela1', '[balanceAfter] =>'],
    ['Python', "'cuRefNo': 'DemoLucieVesela1'", "'balanceAfter':"],
  ] as const)('%s', async (language, reference, balance) => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    await openExample(tab.page, 'CustomersByReference');
    expect(await runCode(language, await copyAs(tab.page, language))).toContain(reference);
    await openExample(tab.page, 'AdjustCustomerCredit');
    const changing = await copyAs(tab.page, language);
    expect(changing).toContain(`Bearer ${SAMPLE_KEY}`);
    expect(await runCode(language, changing)).toContain(balance);
    expectCalm(tab);
  });

  it('with quotes, line ends and one of several operations', async () => {
    const query = `# It's "two"\nquery One { __typename }\nquery Two($q: String) { customers(search: $q) { pageInfo { hasNextPage } } }`;
    const search = new URLSearchParams({
      query,
      variables: `{"q": "O'Brien \\"x\\" \\\\ $HOME"}`,
      operationName: 'Two',
    });
    const tab = await visit(its.window, `${its.demo.url}/graphql?${search}`);
    await graphiQLReady(tab);
    for (const language of ['curl', 'Node', 'PHP', 'Python'] as const)
      expect(await runCode(language, await copyAs(tab.page, language)), language).toMatch(/\bcustomers\b/);
  });

  it("holds a placeholder, and not the caller's own key", async () => {
    const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}`);
    await graphiQLReady(tab);
    const program = await copyAs(tab.page, 'curl');
    expect(program).toContain('Bearer YOUR_API_KEY');
    expect(program).not.toContain(its.gateway.key.slice(8));
    expect(await runCode('curl', program.replace('YOUR_API_KEY', its.gateway.key))).toContain('"customers"');
  });

  it('is not made of variables that are no JSON', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql?query=%7B__typename%7D&variables=%7B`);
    await graphiQLReady(tab);
    await tab.page.getByRole('button', { name: 'Copy as a request of a program' }).click();
    await tab.page.getByRole('menuitem', { name: 'Copy as curl' }).click();
    await tab.page.locator('#said', { hasText: 'not a JSON object' }).waitFor();
  });
});

describe('the header', () => {
  it('shows whose key it is, what it may do, and what is left of its limit', async () => {
    const scopes = ['customer:read', 'ip:read'];
    const key = await createKey(its.gateway.databaseUrl, its.gateway.organisationId, { scopes, limitPerMinute: 40 });
    const tab = await visit(its.window, `${its.gateway.url}/graphql`);
    await tab.page.locator('#key').waitFor();
    expect(await viewerLine(tab.page)).toEqual([]);
    await giveKey(tab.page, key);
    await graphiQLReady(tab);
    await expect
      .poll(async () => (await viewerLine(tab.page)).slice(1))
      .toEqual(['customer:read, ip:read', expect.stringMatching(/^\d+ of 40 left$/)]);
    const left = async () => Number.parseInt((await viewerLine(tab.page))[2] ?? '', 10);
    const before = await left();
    await runOperation(tab.page);
    await expect.poll(left).toBe(before - 1);
    await tab.page.waitForTimeout(500);
    // Asked once: every other answer tells too.
    expect(await left()).toBe(before - 1);
    expectCalm(tab);
  });

  it('tells of a ROOT key that it has no limit, and nothing while a tab has a key of its own', async () => {
    const root = await createKey(its.gateway.databaseUrl, its.gateway.organisationId, { prefix: 'ROOT' });
    const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${root}`);
    const { page } = tab;
    await graphiQLReady(tab);
    await expect.poll(async () => (await viewerLine(page)).slice(1)).toEqual(['all scopes', 'no limit']);
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await page.keyboard.insertText(`{"authorization": "Bearer ${its.gateway.key}"`);
    await expect.poll(() => viewerLine(page)).toEqual([]);
    await runOperation(page);
    expect(await viewerLine(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await openExample(page, 'Viewer');
    await expect.poll(async () => (await viewerLine(page)).slice(1)).toEqual(['all scopes', 'no limit']);
    expectCalm(tab);
  });
});

it('leads from an error to the page that explains it', async () => {
  const query = 'mutation { createCustomer(input: { email: "jan@" }) { newAccount } }';
  const tab = await visit(its.window, `${its.demo.url}/graphql?${new URLSearchParams({ query })}`);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  const opened = its.window.waitForEvent('page');
  await tab.page.locator('.result-window .detected-link').last().click();
  expect((await opened).url()).toBe(`${its.demo.url}/errors/INTERNAL_VALIDATION_FAILED`);
});

it('leads there by a finger, too', async () => {
  const touch = await its.browser.newContext({
    viewport: { width: 390, height: 3_000 },
    hasTouch: true,
    isMobile: true,
  });
  const query = 'mutation { createCustomer(input: { email: "jan@" }) { newAccount } }';
  const tab = await visit(touch, `${its.demo.url}/graphql?${new URLSearchParams({ query })}`);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  const link = tab.page.locator('.result-window .detected-link').last();
  const led = touch.waitForEvent('page');
  await link.tap();
  expect((await led).url()).toBe(`${its.demo.url}/errors/INTERNAL_VALIDATION_FAILED`);
  await touch.close();
});

it.each([
  ['a command of the editor', 'command:type?%7B%22text%22%3A%22OWNED%22%7D'],
  ['no URL', 'http://['],
  ['a page of another host', 'https://evil.example/errors/INTERNAL_CONFLICT'],
])('links nothing that a link brings along: %s', async (_, docUrl) => {
  const search = new URLSearchParams({
    query: 'query ($e: String!) { customer(by: { email: $e }) { email } }',
    variables: JSON.stringify({ e: docUrl, docUrl }),
  });
  const tab = await visit(its.window, `${its.demo.url}/graphql?${search}`);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  // Monaco itself makes links of what looks like the URL of a web page.
  const linked = tab.page.locator('.detected-link', { hasText: 'command:' });
  expect(await linked.count()).toBe(0);
  expectCalm(tab);
});

it('copies variables with comments, and names the key of headers with comments, as it sends them', async () => {
  const variables = '{ "q": "Jana", // who\n }';
  const query = 'query Two($q: String) { customers(search: $q, first: 1) { pageInfo { hasNextPage } } }';
  const tab = await visit(its.window, `${its.demo.url}/graphql?${new URLSearchParams({ query, variables })}`);
  await graphiQLReady(tab);
  expect((await runOperation(tab.page)).errors).toBeUndefined();
  expect(await runCode('curl', await copyAs(tab.page, 'curl'))).toContain('"hasNextPage"');
  const other = await createKey(its.demo.databaseUrl, its.demo.organisationId);
  await tab.page.getByRole('button', { name: 'Headers' }).click();
  await tab.page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await tab.page.keyboard.insertText(`{"authorization": "Bearer ${other}", // mine\n}`);
  await expect
    .poll(() => tab.page.locator('#key-button').textContent())
    .toContain(`${other.slice(0, 8)}…, of this tab`);
});

it('keeps the active tab in view, however many there are, after F5 too', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  for (let i = 0; i < 14; i++) await tab.page.getByRole('button', { name: 'New tab' }).click();
  const active = tab.page.locator('.graphiql-tab-active');
  const tabs = tab.page.locator('.graphiql-tabs');
  const isInView = async () => {
    const [one, all] = await Promise.all([active.boundingBox(), tabs.boundingBox()]);
    return one && all && one.x >= all.x && one.x + one.width <= all.x + all.width + 1;
  };
  await expect.poll(isInView).toBe(true);
  await tab.page.reload();
  await graphiQLReady(tab);
  await expect.poll(isInView).toBe(true);
});
