// A real browser, as people use it. Needs Chromium.
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { expect } from 'vitest';

/** A tab of the browser, and all that its page did. */
export interface BrowserTab {
  page: Page;
  /** Hosts that it asked. */
  hosts: Set<string>;
  /** Errors that stand in the console, and those that nobody caught. */
  errors: string[];
  /** The operations that it sent, other than those of the page itself: for the schema, and for whose key it is. */
  operations: string[];
  /** Whether the page that stands there now has its schema. */
  hasSchema(): boolean;
  /** Bytes that came over the network. */
  bytes(): number;
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  const { CHROMIUM = '/usr/bin/chromium' } = process.env;
  // Containers mostly run as root, where the sandbox cannot.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

const queryOf = (request: Request): string | undefined =>
  request.method() === 'POST' && request.url().endsWith('/graphql') ? request.postDataJSON()?.query : undefined;

/** Whether the page asks of itself: for the schema, or whose key it has. */
const isOfPage = (request: Request) => /__schema|^query PageViewer/.test(queryOf(request) ?? '');

/** Whether somebody runs an operation. */
export const isRun = (request: Request) => queryOf(request) !== undefined && !isOfPage(request);

/** Opens a tab beside the others of a window. */
async function openTab(window: BrowserContext): Promise<BrowserTab> {
  const page = await window.newPage();
  const hosts = new Set<string>();
  const errors: string[] = [];
  const operations: string[] = [];
  let bytes = 0;
  let hasSchema = false;
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('request', (request) => {
    hosts.add(new URL(request.url()).host);
    const query = queryOf(request);
    if (query && !isOfPage(request)) operations.push(query);
    if (request.isNavigationRequest()) hasSchema = false;
  });
  page.on('requestfinished', (request) => {
    if (queryOf(request)?.includes('__schema')) hasSchema = true;
  });
  const network = await window.newCDPSession(page);
  await network.send('Network.enable');
  // What stands in a file itself, such as a font in a style, came with that.
  const inline = new Set<string>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith('data:')) inline.add(requestId);
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!inline.has(requestId)) bytes += encodedDataLength;
  });
  return { page, hosts, errors, operations, hasSchema: () => hasSchema, bytes: () => bytes };
}

/** Waits until GraphiQL can be used: all is loaded, the schema too. */
export async function graphiQLReady({ page, hasSchema }: BrowserTab): Promise<void> {
  await page.locator('.graphiql-execute-button').waitFor();
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  await expect.poll(hasSchema, { timeout: 20_000 }).toBe(true);
}

/** Runs the operation that the active tab of GraphiQL shows, and reads the answer. */
export async function runOperation(page: Page) {
  const answered = page.waitForResponse((response) => isRun(response.request()));
  await page.locator('.graphiql-execute-button').click();
  return (await answered).json();
}

/** What stands in the editor of the active tab. */
export async function editorText(page: Page, place: 'query-editor' | 'editor-tool'): Promise<string> {
  const lines = page.locator(`.graphiql-${place} .graphiql-editor:not(.hidden) .view-lines`);
  // Monaco writes blanks that do not break.
  return ((await lines.textContent()) ?? '').replaceAll('\u00a0', ' ');
}

/** What the browser keeps beyond the tab, as text. */
export const remembered = (page: Page) => page.evaluate('JSON.stringify({ ...localStorage })') as Promise<string>;

/** The name of the tab of GraphiQL that is shown. */
export const activeTab = (page: Page) => page.locator('.graphiql-tab-active .graphiql-tab-button').textContent();

/** The names of the tabs of GraphiQL. */
export const tabNames = (page: Page) => page.locator('.graphiql-tab-button').allInnerTexts();

/** Shows a panel of GraphiQL, such as its history. */
export async function showPanel(page: Page, title: string): Promise<void> {
  const button = page.getByRole('button', { name: `Show ${title}` });
  if (await button.count()) await button.click();
  await page.getByRole('button', { name: `Hide ${title}` }).waitFor();
}

/** Opens an example of the panel in a tab. */
export async function openExample(page: Page, name: string): Promise<void> {
  await showPanel(page, 'Examples');
  await page.locator('.examples button', { has: page.getByText(name, { exact: true }) }).click();
  await expect.poll(() => activeTab(page)).toBe(name);
  await expect.poll(() => editorText(page, 'query-editor')).toMatch(new RegExp(` ${name}\\b`));
}

/** Opens an address in a tab beside the others of a window. */
export async function visit(window: BrowserContext, url: string): Promise<BrowserTab> {
  const tab = await openTab(window);
  await tab.page.goto(url);
  return tab;
}

/** Asserts that a page asked no other host, and wrote no error into the console. */
export function expectCalm({ hosts, errors, page }: BrowserTab): void {
  expect([...hosts]).toEqual([new URL(page.url()).host]);
  expect(errors).toEqual([]);
}

/** Replaces what stands in the query editor. */
export async function type(page: Page, text: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
  // The editor closes the last bracket once more.
  await page.keyboard.press('Delete');
  // It takes note of what was typed when the typing pauses.
  await expect.poll(() => remembered(page)).toContain(text.slice(-20));
}

/** Gives the page a key, as somebody types it. */
export async function giveKey(page: Page, key: string): Promise<void> {
  await page.locator('#key').fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
}

/** What the page has put into the clipboard. */
export const copied = (page: Page) => page.evaluate('navigator.clipboard.readText()') as Promise<string>;

/** What the page shows as the key's organisation, scopes and limit. */
export const viewerLine = async (page: Page) =>
  (await page.locator('#viewer').isVisible()) ? page.locator('#viewer span').allTextContents() : [];

/** Presses Tab until an element has the focus. */
export async function tabTo(page: Page, label: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    const focused = (await page.evaluate(
      `(document.activeElement.ariaLabel ?? document.activeElement.textContent ?? '').trim()`,
    )) as string;
    if (typeof label === 'string' ? focused === label : label.test(focused)) return;
  }
  throw new Error(`nothing called ${label} gets the focus`);
}

/** In an open menu, presses the arrow down until this item has the focus: it gets there a moment after the key. */
export async function arrowDownTo(page: Page, item: string): Promise<void> {
  const focused = page.locator('[role="menuitem"]:focus');
  await focused.waitFor();
  while ((await focused.textContent()) !== item) {
    const before = await focused.textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused.textContent()).not.toBe(before);
  }
}
