// The recipe of a nightly sync with a CRM, followed from its first line to its last; killed in the middle, and with others who change the same customers.
// Needs Python with requests.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';
import { follow, linkCheckout, readRecipe, saveFiles, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('nightly-crm-sync');
const HEAD = 'id,email,firstName,lastName,phone,companyName,companyRegistrationNumber';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let databaseUrl: string;
let gateway: GatewayProcess;
const terminals: Terminal[] = [];
beforeAll(async () => {
  folder = await temporaryFolder();
  databaseUrl = await createDatabase();
  gateway = await startProcess({ DATABASE_URL: databaseUrl, REVERSE_DNS: 'off' });
});
afterAll(async () => {
  await Promise.all(terminals.map((terminal) => terminal.close()));
  await gateway.stop();
  await folder.remove();
});

/** A folder with the script, and a shell in it. */
async function workIn(name: string, settings: Record<string, string>): Promise<[path: string, terminal: Terminal]> {
  const path = join(folder.path, name);
  await mkdir(path);
  saveFiles(recipe, path);
  const terminal = new Terminal(path, settings);
  terminals.push(terminal);
  return [path, terminal];
}

/** An organisation with a key of its own. */
async function tenant(): Promise<{ key: string; customers(): Promise<Record<string, unknown>[]> }> {
  const organisation = await createOrganisation(databaseUrl);
  const key = await createKey(databaseUrl, organisation);
  const customers = () =>
    runSql<Record<string, unknown>>(
      databaseUrl,
      `select * from customer where organisation_id = ${organisation} order by email`,
    );
  return { key, customers };
}

it('is followed', async () => {
  expect(Object.keys(recipe.settings)).toEqual(['GATEWAY_URL']);
  const [path, terminal] = await workIn('followed', { GATEWAY_URL: gateway.url, DATABASE_URL: databaseUrl });
  linkCheckout(path);
  // The first sync refuses a row.
  for (const [i, step] of recipe.steps.entries()) await follow(terminal, step, { exitCode: i === 1 ? 1 : 0 });
  expect(recipe.steps).toHaveLength(3);
});

it('creates nobody twice and sends every change once, however often it is killed', async () => {
  const ROWS = 601;
  const { key, customers } = await tenant();
  const [path, terminal] = await workIn('killed', { GATEWAY_URL: gateway.url, GATEWAY_KEY: key });
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},c${i}@example.com,First ${i},Last ${i},,,`);
  await writeFile(join(path, 'crm.csv'), `${[HEAD, ...rows].join('\n')}\n`);
  let kills = 0;
  for (const milliseconds of [500, 900, 1_200, 1_500]) {
    const script = spawn('python3', ['sync.py', 'crm.csv', 'news.csv'], {
      cwd: path,
      env: { ...process.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: key },
    });
    const timer = setTimeout(() => script.kill('SIGKILL'), milliseconds);
    const signal = await new Promise((resolve) => script.once('close', (_, by) => resolve(by)));
    clearTimeout(timer);
    if (signal === 'SIGKILL') kills += 1;
  }
  expect(kills).toBeGreaterThan(1);
  expect(await terminal.run('python3 sync.py crm.csv news.csv; echo exit $?')).toMatch(
    /changes for the CRM 0\nexit 0$/,
  );
  const found = await customers();
  expect(found).toHaveLength(ROWS);
  expect(found.filter(({ version }) => Number(version) !== 2)).toEqual([]);
  expect(found.find(({ email }) => email === 'c17@example.com')).toMatchObject({
    first_name: 'First 17',
    last_name: 'Last 17',
  });
}, 180_000);

/** A way to the gateway on which somebody else is faster: what is done before an update is handed on. */
async function fasterWay(before: () => Promise<void>): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    if (body.includes('updateCustomer(')) await before();
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(authorization|content-type|idempotency-key)$/.test(name),
    );
    const answer = await fetch(gateway.url + request.url, {
      method: 'POST',
      headers: headers as [string, string][],
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

it('meets conflicts: what others change stays where the CRM has not changed it, and the CRM is told', async () => {
  const { key, customers } = await tenant();
  let times = 0;
  const change = async () => {
    times += 1;
    // Twice somebody is faster; the third try finds the version that it has read.
    if (times > 2) return;
    const query = `mutation { updateCustomer(input: { by: { email: "eva@example.com" }, phone: "+42060398765${times}", lastName: "Other" }) { customer { version } } }`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  };
  const [path, terminal] = await workIn('conflicts', { GATEWAY_URL: gateway.url, GATEWAY_KEY: key });
  const way = await fasterWay(change);
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,Eva,Malá,,,\n`);
  const printed = await terminal.run(`GATEWAY_URL=${way.url} python3 sync.py crm.csv news.csv; echo exit $?`);
  way.server.close();
  expect(printed).toContain('1: lastName was changed on both sides; that of the CRM is taken');
  expect(printed).toContain(
    'created 1, found 0, refused 0\nupdated 1, conflicts 2, refused 0\nchanges for the CRM 1\nexit 0',
  );
  expect(await customers()).toMatchObject([{ first_name: 'Eva', last_name: 'Malá', phone: '+420 603987652' }]);
  expect(readFileSync(join(path, 'news.csv'), 'utf8')).toMatch(
    /^id,cuRefNo,field,value\n1,\w{16},phone,\+420 603987652\n$/,
  );
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,Eva,Malá,+420 603 987 652,,\n`);
  expect(await terminal.run('rm news.csv; python3 sync.py crm.csv news.csv; echo exit $?')).toMatch(
    /changes for the CRM 0\nexit 0$/,
  );
});

it('says which rows are wrong, deleted or merged, and tells the CRM of customers whom it does not know', async () => {
  const { key, customers } = await tenant();
  const [path, terminal] = await workIn('strange', { GATEWAY_URL: gateway.url, GATEWAY_KEY: key });
  const rows = (last: string) =>
    ['gone', 'twin', 'stays'].map((name, i) => `${i},${name}@example.com,${name},${last},,,`);
  await writeFile(
    join(path, 'crm.csv'),
    [HEAD, ...rows('Before'), '3,Stays@example.com,Same,,,,', '4,phone@example.com,P,,12,,'].join('\n'),
  );
  const first = await terminal.run('python3 sync.py crm.csv news.csv; echo exit $?');
  expect(first).toContain('3: another row of the CRM has this mailbox');
  expect(first).toMatch(/4: phone .+/);
  expect(first).toContain('exit 1');
  const query = `mutation {
    deleteCustomer(input: { by: { email: "gone@example.com" }, reason: "test" }) { customer { cuRefNo } }
    mergeCustomers(input: { survivor: { email: "stays@example.com" }, duplicate: { email: "twin@example.com" }, reason: "test" }) { customer { cuRefNo } }
    createCustomer(input: { email: "shop@example.com", companyName: "Shop" }) { customer { cuRefNo } }
  }`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const done = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(await done.json()).not.toHaveProperty('errors');
  await writeFile(join(path, 'crm.csv'), [HEAD, ...rows('After')].join('\n'));
  const second = await terminal.run('python3 sync.py crm.csv news.csv; echo exit $?');
  expect(second).toMatch(/0: \w{16} was deleted/);
  expect(second).toMatch(/1: \w{16} was merged into \w{16}/);
  expect(second).toContain('updated 1, conflicts 0, refused 2');
  expect(readFileSync(join(path, 'news.csv'), 'utf8')).toMatch(
    /\n,\w{16},companyName,Shop\n,\w{16},email,shop@example.com\n/,
  );
  expect((await customers()).find(({ email }) => email === 'stays@example.com')).toMatchObject({ last_name: 'After' });
});
