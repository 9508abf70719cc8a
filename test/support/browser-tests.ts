// What tests in a real browser begin with: the browser and gateways of a file, and a window for each test.
import { spawn } from 'node:child_process';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from './browser.ts';
import { startGateway, type TestGateway } from './gateway.ts';

/** The size of a window on a desktop. */
export const DESKTOP = { width: 1440, height: 900 };

/** What the tests of a file have. */
export interface BrowserTests {
  readonly browser: Browser;
  /** A gateway in demo mode. */
  readonly demo: TestGateway;
  /** One in production. */
  readonly gateway: TestGateway;
  /** A window on a desktop, which keeps nothing of the test before, and may read and write the clipboard. */
  readonly window: BrowserContext;
}

/** Has the tests of a file have all that. */
export function browserTests(): BrowserTests {
  const own: { -readonly [Name in keyof BrowserTests]?: BrowserTests[Name] } = {};
  beforeAll(async () => {
    own.browser = await launchBrowser();
    own.demo = await startGateway({ demo: true });
    own.gateway = await startGateway();
  });
  afterAll(async () => {
    await Promise.all([own.browser, own.demo, own.gateway].map((each) => each?.close()));
  });
  beforeEach(async () => {
    own.window = await own.browser?.newContext({
      viewport: DESKTOP,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
  });
  afterEach(() => own.window?.close());
  // Whatever runs in a test is there by then.
  return own as BrowserTests;
}

/** How programs are run that stand on standard input. */
const programs = {
  curl: ['bash'],
  GraphQL: ['bash'],
  PHP: ['php'],
  Node: [process.execPath, '--input-type=module'],
  Python: ['/usr/bin/python3', '-'],
} as const;

/** A language in which pages show code. */
export type Language = keyof typeof programs;

/**
 * Runs code that a page shows, as somebody would who has copied it.
 *
 * @returns what it prints, on one line: how it is broken into lines depends on its length
 */
export function runCode(language: Language, code: string): Promise<string> {
  const [program, ...words] = programs[language];
  const child = spawn(program, words);
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  // One that ends early does not read it all; what it says tells why.
  child.stdin.on('error', () => {});
  child.stdin.end(code);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve((status === 0 ? output : complaints + output).replaceAll(/\s+/g, ' ')));
  });
}
