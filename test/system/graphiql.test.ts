// GraphiQL in a real browser. Needs Chromium.
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { examplesFor, firstExamples } from '../../src/routes/graphiql/examples/index.ts';
import {
  activeTab,
  editorText,
  expectCalm,
  graphiQLReady,
  isRun,
  openExample,
  remembered,
  runOperation,
  tabNames,
  type,
  visit,
} from '../support/browser.ts';
import { browserTests, DESKTOP } from '../support/browser-tests.ts';
import { runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

const examples = examplesFor(true);
/** What the tabs of a first visitor are called. */
const names = firstExamples(examples, true).map(({ name }) => name);
const PHONES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
];

const its = browserTests();

describe('in demo mode', () => {
  it('opens with two examples, asks no other host, and says nothing in the console', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    expect(await tabNames(tab.page)).toEqual(names);
    for (const name of [...names, ...names].toReversed()) {
      await tab.page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${name}$`) }).click();
      expect(await activeTab(tab.page)).toBe(name);
      await expect.poll(() => editorText(tab.page, 'query-editor')).toContain(` ${name}(`);
      const answer = await runOperation(tab.page);
      expect(tab.operations.at(-1)).toContain(` ${name}(`);
      expect(answer.errors).toBeUndefined();
      expect(Object.values(answer.data)).not.toContain(null);
    }
    expectCalm(tab);
  });

  it('runs the tab that is shown, also at once after a change of tab', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    for (const name of ['Customers', 'BanCustomer', 'Viewer', 'CustomerGroups']) await openExample(tab.page, name);
    for (const i of [1, 2, 5, 0, 2, 1]) {
      const answered = tab.page.waitForResponse((response) => isRun(response.request()));
      // Both clicks in one task of the page: nothing that GraphiQL does later has happened.
      const name = await tab.page.evaluate(`(() => {
        const button = document.querySelectorAll('.graphiql-tab-button')[${i}];
        button.click();
        document.querySelector('.graphiql-execute-button').click();
        return button.textContent;
      })()`);
      const { data, errors } = await (await answered).json();
      expect(errors).toBeUndefined();
      expect(Object.values(data)).not.toContain(null);
      expect(await activeTab(tab.page)).toBe(name);
    }
    expectCalm(tab);
  });

  it('keeps what was typed over a reload, and loads nothing twice', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    await type(tab.page, '{ customers(first: 1) { edges { node { email } } } }');
    await expect.poll(() => tab.page.url()).toContain('query=');
    // The address has it a moment before the tabs are stored.
    const stored = () => tab.page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])');
    await expect.poll(stored).toContain('customers(first: 1)');
    const first = tab.bytes();
    await tab.page.reload();
    await graphiQLReady(tab);
    expect(await editorText(tab.page, 'query-editor')).toContain('customers(first: 1)');
    expect(await tab.page.locator('.graphiql-tab-button').count()).toBe(names.length);
    expect(first).toBeLessThan(1_200_000);
    // The page and the schema; the rest is in the browser's cache.
    expect(tab.bytes() - first).toBeLessThan(200_000);
    expect(tab.operations).toEqual([]);
    const { data } = await runOperation(tab.page);
    expect(data.customers.edges).toHaveLength(1);
    expectCalm(tab);
  });

  it('keeps an operation that is too long for an address', async () => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await graphiQLReady(tab);
    await type(tab.page, `# ${'long '.repeat(1_500)}\n{ customers(first: 1) { edges { cursor } } }`);
    expect(tab.page.url().length).toBeLessThanOrEqual(4_000);
    await tab.page.reload();
    await graphiQLReady(tab);
    expect(await editorText(tab.page, 'query-editor')).toContain('long');
    expectCalm(tab);
  });

  it.each(PHONES)('fits a phone of $width pixels', async (phone) => {
    const tab = await visit(its.window, `${its.demo.url}/graphql`);
    await tab.page.setViewportSize(phone);
    await graphiQLReady(tab);
    expect((await runOperation(tab.page)).data.createCustomer).toBeTruthy();
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
    for (const pane of [
      '.graphiql-execute-button',
      '.graphiql-query-editor',
      '.graphiql-response',
      '#key-button',
      '#viewer',
    ]) {
      const box = await tab.page.locator(pane).boundingBox();
      expect(box, pane).not.toBeNull();
      const { x, y, width, height } = box as NonNullable<typeof box>;
      expect([x >= 0, x + width <= phone.width, y >= 0, y + height <= phone.height], pane).not.toContain(false);
    }
    const response = await tab.page.locator('.graphiql-response').boundingBox();
    expect(response?.width).toBeGreaterThan(phone.width * 0.8);
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
    const tab = await visit(its.window, `${its.demo.url}/graphql?${search}`);
    await graphiQLReady(tab);
    await tab.page.waitForTimeout(1_000);
    expect(await editorText(tab.page, 'query-editor')).toContain('mutation Second');
    expect(await activeTab(tab.page)).toBe('Second');
    expect(await editorText(tab.page, 'editor-tool')).toContain('shared@example.com');
    expect(tab.operations).toEqual([]);
    const made = "select 1 from customer where email = 'shared@example.com'";
    expect(await runSql(its.demo.databaseUrl, made)).toHaveLength(0);
    await tab.page.locator('.graphiql-execute-button').click();
    await tab.page.getByRole('menuitem', { name: 'Second' }).click();
    await expect.poll(() => runSql(its.demo.databaseUrl, made)).toHaveLength(1);
    expectCalm(tab);
  });

  const named = 'mutation Second($e: String!) { createCustomer(input: { email: $e }) { newAccount } }';
  it.each([
    ['the first', 'query First { __typename } query Second { __typename }', 'First', 'First'],
    ['the second', 'query First { __typename } query Second { __typename }', 'Second', 'Second'],
    [
      'one that a comment names before',
      `# The query Second is harmless\nquery First { a: __typename }\n${named}`,
      'Second',
      'Second',
    ],
    [
      'one that a string names before',
      `query First { customer(by: { email: "query Second" }) { id } } ${named}`,
      'Second',
      'Second',
    ],
    ['one that a field seems to name before', `query First { query Second: __typename } ${named}`, 'Second', 'Second'],
    ['one with a comment in it', 'query First { __typename }\nquery # x\n  Second { __typename }', 'Second', 'Second'],
    [
      'one after lines that end in two ways',
      'query First { __typename }\r\n# x\nquery Second { __typename }',
      'Second',
      'Second',
    ],
    ['none that is there', 'query First { __typename } query Second { __typename }', 'Nope', 'First'],
  ])('runs the operation that it names, by the keyboard too: %s', async (_, query, operationName, expected) => {
    const tab = await visit(its.window, `${its.demo.url}/graphql?${new URLSearchParams({ query, operationName })}`);
    await graphiQLReady(tab);
    expect(await activeTab(tab.page)).toBe(expected);
    await tab.page
      .locator('.graphiql-query-editor textarea, .graphiql-query-editor .native-edit-context')
      .first()
      .focus();
    const [sent] = await Promise.all([tab.page.waitForRequest(isRun), tab.page.keyboard.press('ControlOrMeta+Enter')]);
    expect(sent.postDataJSON().operationName).toBe(expected);
  });

  it.each([
    ['variables alone', '?variables=%7B%22a%22%3A1%7D', 'editor-tool', '"a":1'],
    ['a syntax error', '?query=%7Bcustomers', 'query-editor', '{customers'],
    ['a tag that ends scripts', '?query=%23%3C%2Fscript%3E%20x', 'query-editor', '</script> x'],
  ] as const)('opens with %s', async (_, link, place, text) => {
    const tab = await visit(its.window, `${its.demo.url}/graphql${link}`);
    await graphiQLReady(tab);
    await expect.poll(() => editorText(tab.page, place)).toContain(text);
    expect(tab.operations).toEqual([]);
    expectCalm(tab);
  });

  it('takes the place of the oldest link among ten, and of no other tab', async () => {
    const tab = await visit(its.window, `${its.demo.url}/openapi.json`);
    const empty = { variables: null, headers: null, operationName: null, response: null };
    const kept = Array.from({ length: 25 }, (_, i) => {
      return { ...empty, id: i < 10 ? `link-${i}` : `${i}`, title: `Q${i}`, query: `query Q${i} { a }` };
    });
    const state = JSON.stringify({ tabs: kept, activeTabIndex: 0 });
    await tab.page.evaluate(`localStorage.setItem('graphiql:tabState', ${JSON.stringify(state)})`);
    await tab.page.goto(`${its.demo.url}/graphql?query=query+Q25+%7B__typename%7D`);
    await graphiQLReady(tab);
    const titles = await tab.page.locator('.graphiql-tab-button').allTextContents();
    expect(titles).toEqual(Array.from({ length: 25 }, (_, i) => `Q${i + 1}`));
    expect(await activeTab(tab.page)).toBe('Q25');
  });

  it('opens one tab of GraphiQL, however often it is opened', async () => {
    for (let i = 0; i < 3; i++) {
      const tab = await visit(its.window, `${its.demo.url}/graphql?${search}`);
      await graphiQLReady(tab);
      expect(await tab.page.locator('.graphiql-tab-button').count()).toBe(names.length + 1);
      await tab.page.close();
    }
  });
});

it('says so when introspection is off, and asks for no schema', async () => {
  const closed = await startGateway({ introspection: false });
  const tab = await visit(its.window, `${closed.url}/graphql?apiKey=${closed.key}&query=%7B__typename%7D`);
  await tab.page.locator('.graphiql-query-editor .view-lines').waitFor();
  expect(await tab.page.locator('header').textContent()).toContain('Introspection is off');
  expect((await runOperation(tab.page)).data).toEqual({ __typename: 'Query' });
  expectCalm(tab);
  await closed.close();
});

it.each([
  [
    'storage that is full',
    "localStorage.setItem('x', 'x'.repeat(5_242_000)); sessionStorage.setItem('x', 'x'.repeat(5_242_000))",
  ],
  [
    'tabs that are no tabs',
    'localStorage.setItem("graphiql:tabState", JSON.stringify({ tabs: [null, {}], activeTabIndex: 0 }))',
  ],
  ['a key that an older GraphiQL left', 'localStorage.setItem("graphiql:headers", "Bearer OLD")'],
])('opens with %s', async (_, prepare) => {
  const tab = await visit(its.window, `${its.demo.url}/openapi.json`);
  await tab.page.evaluate(prepare);
  await tab.page.goto(`${its.demo.url}/graphql?query=%7B__typename%7D`);
  await graphiQLReady(tab);
  expect((await runOperation(tab.page)).data).toEqual({ __typename: 'Query' });
  expect(await remembered(tab.page)).not.toContain('OLD');
  expectCalm(tab);
});

it.each([
  ['dark', 'light', 'rgb(255, 255, 255)'],
  ['light', 'dark', 'rgb(23, 30, 46)'],
] as const)('is of one theme where the system is %s and %s was chosen', async (colorScheme, chosen, colour) => {
  const themed = await its.browser.newContext({ viewport: DESKTOP, colorScheme });
  await themed.addInitScript(`localStorage.setItem('graphiql:theme', '${chosen}')`);
  const tab = await visit(themed, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  expect(await tab.page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(colour);
  await themed.close();
});

it.each(
  Object.entries({ 1440: 900, 768: 1024, 390: 844, 360: 640 }).flatMap(([width, height]) =>
    (['light', 'dark'] as const).map((colorScheme) => [width, colorScheme, { width: Number(width), height }] as const),
  ),
)('can be looked at: %s pixels, %s', async (name, colorScheme, viewport) => {
  const shown = await its.browser.newContext({ viewport, colorScheme });
  const tab = await visit(shown, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  await tab.page.locator('.graphiql-response .view-lines').getByText('"data"').waitFor();
  await mkdir('screenshots', { recursive: true });
  await tab.page.screenshot({ path: `screenshots/graphiql-${name}-${colorScheme}.png` });
  await shown.close();
});
