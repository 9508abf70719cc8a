// What documents say: the commands, requests and answers of the README, and the files and places that all of them name.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { sentencesOf } from './support/sentences.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md'),
];
const own = globSync('{src,test,clients}/**/*.md', { exclude: (name) => String(name).includes('node_modules') });
const paths = [...documents, ...own];
const blocksOf = (text: string, language: string) =>
  Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms')), ([, block = '']) => block.trim());

/** A request of a document, as `curl` is told it. */
function requestOf(block: string): [path: string, init: RequestInit] {
  const [, path = ''] = /localhost:4000([^\s"]*)/.exec(block) ?? [];
  const headers = Array.from(block.matchAll(/-H "([^:]+): ([^"]+)"/g), ([, name = '', value = '']) => [name, value]);
  const [, body = ''] = /-d '([^']*)'/.exec(block) ?? [];
  return [path, { method: 'POST', headers: Object.fromEntries(headers), body }];
}

/** The same with what differs from call to call written alike. */
const withoutIds = (_: string, value: unknown) =>
  typeof value === 'string' && /^([A-Za-z0-9]{16}|[0-9a-f-]{36})$/.test(value) ? 'id' : value;

/** How a heading is named in a link. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

describe('the README', () => {
  const readme = read('README.md');
  const calls = Array.from(
    readme.matchAll(/^```sh\n(curl .*?)^```\n\n```json\n(.*?)^```/gms),
    ([, call = '', answer = '']) => [call, answer] as const,
  );
  let demo: TestGateway;
  beforeAll(async () => {
    demo = await startGateway({ demo: true });
  });
  afterAll(() => demo.close());

  it('is short, and tells the two commands that a stranger needs', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
    expect(blocksOf(readme, 'sh')).toEqual(expect.arrayContaining(['npm ci && npm start', 'npm ci && npm test']));
  });

  it.each(calls)('%s is answered as it says', async (call, answer) => {
    expect(calls).toHaveLength(3);
    const { text } = await demo.send(...requestOf(call));
    expect(JSON.parse(text, withoutIds)).toEqual(JSON.parse(answer, withoutIds));
  });
});

it('the index of the recipes has each of them, and each is followed by a test', () => {
  const recipes = globSync('docs/recipes/*.md').filter((path) => !path.endsWith('README.md'));
  const tests = globSync('test/system/recipe-*.test.ts').map(read).join('');
  expect(recipes.length).toBeGreaterThan(0);
  for (const path of recipes) {
    const name = path.split('/').at(-1) as string;
    expect(read('docs/recipes/README.md')).toContain(`](${name})`);
    expect(tests).toContain(`readRecipe('${name.replace('.md', '')}')`);
  }
});

it.each(paths)('%s has no sentence of more than 30 words', (path) => {
  expect(sentencesOf(read(path)).filter(({ words }) => words > 30)).toEqual([]);
});

it('CONTRIBUTING is short', () => {
  expect(read('CONTRIBUTING.md').split('\n').length).toBeLessThanOrEqual(100);
});

it.each(paths)('%s links to what is there', (path) => {
  const links = Array.from(read(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  for (const link of links.filter((each) => !/^[a-z]+:/.test(each))) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    expect(existsSync(target), link).toBe(true);
    const headings = anchor === undefined ? [] : read(target).matchAll(/^#+ (.+)$/gm);
    if (anchor !== undefined)
      expect(
        Array.from(headings, ([, heading = '']) => anchorOf(heading)),
        link,
      ).toContain(anchor);
  }
});

/** Files by name: one that is told without its folder is one of them. */
const names = new Set(globSync('{src,test,schema,docs,.ci}/**/*').map((path) => path.split('/').at(-1)));
/** Where a path that a document names may begin. */
const roots = ['', 'src/', 'test/', 'docs/'];
/** A file or folder of the repository; `/openapi.json` is an address, `VERSION` and the like stand for names, `.data/` is made by a start. */
const fileName = /`((?!\/|\.data|[^`]*[A-Z]{7})[\w./-]+(?:\.(?:ts|js|md|json|graphql)|\/))`/g;

it.each(documents.filter((path) => !path.includes('decisions') && path !== 'CHANGELOG.md'))(
  '%s names files that are there',
  (path) => {
    // What a recipe has its reader save: `js client.mjs` beside a fence.
    const saved = Array.from(read(path).matchAll(/^```\w+ (\S+)$/gm), ([, name = '']) => name);
    const missing = read(path)
      .split('\n')
      .flatMap((line) => {
        const named = Array.from(line.matchAll(fileName), ([, name = '']) => name);
        // A line about a folder names what is in it.
        const folders = named.filter((name) => name.endsWith('/')).map((folder) => `src/${folder}`);
        const isThere = (name: string) =>
          name.includes('/') ? [...roots, ...folders].some((root) => existsSync(root + name)) : names.has(name);
        return named.filter((name) => !isThere(name) && !existsSync(name) && !saved.includes(name));
      });
    expect(missing).toEqual([]);
  },
);

it.each(globSync('docs/decisions/0*.md'))('%s is complete, and what proves it is there', (path) => {
  const text = read(path);
  expect(text).toMatch(/^# \d{4}\. .+\n\nStatus: (accepted|superseded by \d{4})\nDate: \d{4}-\d\d-\d\d\n/);
  expect(Array.from(text.matchAll(/^## (.+)$/gm), ([, heading]) => heading)).toEqual([
    'Context',
    'Decision',
    'Rejected',
    'Consequences',
    'Proved by',
  ]);
  const [, proof = ''] = text.split('## Proved by');
  const tests = Array.from(proof.matchAll(/`([\w-]+\.test\.ts)`/g), ([, name]) => name);
  expect(tests.filter((name) => !names.has(name))).toEqual([]);
  expect(read('docs/decisions/README.md')).toContain(`](${path.split('/').at(-1)})`);
});
