// Who may import whom, and how long things may be. The arrows point one way; a file that turns one round fails here.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaintAbout } from '../src/node-version.ts';

/** What each folder, or file beside them, may import besides itself and packages. */
const base = [
  'backoff.ts',
  'errors',
  'in-turns.ts',
  'json-members.ts',
  'log.ts',
  'moment.ts',
  'once.ts',
  'random.ts',
  'text.ts',
];
const database = ['database', 'database-url.ts', 'config.ts', ...base];
const domain = ['json-object.ts', 'operation-context.ts', ...database];
const allowed: Record<string, string[]> = {
  'in-turns.ts': [],
  'log-output.ts': [],
  'log.ts': ['log-output.ts'],
  'backoff.ts': [],
  'moment.ts': [],
  'once.ts': [],
  'random.ts': [],
  'node-version.ts': [],
  // Who may write in a folder matters to the files of the embedded PostgreSQL and to compiled code.
  'folders.ts': [],
  'version.ts': [],
  errors: [],
  'text.ts': ['errors'],
  'json-members.ts': ['errors'],
  'json-object.ts': ['text.ts'],
  'driver-variables.ts': [],
  'url-parts.ts': [],
  'database-tls.ts': ['url-parts.ts'],
  'database-url.ts': ['database-tls.ts', 'url-parts.ts'],
  'config-forms.ts': [],
  'config.ts': ['config-forms.ts', 'database-url.ts'],
  generated: [],
  // The addresses that proxies write are checked as those that callers send, and there are no more of them than can be set.
  http: ['ip/address.ts', 'config.ts', 'api-key', 'rate-limit', 'idempotency', 'database/open.ts', ...base],
  database,
  'embedded-postgres': ['config.ts', 'database-url.ts', 'folders.ts', 'log.ts'],
  ip: ['in-turns.ts', 'log.ts', 'text.ts', 'errors'],
  'rate-limit': ['ip/address.ts', 'api-key/key.ts', 'backoff.ts', 'errors', 'log.ts'],
  organisation: ['api-key', 'change-log', ...domain],
  'change-log': ['organisation/organisation.entity.ts', ...domain],
  'api-key': ['background/job.ts', 'rate-limit', 'change-log', 'organisation/organisation.entity.ts', ...domain],
  // Who acts is known to domain folders alone.
  'operation-context.ts': ['database/organisation-database.ts'],
  background: database,
  idempotency: ['background/job.ts', 'organisation/organisation.entity.ts', ...domain],
  customer: [
    'background/job.ts',
    'idempotency/erase.ts',
    'ip',
    'change-log',
    'organisation/organisation.entity.ts',
    ...domain,
  ],
  demo: ['customer', 'api-key', 'organisation', 'change-log', ...database],
  graphql: ['customer', 'organisation', 'api-key', 'rate-limit', 'change-log', 'idempotency', 'ip', 'http', ...domain],
  // The REST API runs operations: it knows no domain, and GraphQL only by the schema that it is handed.
  rest: ['generated', 'http', ...base],
  // What is answered without a key says how the parts are, as they say it themselves.
  routes: [
    'http',
    'database',
    'log-output.ts',
    'browser/samples.js',
    'browser/sample-key.js',
    'bundle/manifest.ts',
    'demo/names.ts',
    ...base,
  ],
  // Runs in browsers, and imports nothing but packages.
  browser: [],
  // Bundles what stands in `browser` for GraphiQL; it reads that, and imports none of it.
  bundle: [],
  // What is checked is what is said elsewhere: names of actions, and how many.
  check: ['json-object.ts', 'organisation', 'customer/actions.ts', 'customer/merge/merged.ts', ...database],
  'entities.ts': ['customer', 'api-key', 'organisation', 'idempotency', 'change-log'],
};
/** Assembly, processes and commands, which may import all. */
const top = ['app.ts', 'parts.ts', 'prepare.ts', 'main.ts', 'process', 'cli'];

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

