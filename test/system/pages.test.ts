// The pages in a real browser. Needs Chromium, and curl, PHP (with cURL) and Python (with requests) for the code that they show.
import { mkdir } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { expectCalm, giveKey, graphiQLReady, remembered, runOperation, visit } from '../support/browser.ts';
import { browserTests, type Language, runCode } from '../support/browser-tests.ts';
import { createKey, runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';
import { openPrefixProxy, type PrefixProxy } from '../support/prefix-proxy.ts';

const paths = ['/', '/docs', '/errors', '/errors/INTERNAL_VALIDATION_FAILED'];
const sizes = { 1440: 900, 768: 1024, 390: 844, 360: 740 };
const nameOf = (path: string) => path.replaceAll(/\W+/g, '-').replace(/^-|-$/g, '') || 'start';

const its = browserTests();

/** Waits until a page shows all that it has to show. */
async function shown(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  if (page.url().endsWith('/docs'))
    await page.locator('rapi-doc').getByText('Test an API key').first().waitFor({ state: 'attached' });
}

async function withWindow(
  options: Parameters<Browser['newContext']>[0],
  work: (window: BrowserContext) => Promise<void>,
) {
  const window = await its.browser.newContext(options);
  await work(window).finally(() => window.close());
}

/** What axe-core finds, of any impact. */
async function violationsIn(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, impact, nodes }) => [impact, id, nodes.map(({ target }) => target.join(' '))]);
}

describe.each(paths)('%s', (path) => {
  it.each(
    Object.entries(sizes).flatMap(([width, height]) =>
      (['light', 'dark'] as const).map((colorScheme) => [Number(width), colorScheme, height] as const),
    ),
  )('fits the screen, asks nobody else and is accessible: %i wide, %s', async (width, colorScheme, height) => {
    await mkdir('screenshots', { recursive: true });
    await withWindow({ viewport: { width, height }, colorScheme }, async (window) => {
      const tab = await visit(window, its.demo.url + path);
      await shown(tab.page);
      expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await violationsIn(tab.page)).toEqual([]);
      await tab.page.screenshot({ path: `screenshots/${nameOf(path)}-${width}-${colorScheme}.png` });
      expectCalm(tab);
    });
  });

  it('can be used by the keyboard: past the header at once, and to all that can be clicked', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const { page } = await visit(window, its.demo.url + path);
      await shown(page);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      const reached = new Set<string>();
      for (let i = 0; i < 120; i++) {
        await page.keyboard.press('Tab');
        const name = (await page.evaluate(`(() => {
          let element = document.activeElement;
          while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
          return element === document.body ? '' : element?.textContent?.trim() || element?.ariaLabel || element?.tagName;
        })()`)) as string;
        if (name === '' && reached.size > 0) break;
        reached.add(name);
      }
      expect(reached.size).toBeGreaterThan(path === '/docs' ? 30 : 3);
      if (path === '/docs') expect([...reached]).toContain('TRY');
    });
  });

  it('weighs little, less again from the cache, and moves nothing as it loads', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const tab = await visit(window, 'about:blank');
      await tab.page.addInitScript(`
        window.seen = { lcp: 0, cls: 0 };
        new PerformanceObserver((list) => { for (const { startTime } of list.getEntries()) window.seen.lcp = startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.seen.cls += value; }).observe({ type: 'layout-shift', buffered: true });`);
      const views: object[] = [];
      for (let i = 0; i < 2; i++) {
        const before = tab.bytes();
        const startedAt = performance.now();
        await tab.page.goto(its.demo.url + path);
        await shown(tab.page);
        const { lcp, cls } = (await tab.page.evaluate('window.seen')) as { lcp: number; cls: number };
        views.push({
          bytes: tab.bytes() - before,
          milliseconds: Math.round(performance.now() - startedAt),
          lcp: Math.round(lcp),
          cls: Number(cls.toFixed(3)),
        });
        expect(cls).toBeLessThan(0.1);
      }
      console.log(path, JSON.stringify(views));
      expect((views[0] as { bytes: number }).bytes).toBeLessThan(path === '/docs' ? 400_000 : 40_000);
      expect((views[1] as { bytes: number }).bytes).toBeLessThan(path === '/docs' ? 40_000 : 15_000);
    });
  });
});

