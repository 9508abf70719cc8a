// The recipe of a nightly sync with a CRM, followed from its first line to its last; killed in the middle, and with others who change the same customers.
// Needs Python with requests.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
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
async function tenant(
  limitPerMinute?: number,
): Promise<{ key: string; customers(): Promise<Record<string, unknown>[]> }> {
  const organisation = await createOrganisation(databaseUrl);
  const key = await createKey(databaseUrl, organisation, limitPerMinute === undefined ? {} : { limitPerMinute });
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

/** A request on its way to the gateway. */
interface Passing {
  body: string;
  headers: IncomingHttpHeaders;
  /** The customer whom it updates. */
  updates: string | undefined;
}

/** What is sent back: an answer of the gateway, and whether it is one of before. */
interface Passed {
  status: number;
  text: string;
  isReplay: boolean;
}

/** A way to the gateway on which something happens. @param happens - it sends the answer, or the gateway's own is sent */
async function wayTo(
  happens: (request: Passing, pass: () => Promise<Passed>, response: ServerResponse) => Promise<Passed | undefined>,
): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(authorization|content-type|idempotency-key)$/.test(name),
    );
    const pass = async () => {
      const answer = await fetch(gateway.url + request.url, {
        method: 'POST',
        headers: headers as [string, string][],
        body,
      });
      const isReplay = answer.headers.get('idempotent-replayed') === 'true';
      return { status: answer.status, text: await answer.text(), isReplay };
    };
    const updates = JSON.parse(body).variables?.input?.by?.cuRefNo;
    const answer = await happens({ body, headers: request.headers, updates }, pass, response);
    if (answer) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const timesOf = (values: string[]) => {
  const times: Record<string, number> = {};
  for (const value of values) times[value] = (times[value] ?? 0) + 1;
  return times;
};

it('creates nobody twice and sends every change once, however often it is killed', async () => {
  const ROWS = 520;
  const NAMED = 220;
  const { key, customers } = await tenant(100_000);
  const [path] = await workIn('killed', {});
  const rows = Array.from({ length: ROWS }, (_, i) =>
    i < NAMED ? `${i},c${i}@example.com,First ${i},Last ${i},,,` : `${i},c${i}@example.com,,,,,`,
  );
  await writeFile(join(path, 'crm.csv'), `${[HEAD, ...rows].join('\n')}\n`);

  /** What arrived, in its order, and whether the script was killed before it heard of it. */
  const sent: { key: string; updates: string | undefined; isReplay: boolean; isLost: boolean }[] = [];
  let script: ChildProcess | undefined;
  let left = 0;
  const way = await wayTo(async ({ headers, updates }, pass, response) => {
    left -= 1;
    const isLost = left === 0;
    // Done, and the script never hears of it.
    const answer = await pass();
    const idempotencyKey = headers['idempotency-key'];
    if (idempotencyKey) sent.push({ key: String(idempotencyKey), updates, isReplay: answer.isReplay, isLost });
    if (!isLost) return answer;
    script?.kill('SIGKILL');
    response.destroy();
    return undefined;
  });
  /** Runs the script. @param requests - it is killed when so many have been done */
  const run = async (requests: number) => {
    left = requests;
    const child = spawn('python3', ['sync.py', 'crm.csv', 'news.csv'], {
      cwd: path,
      env: { ...process.env, GATEWAY_URL: way.url, GATEWAY_KEY: key },
    });
    script = child;
    return new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  };
  // In the first batch, in the second, at a read, and at updates.
  for (const requests of [1, 2, 2, 3, 10, 150]) expect(await run(requests)).toBe('SIGKILL');
  expect(await run(Number.POSITIVE_INFINITY)).toBe(0);
  expect(sent.filter(({ isLost }) => isLost)).toHaveLength(5);
  way.close();

  // A batch whose answer was lost is sent again under the same key, and is done once.
  const batches = sent.filter(({ updates }) => updates === undefined);
  const lost = batches.filter(({ isLost }) => isLost);
  expect(batches).toHaveLength(2 + lost.length);
  expect(timesOf(batches.filter(({ isReplay }) => !isReplay).map((each) => each.key))).toEqual(
    Object.fromEntries([...new Set(batches.map((each) => each.key))].map((each) => [each, 1])),
  );
  expect(new Set(batches.map((each) => each.key)).size).toBe(2);
  // An update goes out once; one whose answer was lost, twice, and the second changes nothing.
  const updated = sent.filter(({ updates }) => updates !== undefined);
  const times = timesOf(updated.map(({ updates }) => String(updates)));
  const lostUpdates = updated.filter(({ isLost }) => isLost).map(({ updates }) => String(updates));
  expect(Object.keys(times)).toHaveLength(NAMED);
  expect(
    Object.keys(times)
      .filter((each) => times[each] !== 1)
      .sort(),
  ).toEqual(lostUpdates.sort());
  expect(updated).toHaveLength(NAMED + lostUpdates.length);

  const found = await customers();
  expect(found).toHaveLength(ROWS);
  expect(found.filter(({ version, last_name }) => version !== (last_name === null ? 1 : 2))).toEqual([]);
  expect(found.find(({ email }) => email === 'c17@example.com')).toMatchObject({
    first_name: 'First 17',
    last_name: 'Last 17',
  });
}, 180_000);

