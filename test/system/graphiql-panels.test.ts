// The panels of GraphiQL in a real browser: examples, history, explorer, documentation. Needs Chromium.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { examplesFor } from '../../src/routes/graphiql/examples/index.ts';
import {
  activeTab,
  editorText,
  expectCalm,
  giveKey,
  graphiQLReady,
  openExample,
  remembered,
  runOperation,
  showPanel,
  tabNames,
  type,
  visit,
} from '../support/browser.ts';
import { browserTests } from '../support/browser-tests.ts';
import { createKey, runSql } from '../support/database.ts';

const examples = examplesFor(true);

const its = browserTests();

/** Opens examples one after the other and runs them. */
async function runAll(page: Page, names: readonly string[]) {
  for (const name of names) {
    await openExample(page, name);
    const { data, errors } = await runOperation(page);
    expect(errors, name).toBeUndefined();
    expect(Object.values(data), name).not.toContain(null);
  }
}

/** A ROOT key of the demo organisation. */
async function rootKeyOfDemo() {
  const [found] = await runSql(its.demo.databaseUrl, "select id from organisation where slug = 'demo'");
  return createKey(its.demo.databaseUrl, (found as { id: number }).id, { prefix: 'ROOT' });
}

it('runs every example that the sample key may, each in a tab, and again from the last to the first', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  const names = examples.filter(({ needsRoot }) => !needsRoot).map(({ name }) => name);
  await runAll(tab.page, names);
  expect((await tabNames(tab.page)).toSorted()).toEqual(names.toSorted());
  await runAll(tab.page, names.toReversed());
  // Each was found again, and none opened twice.
  expect(await tabNames(tab.page)).toHaveLength(names.length);
  expectCalm(tab);
});

it('runs every example of API keys with a ROOT key', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql?apiKey=${await rootKeyOfDemo()}`);
  await graphiQLReady(tab);
  const names = examples.filter(({ needsRoot }) => needsRoot).map(({ name }) => name);
  expect(await tab.page.getByText('Needs a ROOT key.').count()).toBe(names.length);
  await runAll(
    tab.page,
    names.filter((name) => name !== 'DeleteApiKey'),
  );
  await openExample(tab.page, 'CreateApiKey');
  const { createApiKey } = (await runOperation(tab.page)).data;
  await openExample(tab.page, 'DeleteApiKey');
  await tab.page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await tab.page.keyboard.press('ControlOrMeta+A');
  await tab.page.keyboard.insertText(`{"input": {"fingerprint": "${createApiKey.apiKey.fingerprint}"}}`);
  // The editor closes what was opened once more.
  for (let i = 0; i < 3; i++) await tab.page.keyboard.press('Delete');
  const { data } = await runOperation(tab.page);
  expect(data.deleteApiKey.apiKey.deletedAt).toEqual(expect.any(String));
  expectCalm(tab);
});

it('lists all examples outside demo mode too, and opens with one that changes nothing', async () => {
  const tab = await visit(its.window, `${its.gateway.url}/graphql`);
  await giveKey(tab.page, its.gateway.key);
  await graphiQLReady(tab);
  expect(await tabNames(tab.page)).toEqual(['Customers']);
  const listed = await tab.page.locator('.examples .name').allTextContents();
  expect(listed).toEqual(examplesFor(false).map(({ name }) => name));
  await openExample(tab.page, 'BanCustomer');
  expect(await editorText(tab.page, 'editor-tool')).toContain('company@example.com');
  // What the page asks to learn whether the key is a good one.
  expect(tab.operations).toEqual(['{ __typename }']);
  expectCalm(tab);
});

it('takes the place of an empty tab, and keeps what was typed in another', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  await type(tab.page, '{ viewer { key { fingerprint } } }');
  await openExample(tab.page, 'Viewer');
  await tab.page.getByRole('button', { name: 'New tab' }).click();
  await openExample(tab.page, 'IpInfo');
  expect(await tabNames(tab.page)).toEqual(['<untitled>', 'Customer', 'Viewer', 'IpInfo']);
  await tab.page.locator('.graphiql-tab-button').first().click();
  await expect.poll(() => editorText(tab.page, 'query-editor')).toContain('fingerprint');
});

it('keeps a history with labels and favourites in the browser, and no header of it', async () => {
  const secret = await createKey(its.gateway.databaseUrl, its.gateway.organisationId);
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}`);
  const { page } = tab;
  await graphiQLReady(tab);
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.insertText(`{"authorization": "Bearer ${secret}"`);
  await expect.poll(() => page.locator('#key-button').textContent()).toContain(secret.slice(0, 8));
  await type(page, '{ customers(first: 3) { pageInfo { hasNextPage } } }');
  await runOperation(page);
  await showPanel(page, 'History');
  const entries = page.locator('.graphiql-history-item-label');
  await expect.poll(() => entries.count()).toBe(1);
  await page.getByRole('button', { name: 'Edit label' }).click();
  await page.getByPlaceholder('Type a label').fill('Three customers');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add favorite' }).click();
  await page.getByRole('button', { name: 'Remove favorite' }).waitFor();
  const kept = JSON.parse(await remembered(page));
  expect(JSON.parse(kept['graphiql:favorites']).favorites).toMatchObject([{ label: 'Three customers', headers: null }]);
  expect(JSON.stringify(kept)).not.toContain(secret.slice(8));
  expect(JSON.stringify(kept)).not.toContain(its.gateway.key.slice(8));
  await page.close();

  const next = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}&query=%7B__typename%7D`);
  await graphiQLReady(next);
  await showPanel(next.page, 'History');
  await next.page.locator('.graphiql-history-item-label', { hasText: 'Three customers' }).click();
  await expect.poll(() => editorText(next.page, 'query-editor')).toContain('customers(first: 3)');
  expect(next.operations).toEqual([]);
  expectCalm(next);
});

it.each([
  ['with headers', { queries: [{ query: '{ a }', headers: '{"authorization":"Bearer OLD"}' }] }],
  ['that is none', 'OLD'],
  ['of another form', { queries: { OLD: 1 } }],
])('cleans a history that an older GraphiQL left: one %s', async (_, left) => {
  const tab = await visit(its.window, `${its.demo.url}/openapi.json`);
  const text = typeof left === 'string' ? left : JSON.stringify(left);
  await tab.page.evaluate(`localStorage.setItem('graphiql:queries', ${JSON.stringify(text)})`);
  await tab.page.goto(`${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  await showPanel(tab.page, 'History');
  expect(await remembered(tab.page)).not.toContain('OLD');
  expectCalm(tab);
});