describe('code that is shown', () => {
  it('on the first page is copied, runs as it stands, and is answered as the page says', async () => {
    await withWindow({ permissions: ['clipboard-read', 'clipboard-write'] }, async (window) => {
      const { page } = await visit(window, its.demo.url);
      await expect.poll(() => page.locator('#status').textContent()).toBe('Ready');
      const tabs = page.getByRole('tab');
      expect(await tabs.allTextContents()).toEqual(['curl', 'PHP', 'Node', 'Python', 'GraphQL']);
      await tabs.first().focus();
      for (const language of await tabs.allTextContents()) {
        const panel = page.getByRole('tabpanel', { name: language });
        await panel.getByRole('button', { name: 'Copy' }).click();
        const code = (await page.evaluate('navigator.clipboard.readText()')) as string;
        expect(code).toContain(its.demo.url);
        expect(await runCode(language as Language, code), language).toMatch(/newAccount/);
        await page.getByRole('tab', { name: language }).focus();
        await page.keyboard.press('ArrowRight');
      }
      const answer = JSON.parse(
        (await page.locator('h2:has-text("The first call") ~ .code code').last().textContent()) ?? '',
      );
      const first = (await its.demo.rest({ email: 'other@example.com', companyName: 'BizKitHub' })).body;
      expect(Object.keys(answer)).toEqual(Object.keys(first));
      expect(answer).toEqual({ ...first, cuRefNo: answer.cuRefNo });
    });
  });

  it('in the reference runs as it stands', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const { page } = await visit(window, `${its.demo.url}/docs`);
      await shown(page);
      const samples =
        (await page.evaluate(`[...document.querySelector('rapi-doc').shadowRoot.querySelectorAll('.tab-panel')]
        .flatMap((panel) => {
          const names = [...panel.querySelectorAll('.tab-btn')].map((button) => button.textContent.trim());
          return [...panel.querySelectorAll('.tab-content')].map((content, i) => [names[i], content.querySelector('code, pre')?.textContent]);
        }).filter(([name]) => ['curl', 'PHP', 'Node', 'Python'].includes(name))`)) as [Language, string][];
      expect(samples).toHaveLength(20);
      for (const [language, code] of samples)
        expect(await runCode(language, code), code).toMatch(/success\W+(=>)?\s*(true|True|1)/);
    });
  });
});