it('refuses lines that are cut or share an id, and clears nothing because of them', async () => {
  const { key, customers } = await tenant();
  const [path, terminal] = await workIn('lines', { GATEWAY_URL: gateway.url, GATEWAY_KEY: key });
  const crm = (...lines: string[]) => writeFile(join(path, 'crm.csv'), `\ufeff${[HEAD, ...lines].join('\r\n')}\r\n`);
  const run = () => terminal.run('python3 sync.py crm.csv news.csv; echo exit $?');
  await crm(
    '1,cut@example.com,Cut,Short,,Company,',
    '2,twice@example.com,Twice,There,,,',
    '3,fine@example.com,Fine,,,,',
  );
  expect(await run()).toMatch(/created 3, found 0, refused 0\nupdated 3.*\nchanges for the CRM 0\nexit 0$/);
  await crm(
    '1,cut@example.com,Cut',
    '2,twice@example.com,Other,,,,',
    '2,twice@example.com,,There,,,',
    '3,fine@example.com,Better,,,,',
    '4,surplus@example.com,Sur,plus,,Com,pany,05103118',
    ',nobody@example.com,,,,,',
  );
  const printed = await run();
  expect(printed.split('\n').filter((line) => line.startsWith('line'))).toEqual([
    'line 2 has too few or too many columns',
    'line 3 has the id 2, which other lines have too',
    'line 4 has the id 2, which other lines have too',
    'line 6 has too few or too many columns',
    'line 7 has no id, or one that is not allowed',
  ]);
  expect(printed).toMatch(/created 0, found 0, refused 0\nupdated 1, conflicts 0, refused 0\n.*\nexit 1$/);
  expect(await customers()).toMatchObject([
    { email: 'cut@example.com', first_name: 'Cut', last_name: 'Short', company_name: 'Company', version: 2 },
    { email: 'fine@example.com', first_name: 'Better' },
    { email: 'twice@example.com', first_name: 'Twice', last_name: 'There', version: 2 },
  ]);
  await writeFile(join(path, 'crm.csv'), 'id,email,firstName,lastName,phone,phone\n1,cut@example.com,,,,\n');
  expect(await run()).toBe(
    'crm.csv must have one column of each of these names: phone, companyName, companyRegistrationNumber\nexit 1',
  );
});

