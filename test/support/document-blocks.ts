// The blocks of code in documents, run as a reader would run them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A block of code. */
export interface DocumentBlock {
  /** What stands behind the backticks: `sh`, `json` … */
  readonly language: string;
  readonly text: string;
  /** The line on which it begins. */
  readonly line: number;
}

/** The blocks of a document, in order. One within a list loses what it is indented by. */
export function blocksIn(path: string): DocumentBlock[] {
  const document = readFileSync(path, 'utf8');
  return Array.from(
    document.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms),
    ({ index, 1: indent = '', 2: language = '', 3: text = '' }) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd(),
      line: document.slice(0, index).split('\n').length,
    }),
  );
}

/** How a command ended. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs commands in a shell, in an environment of nothing but what is given, and what every program needs.
 *
 * @param typed - what is typed when they ask; without it they have no terminal
 */
export function runShell(
  commands: string,
  { cwd, environment = {}, typed = '' }: { cwd: string; environment?: Record<string, string>; typed?: string },
): Promise<Ran> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  // A session of its own has no terminal, from which passwords would be read.
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', commands], {
    cwd,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(typed);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

/** Writes what differs from run to run alike: references, times, keys, ids of requests and processes. */
export function withoutIds(text: string): string {
  return text
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b(PROD|DEV_|ROOT)[A-Za-z0-9]{28}\b/g, '$1-KEY')
    .replaceAll(/\b(PROD|DEV_|ROOT)[A-Za-z0-9]{4}\b/g, '$1-FINGERPRINT')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replaceAll(/(?<=")[A-Za-z0-9]{16}(?=")/g, 'REFERENCE')
    .replaceAll(/"(time|pid|port)":\d+/g, '"$1":0')
    .replaceAll(/"hostname":"[^"]*"/g, '"hostname":"host"');
}

/** What a command prints, and what a document says that it does, in a form that compares. */
export function comparable(text: string): unknown {
  const plain = withoutIds(text).trim();
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}