const roomOf = (path: string) => path.split('/')[0] as string;

/** Every import of one file of `src` by another, as [importer, imported], relative to `src`. */
function importsOf(path: string, text: string): [string, string][] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    ([, specifier]) => specifier as string,
  );
  return specifiers.map((specifier) => [path, normalize(join(dirname(path), specifier))]);
}

function forbidden([importer, imported]: [string, string]): boolean {
  const room = roomOf(importer);
  if (top.includes(room) || room === roomOf(imported)) return false;
  return !allowed[room]?.some((entry) => imported === entry || roomOf(imported) === entry);
}

const sources = files('src').map((path) => path.slice('src/'.length));
const imports = sources.flatMap((path) => importsOf(path, readFileSync(join('src', path), 'utf8')));

it('has no import against the arrows', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.filter(forbidden)).toEqual([]);
});

it('imports nothing of the client package, which imports nothing of the gateway', () => {
  expect(imports.filter(([, imported]) => imported.startsWith('..'))).toEqual([]);
  const folder = 'clients/typescript/src';
  const ofClient = files(folder).flatMap((path) =>
    importsOf(path.slice(folder.length + 1), readFileSync(path, 'utf8')),
  );
  expect(ofClient.length).toBeGreaterThan(20);
  expect(ofClient.filter(([, imported]) => imported.startsWith('..'))).toEqual([]);
});

it('has no import against the arrows within graphql/ either', () => {
  const below: Record<string, string[]> = {
    plugins: [],
    execution: ['plugins'],
    schema: ['execution'],
    server: ['execution'],
  };
  const folderOf = (path: string) => /^graphql\/([^/]+)\//.exec(path)?.[1];
  const against = imports.filter(([importer, imported]) => {
    const [from, to] = [folderOf(importer), folderOf(imported)];
    return from !== undefined && to !== undefined && from !== to && !below[from]?.includes(to);
  });
  expect(against).toEqual([]);
});

it('takes no package at run time that is installed for tests alone', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  // What the bundle of GraphiQL puts in the place of a module within another.
  const known = new Set([...Object.keys(dependencies), 'doc-explorer-search']);
  const taken = sources.flatMap((path) =>
    Array.from(
      readFileSync(join('src', path), 'utf8').matchAll(
        /^(?:import|export) (?!type )(?:[^';=]* from )?'([^'.][^']*)';|import(?:\.meta\.resolve)?\('([^'.][^']*)'\)/gm,
      ),
      ([, from, asked]) => [path, (from ?? asked) as string] as const,
    ),
  );
  const packages = taken.filter(([, name]) => !name.startsWith('node:'));
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, name]) => !known.has(/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] as string))).toEqual([]);
});

it('tells an old Node so before it meets what that cannot read', () => {
  const programs = sources.filter((path) => /(^|\n)assertNode\(\);/.test(readFileSync(join('src', path), 'utf8')));
  expect(programs).toEqual([
    ...['build-pages', 'check', 'customers', 'export', 'import', 'keys', 'migrate', 'organisations'].map(
      (name) => `cli/${name}.ts`,
    ),
    'main.ts',
  ]);
  for (const path of programs) {
    const imported = [...readFileSync(join('src', path), 'utf8').matchAll(/^import .*from '([^']+)';$/gm)].map(
      ([, specifier]) => specifier as string,
    );
    expect(imported.filter((specifier) => !/^node:|\/node-version\.ts$/.test(specifier))).toEqual([]);
  }
  // Types apart, this is JavaScript as it was in 2015.
  expect(readFileSync('src/node-version.ts', 'utf8')).not.toMatch(/^import|\?\?=|\b(await )?using /m);
});

it.each(['22.6.0', '22.18.0', '23.11.1'])('refuses Node %s in one sentence', (version) => {
  expect(complaintAbout(version)).toMatch(/^This needs Node 24 and runs on Node [\d.]+: use npm start [^\n]+\.$/);
});