it('says what it replaces of customers who were there before the CRM, and tells the CRM the rest', async () => {
  const { key, customers } = await tenant();
  const query = `mutation {
    a: createCustomer(input: { email: "there@example.com", companyName: "Old" }) { customer { cuRefNo } }
    b: updateCustomer(input: { by: { email: "there@example.com" }, firstName: "Jan", lastName: "Old", phone: "+420 603 987 655" }) { customer { cuRefNo } }
  }`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const done = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(await done.json()).not.toHaveProperty('errors');
  const [path, terminal] = await workIn('before', { GATEWAY_URL: gateway.url, GATEWAY_KEY: key });
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,there@example.com,,New,+420 603 987 655,New,05103118\n`);
  const printed = await terminal.run('python3 sync.py crm.csv news.csv; echo exit $?');
  expect(printed.split('\n').filter((line) => line.startsWith('1:'))).toEqual([
    "1: lastName differs; 'New' of the CRM replaces 'Old'",
    "1: companyName differs; 'New' of the CRM replaces 'Old'",
  ]);
  expect(printed).toContain(
    'created 0, found 1, refused 0\nupdated 1, conflicts 0, refused 0\nchanges for the CRM 1\nexit 0',
  );
  expect(await customers()).toMatchObject([{ first_name: 'Jan', last_name: 'New', company_name: 'New' }]);
  expect(readFileSync(join(path, 'news.csv'), 'utf8')).toMatch(/^id,cuRefNo,field,value\n1,\w{16},firstName,Jan\n$/);
});

it('sends again what got no answer, and takes other answers as final', async () => {
  const { key, customers } = await tenant();
  const [path, terminal] = await workIn('answers', { GATEWAY_KEY: key, HOME: folder.path });
  await writeFile(join(folder.path, '.netrc'), 'machine 127.0.0.1 login other password other\n');
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,,,,,\n`);
  type Fault = (response: ServerResponse) => void;
  /** Runs the script against faults, one a request; the gateway answers what follows. */
  const run = async (...faults: Fault[]) => {
    const keys: string[] = [];
    const way = await wayTo(async ({ headers }, pass, response) => {
      expect(headers.authorization).toBe(`Bearer ${key}`);
      if (headers['idempotency-key']) keys.push(String(headers['idempotency-key']));
      const fault = faults.shift();
      if (!fault) return pass();
      fault(response);
      return undefined;
    });
    const printed = await terminal.run(
      `rm -f sync.db; GATEWAY_URL=${way.url} python3 sync.py crm.csv news.csv; echo exit $?`,
    );
    way.close();
    return { printed, keys };
  };
  const later = (seconds: number) => new Date(Date.now() + seconds * 1_000).toUTCString();
  const cut = await run(
    (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"data"');
      setTimeout(() => response.destroy(), 50);
    },
    (response) => {
      response.writeHead(200).write('{"data"');
      setTimeout(() => response.destroy(), 50);
    },
  );
  expect(cut.printed).toMatch(/waiting 1 s: .*\nwaiting 2 s: .*\ncreated 1, .*[\s\S]*exit 0$/);
  expect(cut.keys).toHaveLength(3);
  expect(new Set(cut.keys).size).toBe(1);
  const busy = await run(
    (response) => response.writeHead(502).end('<html>'),
    (response) => response.writeHead(409, { 'retry-after': later(5) }).end('{"errors":[{"message":"runs"}]}'),
    (response) => response.writeHead(503, { 'retry-after': 'nonsense' }).end('[1]'),
  );
  expect(busy.printed).toMatch(
    /waiting 1 s: 502, which is no answer of the gateway\nwaiting [45] s: runs\nwaiting 4 s: 503, .*\ncreated/,
  );
  for (const retryAfter of ['3600', later(3_600)]) {
    const long = await run((response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
    expect(long.printed).toMatch(/^The gateway did not answer \(429, .*\)\. Run the script again.*\nexit 1$/);
  }
  for (const [status, text] of [
    [200, '[1]'],
    [200, '<html>'],
    [200, '{"errors": ["x"]}'],
    [404, 'null'],
    [409, '{"errors":[{"message":"erased","extensions":null}]}'],
    [501, ''],
  ] as const) {
    const final = await run((response) => response.writeHead(status).end(text));
    expect(final.keys).toHaveLength(1);
    expect(final.printed).toMatch(
      /^The gateway refuses that: (erased|\d{3}, which is no answer of the gateway)\nexit 1$/,
    );
  }
  const redirected = await run((response) => response.writeHead(307, { location: '/graphql' }).end());
  expect(redirected.keys).toHaveLength(1);
  expect(redirected.printed).toContain('refuses that: 307');
  expect(await customers()).toHaveLength(1);
}, 120_000);

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
  const way = await wayTo(async ({ updates }, pass) => {
    if (updates !== undefined) await change();
    return pass();
  });
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,Eva,Malá,,,\n`);
  const printed = await terminal.run(`GATEWAY_URL=${way.url} python3 sync.py crm.csv news.csv; echo exit $?`);
  way.close();
  expect(printed).toContain("1: lastName differs; 'Malá' of the CRM replaces 'Other'");
  expect(printed).toContain(
    'created 1, found 0, refused 0\nupdated 1, conflicts 2, refused 0\nchanges for the CRM 1\nexit 0',
  );
  expect(await customers()).toMatchObject([{ first_name: 'Eva', last_name: 'Malá', phone: '+420 603987652' }]);
  expect(readFileSync(join(path, 'news.csv'), 'utf8')).toMatch(
    /^id,cuRefNo,field,value\n1,\w{16},phone,\+420 603987652\n$/,
  );
  times = 1;
  const both = await wayTo(async ({ updates }, pass) => {
    if (updates !== undefined) await change();
    return pass();
  });
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,Eva,Velká,,,\n`);
  expect(await terminal.run(`rm news.csv; GATEWAY_URL=${both.url} python3 sync.py crm.csv news.csv`)).toContain(
    "1: lastName was changed on both sides; 'Velká' of the CRM replaces 'Other'",
  );
  both.close();
  await writeFile(join(path, 'crm.csv'), `${HEAD}\n1,eva@example.com,Eva,Velká,+420 603 987 652,,\n`);
  expect(await terminal.run('rm -f news.csv; python3 sync.py crm.csv news.csv; echo exit $?')).toMatch(
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
