// The recipe of a GDPR request, followed from question to receipt; nothing of the person is left in the database. Needs Debian's PostgreSQL.
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DebianServer, startDebianServer } from '../support/debian-postgres.ts';
import { textOfAllTables } from '../support/dump.ts';
import { type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';
import { follow, linkCheckout, readRecipe, saveFiles, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('gdpr-request');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let postgres: DebianServer;
let gateway: GatewayProcess;
let terminal: Terminal;
let settings: Record<string, string>;
beforeAll(async () => {
  folder = await temporaryFolder();
  linkCheckout(folder.path);
  saveFiles(recipe, folder.path);
  postgres = await startDebianServer('owner', 'scram-sha-256');
  const { port, socket } = postgres;
  const own = ['-h', socket, '-p', String(port), '-U', 'owner', '-d', 'postgres'];
  await postgres.run('psql', [...own, '-c', "alter role owner password 'a=1@#'"]);
  const DATABASE_URL = `postgres://owner:a%3D1%40%23@127.0.0.1:${port}/postgres?connect_timeout=20`;
  gateway = await startProcess({ DATABASE_URL, REVERSE_DNS: 'off' });
  settings = { DATABASE_URL, GATEWAY_URL: gateway.url, TICKET: 'gdpr-2026-117' };
  terminal = new Terminal(folder.path, settings);
});
afterAll(async () => {
  await terminal?.close();
  await gateway?.stop();
  await postgres?.stop();
  await folder?.remove();
});

it('is followed, and leaves nothing of the person in the database', async () => {
  expect(Object.keys(recipe.settings)).toEqual(Object.keys(settings));
  const databaseUrl = settings.DATABASE_URL as string;
  const values = (recipe.files['values.txt'] ?? '').trim().split('\n');
  const steps = [...recipe.steps];
  const erasing = steps.findIndex(({ command }) => command.startsWith('graphql erase.graphql'));
  for (const step of steps.slice(0, erasing)) await follow(terminal, step);
  const person = readFileSync(join(folder.path, 'person.json'), 'utf8');
  expect(statSync(join(folder.path, 'service.conf')).mode & 0o777).toBe(0o600);
  const before = await textOfAllTables(databaseUrl);
  expect(values.filter((value) => !before.includes(value))).toEqual([]);
  // What the person is given has all of it, but for what was changed after it was written.
  const given = values.filter((value) => !person.includes(value));
  expect(given).toEqual(['jana.svobodova@shop.cz', 'Svobodová']);
  for (const step of steps.slice(erasing)) await follow(terminal, step);
  const after = await textOfAllTables(databaseUrl);
  expect(values.filter((value) => after.includes(value))).toEqual([]);
  expect(values.filter((value) => gateway.output().includes(value))).toEqual([]);
  expect(recipe.steps).toHaveLength(17);
}, 180_000);

const graphql = async (query: string) => {
  writeFileSync(join(folder.path, 'other.graphql'), query);
  return JSON.parse(await terminal.run('graphql other.graphql'));
};
const stepOf = (beginning: string) => recipe.steps.find(({ command }) => command.includes(beginning));

it('erases two customers of one ticket', async () => {
  for (const email of ['one@shop.cz', 'two@shop.cz']) {
    await graphql(`mutation { createCustomer(input: { email: "${email}" }) { newAccount } }`);
    const { cuRefNo } = (await graphql(`{ customer(by: { email: "${email}" }) { cuRefNo } }`)).data.customer;
    await terminal.run(`export CUREFNO=${cuRefNo}`);
    const erased = JSON.parse(await terminal.run(stepOf('graphql erase.graphql')?.command ?? ''));
    expect(erased).toEqual({ data: { eraseCustomer: { customer: { cuRefNo, email: null, version: 2 } } } });
    const receipt = JSON.parse(await terminal.run(stepOf('graphql receipt.graphql')?.command ?? ''));
    expect(receipt.data.customer).toMatchObject({ cuRefNo, changes: { nodes: [{ reason: settings.TICKET }] } });
    const kept = readFileSync(join(folder.path, `receipt-${settings.TICKET}-${cuRefNo}.json`), 'utf8');
    expect(JSON.parse(kept)).toEqual(receipt);
  }
}, 60_000);

it('prints no number of leftovers where the dump fails', async () => {
  const [, ...looking] = (stepOf('pg_dump')?.command ?? '').split('\n');
  await terminal.run(`${recipe.steps[0]?.command}; echo two@shop.cz > values.txt`);
  expect(await terminal.run(looking.join('\n'))).toBe('0');
  for (const broken of ['PGSERVICE=nothing', 'PGPORT=1 PGSERVICE=', 'PGSERVICEFILE=/nothing'])
    expect(await terminal.run(`(export ${broken}; ${looking.join('\n')}\n)`)).not.toMatch(/^\d+$/m);
  expect(existsSync(join(folder.path, 'dump.sql'))).toBe(false);
});

it('does not wait for a gateway that does not answer', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  // A thirtieth of the time that it would wait.
  const sooner = 'const { timeout } = AbortSignal; AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 30)';
  const printed = await terminal.run(`GATEWAY_URL=${url} node --import 'data:text/javascript,${sooner}' person.mjs x`);
  expect(terminal.exitCode).toBe(1);
  expect(printed).toContain('TimeoutError');
  silent.close();
});

it('gives out lists of more than a page whole', async () => {
  const by = 'by: { email: "long@shop.cz" }';
  await graphql('mutation { createCustomer(input: { email: "long@shop.cz" }) { newAccount } }');
  const credit = Array.from(
    { length: 20 },
    (_, i) => `a${i}: adjustCustomerCredit(input: { ${by}, amount: 1, description: "x" }) { entry { amount } }`,
  );
  for (let i = 0; i < 6; i++) expect(await graphql(`mutation { ${credit.join(' ')} }`)).not.toHaveProperty('errors');
  const { customer } = (await graphql(`{ customer(${by}) { cuRefNo } }`)).data;
  const person = JSON.parse(await terminal.run(`node person.mjs ${customer.cuRefNo}`));
  expect([person.creditEntries.length, person.changes.length]).toEqual([120, 121]);
});

it('finds deleted customers, and those who had another address; what is restored is given out, and what is deleted is erased', async () => {
  await graphql(`mutation {
    createCustomer(input: { email: "first@shop.cz" }) { newAccount }
    changeCustomerEmail(input: { by: { email: "first@shop.cz" }, email: "second@shop.cz" }) { customer { email } }
    deleteCustomer(input: { by: { email: "second@shop.cz" }, reason: "asked" }) { customer { cuRefNo } }
  }`);
  const find = (email: string) => terminal.run(`psql -A -t -v email=${email} -f known-by.sql`);
  for (const email of ['First@shop.cz', 'second@shop.cz']) expect(await find(email)).toMatch(/^acme\|\w{16}\|t\|f$/);
  const [, cuRefNo] = (await find('second@shop.cz')).split('|');
  expect(await terminal.run(`node person.mjs ${cuRefNo}`)).toContain('There is no such customer, or it was deleted.');
  await terminal.run(`npm run -s customers -- restore ${cuRefNo} --organisation acme --reason "$TICKET"`);
  expect(JSON.parse(await terminal.run(`node person.mjs ${cuRefNo}`))).toMatchObject({ email: 'second@shop.cz' });
  const named = `${cuRefNo} --organisation acme --reason "$TICKET" --json`;
  await terminal.run(`npm run -s customers -- delete ${named}; npm run -s customers -- erase ${named} --yes`);
  const shown = JSON.parse(await terminal.run(`npm run -s customers -- show ${cuRefNo} --organisation acme --json`));
  expect(shown).toMatchObject({
    email: null,
    changes: [{ action: 'ERASED', reason: settings.TICKET }, {}, {}, {}, {}, {}],
  });
});