describe('the reference', () => {
  it('tries every endpoint in demo mode, with the sample key', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const tab = await visit(window, `${its.demo.url}/docs`);
      await shown(tab.page);
      const tries = tab.page.getByRole('button', { name: 'TRY', exact: true });
      expect(await tries.count()).toBe(5);
      for (let i = 0; i < 5; i++) {
        const answered = tab.page.waitForResponse((response) => /\/(api|ping)\//.test(response.url()));
        await tries.nth(i).click();
        const response = await answered;
        expect([response.url(), response.status(), (await response.json()).success]).toEqual([
          response.url(),
          200,
          true,
        ]);
      }
      expectCalm(tab);
    });
  });

  it.each([1440, 390])(
    'has a form for every type of body, and the command that sends the same: %i wide',
    async (width) => {
      await withWindow({ viewport: { width, height: 844 } }, async (window) => {
        const tab = await visit(window, `${its.demo.url}/docs`);
        const { page } = tab;
        await shown(page);
        for (const [endpoint, type] of [0, 2].flatMap((i) =>
          ['json', 'urlencoded', 'multipart'].map((name) => [i, name] as const),
        )) {
          const form = page.locator('api-request').nth(endpoint);
          const types = form.getByLabel('Type of the body');
          const chosen = await types.locator('option', { hasText: type }).getAttribute('value');
          await types.selectOption(chosen);
          const button = form.getByRole('button', { name: 'TRY', exact: true });
          const box = await button.boundingBox();
          expect(box && box.x + box.width, `${type}`).toBeLessThanOrEqual(width);
          const answered = page.waitForResponse((response) => response.url().includes('/api/'));
          await button.click();
          const response = await answered;
          expect([type, response.status(), response.request().headers()['content-type']]).toEqual([
            type,
            200,
            expect.stringContaining(chosen ?? ''),
          ]);
          await form.getByRole('button', { name: 'CURL' }).click();
          const command = (await form.locator('pre:visible').last().textContent()) ?? '';
          expect(JSON.parse(await runCode('curl', command)), command).toMatchObject({ success: true });
        }
        expectCalm(tab);
      });
    },
  );

  it('shows commands that a shell takes for what they are', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const { page } = await visit(window, `${its.demo.url}/docs`);
      await shown(page);
      const form = page.locator('api-request').first();
      const companyName = `O'Neil & Söhne "$(id)" @x`;
      await form.getByLabel('Body', { exact: true }).fill(JSON.stringify({ email: 'quoted@example.com', companyName }));
      const answered = page.waitForResponse((response) => response.url().includes('/create'));
      await form.getByRole('button', { name: 'TRY', exact: true }).click();
      expect((await answered).status()).toBe(200);
      await form.getByRole('button', { name: 'CURL' }).click();
      const command = (await form.locator('pre:visible').last().textContent()) ?? '';
      expect(JSON.parse(await runCode('curl', command))).toMatchObject({ newAccount: false, companyName });
    });
  });

  it('has the examples of the document, and says that a key is needed', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const { page } = await visit(window, `${its.demo.url}/docs`);
      await shown(page);
      for (const text of ['Order 25000001', '2026-06-10T08:30:00.000Z', 'HTTP Bearer', 'v1'])
        expect([text, await page.getByText(text).count()]).toEqual([text, expect.toSatisfy((count) => count > 0)]);
      for (const text of ['missing-type-info', /\bNone\b/])
        expect([text, await page.getByText(text).count()]).toEqual([text, 0]);
    });
  });

  it('asks for a key outside demo mode, which is in no address and gone with the tab, and sends what was tried', async () => {
    await withWindow({ viewport: { width: 1440, height: 900 } }, async (window) => {
      const { page } = await visit(window, `${its.gateway.url}/docs`);
      await shown(page);
      const ping = page.getByRole('button', { name: 'TRY', exact: true }).last();
      await ping.click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(await page.getByText('Aborted').count()).toBe(0);
      await ping.click();
      const answered = page.waitForResponse((response) => response.url().includes('/ping/'));
      await giveKey(page, its.gateway.key);
      const response = await answered;
      expect([response.status(), response.url().includes(its.gateway.key)]).toEqual([200, false]);
      await expect.poll(() => page.locator('#key-button').textContent()).toContain(its.gateway.key.slice(0, 8));
      expect(await page.getByText('Aborted').count()).toBe(0);
      await page.getByRole('button', { name: 'CURL' }).last().click();
      expect(await page.locator('rapi-doc').getByText('YOUR_API_KEY').last().isVisible()).toBe(true);
      expect(await page.getByText(its.gateway.key.slice(8)).count()).toBe(0);
      expect(page.url()).not.toContain(its.gateway.key);
      expect(await remembered(page)).not.toContain(its.gateway.key);
      await page.reload();
      await expect.poll(() => page.locator('#key-button').textContent()).toContain(its.gateway.key.slice(0, 8));
      const other = await visit(window, `${its.gateway.url}/docs`);
      await shown(other.page);
      expect(await other.page.locator('#key-button').textContent()).toBe('API key: none');
    });
  });
});

describe('the reference where something is wrong', () => {
  it('asks for another key in place of one that no header can hold', async () => {
    const { page } = await visit(its.window, `${its.gateway.url}/docs?apiKey=%C5%BElu`);
    await shown(page);
    await page.getByRole('button', { name: 'TRY', exact: true }).last().click();
    await expect.poll(() => page.locator('#key-problem').textContent()).toContain('form of an API key');
  });

  it('shows a failed request as one, leads to the page of its error, and asks for another key where that was refused', async () => {
    const key = await createKey(its.gateway.databaseUrl, its.gateway.organisationId);
    const { page } = await visit(its.window, `${its.gateway.url}/docs?apiKey=${key}`);
    await shown(page);
    await page.getByText('What you try here is done').waitFor();
    const form = page.locator('api-request').nth(1);
    await form.getByRole('button', { name: 'TRY', exact: true }).click();
    await form.locator('.response-message.error').waitFor();
    const led = its.window.waitForEvent('page');
    await form.getByRole('link', { name: '/errors/PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED' }).click();
    expect((await led).url()).toBe(`${its.gateway.url}/errors/PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`);
    await runSql(its.gateway.databaseUrl, 'update api_key set active = false where fingerprint = $1', [
      key.slice(0, 8),
    ]);
    const codeOfTry = async () => {
      const answered = page.waitForResponse((response) => response.url().includes('/detail'));
      await form.getByRole('button', { name: 'TRY', exact: true }).click();
      return (await (await answered).json()).error.code;
    };
    await expect.poll(codeOfTry, { interval: 500 }).toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
    await expect.poll(() => page.locator('#key-problem').textContent()).toContain('not active');
  });

  it.each(['openapi.json', 'rapidoc.js'])('leads to the document where %s cannot be loaded', async (file) => {
    await its.window.route(`**/${file}*`, (route) => route.fulfill({ status: 502, body: '<html>Bad gateway</html>' }));
    const { page } = await visit(its.window, `${its.demo.url}/docs`);
    await page.getByRole('alert').getByText('could not be loaded').waitFor();
    expect(await page.getByRole('link', { name: 'the OpenAPI document' }).getAttribute('href')).toBe('openapi.json');
  });
});

