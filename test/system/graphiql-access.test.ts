// GraphiQL for those who use no mouse or no screen, and how soon it can be used. Needs Chromium.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import {
  activeTab,
  arrowDownTo,
  copied,
  editorText,
  expectCalm,
  graphiQLReady,
  isRun,
  runOperation,
  showPanel,
  tabTo,
  visit,
} from '../support/browser.ts';
import { browserTests } from '../support/browser-tests.ts';

/** What a first view may weigh over the network. */
const MOST_BYTES = 1_200_000;

const its = browserTests();

/** Parts that are not ours, each for what it lacks. */
const upstream = [
  // GraphiQL: the tab is an element of that role, with the buttons that open and close it inside.
  '.graphiql-tab',
  // The explorer: the choice of the kind of operation to add has no name.
  '.graphiql-explorer-actions select',
  // Monaco: the colours of its themes, such as that of comments.
  '.monaco-editor .view-lines',
];

/** Radix: behind an open menu all is hidden from screen readers, and keeps its place in the order of Tab, which the menu holds. */
const behindMenu = '[data-aria-hidden="true"]';

/** What axe-core finds that is serious, as "rule: selector". */
async function violations(page: Page, excluded: readonly string[]) {
  const axe = excluded.reduce((builder, selector) => builder.exclude(selector), new AxeBuilder({ page }));
  const { violations: found } = await axe.analyze();
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary?.slice(30, 200)}`),
    );
}

it.each(['light', 'dark'] as const)('has no serious violation of its own: %s', async (colorScheme) => {
  const themed = await its.browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const tab = await visit(themed, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  for (const panel of ['Examples', 'Explorer', 'History', 'Documentation Explorer']) {
    await showPanel(tab.page, panel);
    if (panel === 'Explorer') await tab.page.locator('.graphiql-explorer-field-view').first().waitFor();
    expect.soft(await violations(tab.page, upstream), panel).toEqual([]);
  }
  await tab.page.getByRole('button', { name: 'Copy as a request of a program' }).click();
  await tab.page.getByRole('menuitem').first().waitFor();
  expect.soft(await violations(tab.page, [...upstream, behindMenu]), 'menu').toEqual([]);
  await tab.page.keyboard.press('Escape');
  await tab.page.locator('#key-button').click();
  expect(await violations(tab.page, upstream), 'key').toEqual([]);
  await themed.close();
});

it('can be used by the keyboard alone', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  const { page } = tab;
  await graphiQLReady(tab);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Hide Examples');
  await tabTo(page, /^CustomerGroups/);
  await page.keyboard.press('Enter');
  await expect.poll(() => activeTab(page)).toBe('CustomerGroups');
  await tabTo(page, /customerGroups\(/);
  await page.keyboard.press('Enter');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => isRun(response.request())),
    page.keyboard.press('ControlOrMeta+Enter'),
  ]);
  expect((await answer.json()).data.customerGroups.edges.length).toBeGreaterThan(0);
  // Tab writes into the editor, until Control and M let it leave.
  await page.keyboard.press('Control+m');
  await tabTo(page, 'Copy a link to this operation');
  await page.keyboard.press('Enter');
  await expect.poll(() => copied(page)).toContain('CustomerGroups');
  await tabTo(page, 'Copy as a request of a program');
  await page.keyboard.press('Enter');
  await arrowDownTo(page, 'Copy as PHP');
  await page.keyboard.press('Enter');
  await expect.poll(() => copied(page)).toContain('<?php');
  await page.evaluate('document.activeElement.blur()');
  await tabTo(page, 'API key: sample');
  await page.keyboard.press('Enter');
  await page.locator('#key-dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#key-dialog').waitFor({ state: 'hidden' });
  expect(await editorText(page, 'query-editor')).toContain('CustomerGroups');
  expectCalm(tab);
});

/** Milliseconds from opening the page until somebody can type, and its figures by the browser. */
async function openTimed(page: Page, url: string) {
  const begun = performance.now();
  await page.goto(url);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  const usable = performance.now() - begun;
  await page.waitForTimeout(1_000);
  const seen = (await page.evaluate(`new Promise((resolve) => {
    const figures = { lcp: 0, shift: 0 };
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) figures.lcp = startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) figures.shift += value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(figures), 200);
  })`)) as { lcp: number; shift: number };
  return { usable, ...seen };
}

it('loads a first view of little, and next to nothing the second time', async () => {
  const tab = await visit(its.window, 'about:blank');
  const first = await openTimed(tab.page, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  const bytes = tab.bytes();
  const second = await openTimed(tab.page, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  for (const [name, { usable, lcp, shift }] of Object.entries({ first, second }))
    console.log(`${name} view: usable ${usable.toFixed(0)} ms, LCP ${lcp.toFixed(0)} ms, CLS ${shift.toFixed(3)}`);
  console.log(`first view: ${bytes} bytes, with the page and the schema; second: ${tab.bytes() - bytes}`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(tab.bytes() - bytes).toBeLessThan(200_000);
});

it('says once how the keyboard leaves an editor', async () => {
  const tab = await visit(its.window, `${its.demo.url}/graphql`);
  await graphiQLReady(tab);
  await runOperation(tab.page);
  await tab.page.locator('.result-window .view-lines').click();
  await tab.page.keyboard.press('Tab');
  expect(await tab.page.locator('#said').textContent()).toBe('');
  await tab.page.locator('.graphiql-query-editor .view-lines').click();
  await tab.page.keyboard.press('Tab');
  await tab.page.locator('#said', { hasText: 'Ctrl+M' }).waitFor();
  await expect.poll(() => tab.page.locator('#said').textContent()).toBe('');
  await tab.page.keyboard.press('Tab');
  expect(await tab.page.locator('#said').textContent()).toBe('');
  await tab.page.keyboard.press('Control+M');
  await tab.page.keyboard.press('Tab');
  expect(await tab.page.evaluate("document.activeElement.closest('.graphiql-query-editor .monaco-editor')")).toBeNull();
});
