import { expect, it } from 'vitest';
import {
  editorText,
  expectCalm,
  giveKey,
  graphiQLReady,
  isRun,
  openExample,
  remembered,
  runOperation,
  type,
  visit,
} from '../support/browser.ts';
import { browserTests } from '../support/browser-tests.ts';
import { createKey, runSql } from '../support/database.ts';

const its = browserTests();

it('asks for a key, which stands in no address and is gone with the tab', async () => {
  const tab = await visit(its.window, `${its.gateway.url}/graphql`);
  const { page } = tab;
  await giveKey(page, `PROD${'x'.repeat(28)}`);
  await expect.poll(() => page.locator('#key-problem').textContent()).toContain('API key');
  // A browser writes every answer of 400 and above into the console.
  expect(tab.errors.splice(0)).toHaveLength(1);
  await giveKey(page, its.gateway.key);
  await graphiQLReady(tab);
  expect(await page.locator('#key-button').textContent()).toBe(`API key: ${its.gateway.key.slice(0, 8)}…`);
  await type(page, '{ customers(first: 1) { pageInfo { hasNextPage } } }');
  expect((await runOperation(page)).data.customers.pageInfo.hasNextPage).toBe(false);

  await page.reload();
  await graphiQLReady(tab);
  expect((await runOperation(page)).errors).toBeUndefined();
  expect(page.url()).not.toContain(its.gateway.key);
  expect(await remembered(page)).toContain('hasNextPage');
  expect(await remembered(page)).not.toContain(its.gateway.key.slice(4));
  expectCalm(tab);
  await page.close();

  const next = await visit(its.window, `${its.gateway.url}/graphql`);
  await next.page.locator('#key').waitFor();
  expect(await next.page.locator('#key-button').textContent()).toBe('API key: none');
  expect(await next.page.evaluate('JSON.stringify({ ...sessionStorage })')).toBe('{}');
  expectCalm(next);
});

it.each([
  ['as it is', (key: string) => key],
  ['with the word of a header and an invisible character', (key: string) => `Bearer%20${key}%E2%80%8B`],
])('takes a key out of the address: %s', async (_, written) => {
  const query = encodeURIComponent('{ __typename }');
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${written(its.gateway.key)}&query=${query}`);
  await graphiQLReady(tab);
  expect(tab.page.url()).toBe(`${its.gateway.url}/graphql?query=${query.replaceAll('%20', '+')}`);
  expect((await runOperation(tab.page)).data).toEqual({ __typename: 'Query' });
  expect(await remembered(tab.page)).not.toContain(its.gateway.key.slice(4));
  // Whoever looks at the screen does not read it either.
  expect(await tab.page.locator('main').textContent()).not.toContain(its.gateway.key.slice(8));
  expectCalm(tab);
});

it('keeps the rest of an address with a blank key, however long', async () => {
  const query = `# ${'long '.repeat(1_000)}\n{ __typename }`;
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=&query=${encodeURIComponent(query)}`);
  await giveKey(tab.page, its.gateway.key);
  await graphiQLReady(tab);
  expect(await editorText(tab.page, 'query-editor')).toContain('long long');
});

it.each([
  ['that is unknown', `PROD${'x'.repeat(28)}`, 'API key'],
  ['that no header can hold', 'PROD%C5%BElu%C5%A5', 'does not have the form'],
  ['of another form', 'hello', 'API key'],
])('asks for another key in place of one %s', async (_, key, reason) => {
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${key}`);
  const asked: string[] = [];
  tab.page.on('request', (request) => void (request.method() === 'POST' && asked.push(request.url())));
  await expect.poll(() => tab.page.locator('#key-problem').textContent()).toContain(reason);
  await tab.page.waitForTimeout(1_000);
  // Each one that is refused counts as a guess.
  expect(asked.length).toBeLessThanOrEqual(1);
  await giveKey(tab.page, `"${its.gateway.key} "`);
  await graphiQLReady(tab);
  await expect.poll(() => tab.page.locator('#key-dialog').isVisible()).toBe(false);
});