it.each(['24.0.0', '24.21.0', '26.1.0', '100.0.0'])('takes Node %s', (version) => {
  expect(complaintAbout(version)).toBeUndefined();
});

it('knows every folder', () => {
  for (const path of sources) expect([...Object.keys(allowed), ...top]).toContain(roomOf(path));
});

it('keeps tests in folders named as those of the source, or in one of their own', () => {
  const foldersOf = (path: string) =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const own = ['bench', 'contract', 'fixtures', 'programs', 'support', 'system'];
  expect(foldersOf('test').filter((folder) => ![...own, ...foldersOf('src')].includes(folder))).toEqual([]);
});

it.each([
  ['rest/handler.ts', '../customer/create.ts'],
  ['rest/handler.ts', '../graphql/execution/execute.ts'],
  ['rest/handler.ts', '../api-key/authenticate.ts'],
  ['rest/endpoints/customer.ts', '../../database/open.ts'],
  ['graphql/schema/customer.ts', '../../rest/handler.ts'],
  ['customer/create.ts', '../graphql/context.ts'],
  ['customer/create.ts', '../rest/endpoints/index.ts'],
  ['api-key/authenticate.ts', '../customer/customer.entity.ts'],
  ['ip/address.ts', '../customer/input.ts'],
  ['database/open.ts', '../customer/customer.entity.ts'],
  ['database/open.ts', '../organisation/organisation.entity.ts'],
  ['database/open.ts', '../app.ts'],
  ['database/transaction.ts', '../operation-context.ts'],
  ['errors/api-error.ts', '../database/open.ts'],
  ['http/body.ts', '../graphql/server/yoga.ts'],
])('would see %s import %s', (importer, imported) => {
  for (const text of [
    `import { x } from '${imported}';`,
    `import '${imported}';`,
    `const x = await import('${imported}');`,
    `export * from '${imported}';`,
    `import type { X } from '${imported}';`,
  ]) {
    expect(importsOf(importer, text).some(forbidden), text).toBe(true);
  }
});

it('keeps every file within what can be read at once', () => {
  const long = sources
    .filter((path) => !path.startsWith('generated/'))
    .filter((path) => readFileSync(join('src', path), 'utf8').split('\n').length > 300);
  expect(long).toEqual([]);
});

it('has Biome bound how long and how complex functions are', () => {
  const { linter, overrides } = JSON.parse(readFileSync('biome.json', 'utf8'));
  expect(linter.rules.complexity).toEqual({
    noExcessiveCognitiveComplexity: { level: 'error', options: { maxAllowedComplexity: 15 } },
    noExcessiveLinesPerFunction: { level: 'error', options: { maxLines: 60, skipBlankLines: false } },
  });
  // What `describe` is given is a function too.
  expect(overrides).toEqual([
    {
      includes: ['test/**/*.test.ts'],
      linter: { rules: { complexity: { noExcessiveLinesPerFunction: 'off' } } },
    },
  ]);
});

describe('an exception to a rule of Biome', () => {
  const exceptions = [...files('src'), ...files('test'), 'codegen.ts']
    .filter((path) => /\.(ts|js|css)$/.test(path))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\/[/*] biome-ignore\S* ([^\s:]+):?(.*?)(?:\*\/)?$/gm)].map(
        ([, rule = '', reason = '']) => ({ path, rule, reason: reason.trim() }),
      ),
    );

  it('has a reason', () => {
    expect(exceptions.length).toBeGreaterThan(0);
    expect(exceptions.filter(({ reason }) => !/\w+ \w+/.test(reason))).toEqual([]);
  });

  it('is made of no rule as a whole, and of the length or complexity of a function only here', () => {
    expect(exceptions.filter(({ rule }) => rule.split('/').length < 3)).toEqual([]);
    const ofFunctions = exceptions.filter(({ rule }) => /noExcessive(Lines|Cognitive)/.test(rule));
    expect(ofFunctions.map(({ path }) => path)).toEqual(['src/database/migrations/0001-initial.ts']);
  });
});