it('with PUBLIC_URL, samples and commands name it, and tries go where the page came from', async () => {
  const known = await startGateway({ demo: true, publicUrl: 'https://shop.example/gateway' });
  const { page } = await visit(its.window, `${known.url}/docs`);
  await shown(page);
  const ping = page.locator('api-request').last();
  await ping.getByRole('button', { name: 'TRY', exact: true }).click();
  await ping.getByRole('button', { name: 'CURL' }).click();
  expect(await ping.locator('pre:visible').last().textContent()).toContain(
    "curl 'https://shop.example/gateway/ping/v1'",
  );
  expect(await page.locator('rapi-doc').getByText('https://shop.example/gateway/ping/v1').count()).toBeGreaterThan(1);
  await known.close();
});

describe('below a path of a proxy', () => {
  const opened: PrefixProxy[] = [];
  const openProxy = async (url: string, prefix?: string) => {
    const proxy = await openPrefixProxy(url, prefix);
    opened.push(proxy);
    return proxy;
  };
  afterEach(() => {
    for (const proxy of opened.splice(0)) proxy.close();
  });

  it('every page loads, names the gateway as the browser does, leads to the others, and asks the gateway', async () => {
    const proxy = await openProxy(its.demo.url);
    const tab = await visit(its.window, `${proxy.url}/`);
    const { page } = tab;
    await expect.poll(() => page.locator('#status').textContent()).toBe('Ready');
    const curl = (await page.getByRole('tabpanel', { name: 'curl' }).locator('code').textContent()) ?? '';
    expect(curl).toContain(`${proxy.url}/api/v1/customer/create`);
    expect(await runCode('curl', curl)).toContain('newAccount');

    await page.getByRole('navigation').getByRole('link', { name: 'REST reference' }).click();
    await shown(page);
    const tried = page.waitForResponse((response) => response.url().startsWith(`${proxy.url}/ping/`));
    await page.getByRole('button', { name: 'TRY', exact: true }).last().click();
    expect((await tried).status()).toBe(200);

    await page.getByRole('navigation').getByRole('link', { name: 'Errors' }).click();
    await page.getByRole('link', { name: 'INTERNAL_CONFLICT' }).click();
    await page.getByRole('heading', { name: 'INTERNAL_CONFLICT' }).waitFor();
    expect(page.url()).toBe(`${proxy.url}/errors/INTERNAL_CONFLICT`);

    await page.getByRole('navigation').getByRole('link', { name: 'GraphiQL' }).click();
    await graphiQLReady(tab);
    expect((await runOperation(page)).errors).toBeUndefined();
    await page.getByRole('navigation').getByRole('link', { name: 'Start' }).click();
    expect(page.url()).toBe(`${proxy.url}/`);
    expectCalm(tab);
  });

  it('documents and errors lead to what stands there', async () => {
    const proxy = await openProxy(its.demo.url);
    const document = await (await fetch(`${proxy.url}/openapi.json`)).json();
    expect(new URL(document.servers[0].url, `${proxy.url}/openapi.json`).href).toBe(`${proxy.url}/`);
    const search = new URLSearchParams({
      query: 'mutation { createCustomer(input: { email: "jan@" }) { newAccount } }',
    });
    const tab = await visit(its.window, `${proxy.url}/graphql?${search}`);
    await graphiQLReady(tab);
    await runOperation(tab.page);
    const led = its.window.waitForEvent('page');
    await tab.page.locator('.result-window .detected-link').last().click();
    expect((await led).url()).toBe(`${proxy.url}/errors/INTERNAL_VALIDATION_FAILED`);
  });

  it('a key stays with the gateway that it was given for', async () => {
    const one = await openProxy(its.gateway.url, '/one');
    const other = { url: one.url.replace('/one', '/two') };
    const { page } = await visit(its.window, `${one.url}/docs?apiKey=${its.gateway.key}`);
    await expect.poll(() => page.locator('#key-button').textContent()).toContain(its.gateway.key.slice(0, 8));
    await its.window.route(`${other.url}/**`, (route) =>
      route.continue({ url: route.request().url().replace('/two', '/one') }),
    );
    await page.goto(`${other.url}/docs`);
    await expect.poll(() => page.locator('#key-button').textContent()).toBe('API key: none');
  });
});