it('asks for another key when one has been switched off, and forgets one when told', async () => {
  const key = await createKey(its.gateway.databaseUrl, its.gateway.organisationId);
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${key}`);
  await graphiQLReady(tab);
  await tab.page.locator('#key-button').click();
  await tab.page.getByRole('button', { name: 'Cancel' }).click();
  expect(await tab.page.locator('#key-dialog').isVisible()).toBe(false);
  await runSql(its.gateway.databaseUrl, 'update api_key set active = false where fingerprint = $1', [key.slice(0, 8)]);
  await expect
    .poll(async () => (await runOperation(tab.page)).errors?.[0].extensions.code, { interval: 500 })
    .toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
  await tab.page.locator('#key-dialog').waitFor();
  await tab.page.getByRole('button', { name: 'Forget the key' }).click();
  await expect.poll(() => tab.page.locator('#root').textContent()).toContain('needs an API key');
  expect(await tab.page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(key.slice(8));
});

it('sends a key again that was switched off and on', async () => {
  const key = await createKey(its.gateway.databaseUrl, its.gateway.organisationId);
  const switchKey = (active: boolean) =>
    runSql(its.gateway.databaseUrl, 'update api_key set active = $2 where fingerprint = $1', [key.slice(0, 8), active]);
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${key}&query=%7B__typename%7D`);
  await graphiQLReady(tab);
  for (const active of [false, true]) {
    await switchKey(active);
    const code = async () => (await runOperation(tab.page)).errors?.[0].extensions.code;
    await expect.poll(code, { interval: 500 }).toBe(active ? undefined : 'PUBLIC_API_KEY_IS_NOT_ACTIVE');
    if (!active) await tab.page.getByRole('button', { name: 'Cancel' }).click();
  }
});

it.each([
  ['full', "sessionStorage.setItem('x', 'x'.repeat(5_242_000))"],
  ['blocked', "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('blocked') } })"],
])('takes a key where the storage of the browser is %s', async (_, prepare) => {
  await its.window.addInitScript(prepare);
  const tab = await visit(its.window, `${its.gateway.url}/graphql?query=%7B__typename%7D`);
  await giveKey(tab.page, its.gateway.key);
  await graphiQLReady(tab);
  expect((await runOperation(tab.page)).data).toEqual({ __typename: 'Query' });
  expectCalm(tab);
});

it('takes no key that the gateway did not answer for', async () => {
  const tab = await visit(its.window, `${its.gateway.url}/graphql`);
  await tab.page.route('**/graphql', (route) => route.fulfill({ status: 502, body: '<p>Bad gateway' }));
  await giveKey(tab.page, its.gateway.key);
  await expect.poll(() => tab.page.locator('#key-problem').textContent()).toContain('answered with 502');
  expect(await tab.page.locator('#key-dialog').isVisible()).toBe(true);
});

it.each(['{ "X-Name": "žluť" }', '{ "bad name": "x" }'])(
  'shows no key where headers cannot be sent: %s',
  async (headers) => {
    const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}&query=%7B__typename%7D`);
    const { page } = tab;
    await graphiQLReady(tab);
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(headers);
    await page.keyboard.press('Delete');
    await page.locator('.graphiql-execute-button').click();
    await expect.poll(() => page.locator('.graphiql-response').textContent()).toContain('cannot');
    expect(await page.locator('main').textContent()).not.toContain(its.gateway.key.slice(8));
  },
);

it('asks for a key after all data of the page were cleared', async () => {
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}`);
  await graphiQLReady(tab);
  await tab.page.getByRole('button', { name: 'Open settings dialog' }).click();
  await tab.page.getByRole('button', { name: 'Clear data' }).click();
  await tab.page.locator('#key-dialog').waitFor();
  expect(await tab.page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).toBe('{}');
});

it('leaves a tab the key that stands among its headers, and all others that of the page', async () => {
  const other = await createKey(its.gateway.databaseUrl, its.gateway.organisationId);
  const tab = await visit(its.window, `${its.gateway.url}/graphql?apiKey=${its.gateway.key}`);
  const { page } = tab;
  const carried = async () => {
    const [sent] = await Promise.all([page.waitForRequest(isRun), page.locator('.graphiql-execute-button').click()]);
    return (await sent.allHeaders()).authorization;
  };
  await graphiQLReady(tab);
  await openExample(page, 'Viewer');
  await page.locator('.graphiql-tab-button').first().click();
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(`{ "authorization": "Bearer ${other}" }`);
  await page.keyboard.press('Delete');
  await expect
    .poll(() => page.locator('#key-button').textContent())
    .toBe(`API key: ${other.slice(0, 8)}…, of this tab`);
  expect(await carried()).toBe(`Bearer ${other}`);
  await page.locator('.graphiql-tab-button').nth(1).click();
  await expect.poll(() => page.locator('#key-button').textContent()).toBe(`API key: ${its.gateway.key.slice(0, 8)}…`);
  expect(await carried()).toBe(`Bearer ${its.gateway.key}`);
  await page.getByRole('button', { name: 'New tab' }).click();
  await expect.poll(() => page.evaluate('sessionStorage["graphiql:tabState"]')).toContain(other);
  await page.reload();
  await graphiQLReady(tab);
  await page.locator('.graphiql-tab-button').first().click();
  await expect.poll(() => page.locator('#key-button').textContent()).toContain(other.slice(0, 8));
  expect(await carried()).toBe(`Bearer ${other}`);
  expect(await remembered(page)).not.toContain(other.slice(8));
});