it('puts an operation together in the explorer', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql?query=query+Mine+%7B__typename%7D`);
  await graphiQLReady(tab);
  await showPanel(tab.page, 'Explorer');
  await tab.page.locator('.graphiql-explorer-node').getByText('viewer', { exact: true }).first().click();
  await expect.poll(() => editorText(tab.page, 'query-editor')).toContain('viewer');
  await tab.page.locator('.graphiql-explorer-viewer').getByText('organisation', { exact: true }).click();
  await tab.page.locator('.graphiql-explorer-viewer').getByText('slug', { exact: true }).click();
  await expect.poll(() => editorText(tab.page, 'query-editor')).toContain('slug');
  expect((await runOperation(tab.page)).data.viewer.organisation.slug).toBe('demo');
  expect(await activeTab(tab.page)).toBe('Mine');
  expectCalm(tab);
});

it('shows the documentation, and searches it', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  await showPanel(tab.page, 'Documentation Explorer');
  await tab.page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Mutation' }).click();
  await tab.page.locator('.graphiql-doc-explorer').getByText('banCustomer').first().waitFor();
  await tab.page.getByRole('combobox').fill('creditBal');
  await tab.page
    .getByRole('option', { name: /creditBalance/ })
    .first()
    .click();
  await expect.poll(() => tab.page.locator('.graphiql-doc-explorer').textContent()).toContain('may be negative');
  expectCalm(tab);
});

it('completes and checks what is typed, in variables too', async () => {
  const query = 'query ($by: CustomerBy!) { customer(by: $by) { cuRefNo nothingSuch } }';
  const search = new URLSearchParams({ query, variables: '{ "by": 5 }' });
  const tab = await visit(its.window, `${its.demo.url}/graphql?${search}`);
  await graphiQLReady(tab);
  await tab.page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
  await tab.page.locator('.graphiql-editor-tool .squiggly-error').first().waitFor();
  await tab.page.locator('.graphiql-query-editor .view-lines').click();
  await tab.page.keyboard.press('ControlOrMeta+A');
  await tab.page.keyboard.insertText('{ customer(by: { email: "x" }) { ');
  await tab.page.keyboard.press('Control+Space');
  await tab.page.locator('.suggest-widget').getByText('firstName').first().waitFor();
  expectCalm(tab);
});
