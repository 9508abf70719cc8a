// The recipe that leads from demo mode to a PostgreSQL from a package, followed from its first line to its last. Needs Debian's PostgreSQL.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createKey, runSql } from '../support/database.ts';
import { type DebianServer, startDebianServer } from '../support/debian-postgres.ts';
import { freePort, temporaryFolder } from '../support/process.ts';
import { follow, linkCheckout, readRecipe, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('from-demo-to-production');
const PASSWORD = 'a1B2c3D4e5';
const SAMPLE_KEY = 'PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: DebianServer;
let settings: Record<string, string>;
const terminals: Terminal[] = [];
beforeAll(async () => {
  folder = await temporaryFolder();
  linkCheckout(folder.path);
  server = await startDebianServer('postgres', 'scram-sha-256');
  const port = String(await freePort());
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  // A test installs nothing, and has a server of its own: `sudo` looks whether the package could be installed, and leads to that server.
  const sudo = `#!/bin/sh
if [ "$1" = -u ]; then shift 2; PGHOST=${server.socket} PGPORT=${server.port} PGUSER=postgres exec "$@"; fi
program=$1; shift; exec "$program" --simulate -qq "$@" > /dev/null
`;
  writeFileSync(join(bin, 'sudo'), sudo);
  chmodSync(join(bin, 'sudo'), 0o755);
  settings = {
    PATH: `${bin}:${process.env.PATH}`,
    PORT: port,
    NEW_DATABASE_URL: `postgres://gateway:${PASSWORD}@127.0.0.1:${server.port}/gateway`,
    GATEWAY_URL: `http://127.0.0.1:${port}`,
  };
});
afterAll(async () => {
  await Promise.all(terminals.map((terminal) => terminal.close()));
  await server?.stop();
  await folder?.remove();
});

function open(): Terminal {
  const terminal = new Terminal(folder.path, settings);
  terminals.push(terminal);
  return terminal;
}

/** Starts a gateway by a command, and waits until it is ready. */
async function serve(command: string): Promise<Terminal> {
  const terminal = open();
  terminal.begin(command);
  const isReady = () =>
    fetch(`${settings.GATEWAY_URL}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await vi.waitFor(async () => expect(await isReady(), terminal.printed).toBe(true), {
    timeout: 60_000,
    interval: 100,
  });
  return terminal;
}

async function graphql(query: string): Promise<void> {
  const headers = { authorization: `Bearer ${SAMPLE_KEY}`, 'content-type': 'application/json' };
  const answer = await fetch(`${settings.GATEWAY_URL}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  expect(await answer.json()).not.toHaveProperty('errors');
}

/** Customers with all that is carried over, and all that is not. */
const fill = `mutation {
  a: createCustomer(input: { email: "jan@barasek.com", companyName: "BizKitHub", customerRealIp: "1.1.1.1" }) { newAccount }
  b: createCustomer(input: { email: "=eva@shop.cz" }) { newAccount }
  c: createCustomer(input: { email: "third@shop.cz" }) { newAccount }
  d: createCustomer(input: { email: "deleted@shop.cz" }) { newAccount }
  updateCustomer(input: { by: { email: "=eva@shop.cz" }, firstName: "Eva", phone: "+420 603 987 655", meta: { a: [1, "x"] }, address: { city: "Brno" }, newsletter: true }) { customer { version } }
  adjustCustomerCredit(input: { by: { email: "third@shop.cz" }, amount: 7, description: "gift" }) { entry { amount } }
  e: adjustCustomerCredit(input: { by: { email: "third@shop.cz" }, amount: -2, description: "paid" }) { entry { amount } }
  addCustomerToGroups(input: { by: { email: "third@shop.cz" }, groups: ["vip"], createMissingGroups: true }) { customer { cuRefNo } }
  banCustomer(input: { by: { email: "third@shop.cz" }, reason: "unpaid" }) { customer { ban } }
  startCustomerSubscription(input: { by: { email: "third@shop.cz" }, productSlug: "p", orderNumber: "1" }) { subscription { running } }
  setCustomerReferral(input: { by: { email: "third@shop.cz" }, referrer: { email: "jan@barasek.com" } }) { customer { cuRefNo } }
  deleteCustomer(input: { by: { email: "deleted@shop.cz" }, reason: "asked" }) { customer { cuRefNo } }
}`;

it('is followed', async () => {
  const { PATH: _, PORT, ...filled } = settings;
  expect(Object.keys(recipe.settings)).toEqual(Object.keys(filled));
  const demo = await serve('npm start');
  await graphql(fill);
  const terminal = open();
  const serving = recipe.steps.findIndex(({ command }) => command.endsWith('npm start'));
  for (const step of recipe.steps.slice(0, serving)) {
    const asks = step.command.endsWith('createuser --pwprompt gateway');
    await follow(terminal, step, asks ? { typed: `${PASSWORD}\n${PASSWORD}` } : {});
  }
  await demo.close('SIGINT');
  await serve(`env ${recipe.steps[serving]?.command}`);
  for (const step of recipe.steps.slice(serving + 1)) await follow(terminal, step);
  expect(recipe.steps).toHaveLength(15);
}, 180_000);

it('says what is carried over, and what is not', async () => {
  const url = settings.NEW_DATABASE_URL as string;
  const [third] = await runSql<Record<string, unknown>>(url, "select * from customer where email = 'third@shop.cz'");
  expect(third).toMatchObject({ credit_balance: 5, banned_at: expect.any(Date), last_ip: null });
  const count = async (table: string) =>
    Number((await runSql<{ count: string }>(url, `select count(*) from ${table}`))[0]?.count);
  expect(await count('credit_entry')).toBe(1);
  expect(await count('subscription')).toBe(0);
  expect(await count('customer_ip')).toBe(0);
  expect(await count('referral')).toBe(1);
  expect(await runSql(url, 'select slug from customer_group')).toEqual([{ slug: 'vip' }]);
  const reasons = await runSql<{ reason: string }>(
    url,
    'select reason from change_entry where reason is not null and subject = \'customer\' order by reason collate "C"',
  );
  expect(reasons.map(({ reason }) => reason)).toEqual(['Opening balance (import)', 'import']);
  const query = '{ customer(by: { email: "third@shop.cz" }) { changes { nodes { action requestId } } } }';
  const [{ id = 0 } = {}] = await runSql<{ id: number }>(url, "select id from organisation where slug = 'acme'");
  const headers = { authorization: `Bearer ${await createKey(url, id)}`, 'content-type': 'application/json' };
  const answer = await fetch(`${settings.GATEWAY_URL}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  const { nodes } = (await answer.json()).data.customer.changes;
  expect(nodes.length).toBeGreaterThan(0);
  expect(nodes.filter(({ requestId }: { requestId: string }) => requestId !== 'import-1')).toEqual([]);
});
