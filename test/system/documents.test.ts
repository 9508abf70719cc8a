// What documents tell people to type, typed: each command, query and statement, and what it is said to print. Needs bash and curl.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { createOrganisation, runSql } from '../support/database.ts';
import { blocksIn, comparable, type DocumentBlock, runShell } from '../support/document-blocks.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const documents = [
  'README.md',
  'docs/api.md',
  'docs/operations.md',
  'docs/import-and-export.md',
  'docs/ip-addresses.md',
];

/** Blocks that are run elsewhere, or are no command, each with where. */
const elsewhere: readonly (readonly [form: RegExp, where: string])[] = [
  [/dbip-city-mmdb/, 'the package is large: `test/variables.test.ts` sets `GEOIP_CITY` to a file'],
  [/pg_dump|pg_restore/, '`newcomer.test.ts`'],
  [/npm ci/, 'the way that the tests themselves are run, and `test/process`'],
  [/npm start$|apt-get|runuser|PRODcHMr/m, '`newcomer.test.ts`'],
  [/npm run (-s )?(organisations|keys) -- create .*acme/, '`newcomer.test.ts`'],
  [/^--map/, 'an option: `test/customer/transfer`'],
];
const isElsewhere = ({ text }: DocumentBlock) => elsewhere.some(([form]) => form.test(text));

let demo: TestGateway;
/** Where commands are typed: a folder that has what `npm run` needs, and nothing else of the checkout. */
let folder: string;
beforeAll(async () => {
  demo = await startGateway({ demo: true });
  await createOrganisation(demo.databaseUrl, 'acme');
  folder = await mkdtemp(join(tmpdir(), 'gateway-documents-'));
  for (const name of ['package.json', 'src', 'node_modules', 'schema'])
    await symlink(resolve(name), join(folder, name));
  await writeFile(join(folder, 'customers.csv'), 'email,companyName\nfirst@example.com,First\nwrong,Second\n');
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs commands as they stand, but for where the gateway listens. */
const type = (commands: string) =>
  runShell(commands.replaceAll('http://localhost:4000', demo.url), {
    cwd: folder,
    environment: { DATABASE_URL: demo.databaseUrl },
  });

describe.each(documents)('%s', (path) => {
  const blocks = blocksIn(path);
  const lines = readFileSync(path, 'utf8').split('\n');
  /** Whether a block stands right behind a command: then it is what that prints. */
  const follows = (block: DocumentBlock, next: DocumentBlock | undefined) =>
    next !== undefined &&
    /^(json|text)$/.test(next.language) &&
    lines.slice(block.line + block.text.split('\n').length + 1, next.line - 1).every((line) => line.trim() === '');
  const of = (language: string) =>
    blocks.flatMap((block, i) =>
      block.language === language && !isElsewhere(block) ? [[block.line, block, blocks[i + 1]] as const] : [],
    );

  it.each(of('sh'))('line %i: the commands run, and print what is shown', async (_, block, next) => {
    const { text } = block;
    for (const command of text.includes('npm run import') ? text.split('\n') : [text]) {
      const { status, stdout, stderr } = await type(command);
      // A file with a refused row, so that there is something to report.
      expect(status, `${command}\n${stdout}${stderr}`).toBe(/import/.test(command) ? 1 : 0);
      if (next && follows(block, next)) expect(comparable(stdout)).toEqual(comparable(next.text));
      else if (command.includes('curl')) expect(stdout).not.toMatch(/"errors?":/);
    }
  });

  it.each(of('graphql'))('line %i: the operation succeeds', async (_, { text }) => {
    const { body } = await demo.graphql(text, {}, { key: SAMPLE_KEY });
    expect(body.errors).toBeUndefined();
  });

  it.each(of('sql'))('line %i: the statements are taken', async (_, { text }) => {
    const name = `documents_${path.length}_${text.length}`;
    const [admin, own] = ['postgres', name].map(
      (database) => Object.assign(new URL(demo.databaseUrl), { pathname: database }).href,
    );
    const isEmpty = /create (role|extension)/.test(text);
    if (isEmpty) {
      await runSql(admin as string, `create database ${name}`);
      await runSql(admin as string, 'create role your_account');
    }
    try {
      for (const statement of text.split(/;\s*/).filter(Boolean))
        await runSql(isEmpty ? (own as string) : demo.databaseUrl, statement);
    } finally {
      if (isEmpty) {
        await runSql(admin as string, `drop database ${name}`);
        for (const role of ['your_account', 'customer_gateway_shop'])
          await runSql(admin as string, `drop role if exists ${role}`);
      }
    }
  });

  it.each(of('json'))('line %i: is JSON', (_, { text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

it('every block that is run elsewhere is in a document', () => {
  const all = documents.flatMap(blocksIn);
  for (const [form, where] of elsewhere)
    expect(
      all.some(({ text }) => form.test(text)),
      `${form}: ${where}`,
    ).toBe(true);
});
