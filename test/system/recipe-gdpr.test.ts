// The recipe of a GDPR request, followed from question to receipt; nothing of the person is left in the database. Needs Debian's PostgreSQL.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DebianPostgres, startDebianPostgres } from '../support/debian-postgres.ts';
import { textOfAllTables } from '../support/dump.ts';
import { type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';
import { follow, linkCheckout, readRecipe, saveFiles, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('gdpr-request');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let postgres: DebianPostgres;
let gateway: GatewayProcess;
let terminal: Terminal;
let settings: Record<string, string>;
beforeAll(async () => {
  folder = await temporaryFolder();
  linkCheckout(folder.path);
  saveFiles(recipe, folder.path);
  postgres = await startDebianPostgres();
  gateway = await startProcess({ DATABASE_URL: postgres.url, REVERSE_DNS: 'off' });
  settings = { DATABASE_URL: postgres.url, GATEWAY_URL: gateway.url, TICKET: 'gdpr-2026-117' };
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
  const values = (recipe.files['values.txt'] ?? '').trim().split('\n');
  const steps = [...recipe.steps];
  const erasing = steps.findIndex(({ command }) => command.startsWith('graphql erase.graphql'));
  for (const step of steps.slice(0, erasing)) await follow(terminal, step);
  const person = readFileSync(join(folder.path, 'person.json'), 'utf8');
  const before = await textOfAllTables(postgres.url);
  expect(values.filter((value) => !before.includes(value))).toEqual([]);
  // What the person is given has all of it, but for what was changed after it was written.
  const given = values.filter((value) => !person.includes(value));
  expect(given).toEqual(['jana.svobodova@shop.cz', 'Svobodová']);
  for (const step of steps.slice(erasing)) await follow(terminal, step);
  const after = await textOfAllTables(postgres.url);
  expect(values.filter((value) => after.includes(value))).toEqual([]);
  expect(values.filter((value) => gateway.output().includes(value))).toEqual([]);
  expect(recipe.steps).toHaveLength(15);
}, 180_000);

const graphql = async (query: string) =>
  JSON.parse(
    await terminal.run(
      `curl -s "$GATEWAY_URL/graphql" -H "Authorization: Bearer $GATEWAY_KEY" -H "Content-Type: application/json" -d '${JSON.stringify({ query })}'`,
    ),
  );

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
  const find = (email: string) => terminal.run(`psql "$DATABASE_URL" -A -t -v email=${email} -f known-by.sql`);
  for (const email of ['First@shop.cz', 'second@shop.cz']) expect(await find(email)).toMatch(/^\w{16}\|t\|f$/);
  const [cuRefNo] = (await find('second@shop.cz')).split('|');
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
