// The first fifteen minutes in production, as docs/operations.md tells them: a database, an organisation, a key, nginx or Caddy with TLS, a call from PHP.
// Needs Debian's PostgreSQL, nginx, Caddy, curl, and PHP with cURL.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { blocksIn, comparable, type DocumentBlock, runShell } from '../support/document-blocks.ts';
import { freePort } from '../support/process.ts';
import { tlsFile } from '../support/tls.ts';

const run = promisify(execFile);
const DOCUMENT = 'docs/operations.md';
const PASSWORD = 'correct-horse';
const isRoot = userInfo().uid === 0;

let folder: string;
let uid: number;
/** Where PostgreSQL and nginx listen, in the place of their usual ports. */
let ports: { database: number; http: number; https: number; gateways: [number, number] };
const children: ChildProcess[] = [];
const took: string[] = [];

/** The programs of the newest PostgreSQL that is installed. */
async function programsOfPostgres(): Promise<string> {
  const [newest] = (await readdir('/usr/lib/postgresql')).toSorted((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${newest}/bin`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-newcomer-'));
  uid = Number((await run('id', ['-u', isRoot ? 'postgres' : userInfo().username])).stdout);
  const [database, http, https, first, second] = await Promise.all(Array.from({ length: 5 }, freePort));
  ports = { database, http, https, gateways: [first, second] } as typeof ports;
  // What the package does when it is installed: a cluster that the account `postgres` administers over a socket.
  await chmod(folder, 0o755);
  const [data, socket] = [join(folder, 'data'), join(folder, 'socket')];
  for (const path of [data, socket]) {
    await mkdir(path, { mode: 0o700 });
    await chown(path, uid, -1);
  }
  await chmod(socket, 0o755);
  const bin = await programsOfPostgres();
  const init = ['-D', data, '-U', 'postgres', '--auth-local=trust', '--auth-host=scram-sha-256', '--no-sync'];
  await run(join(bin, 'initdb'), init, { uid, cwd: folder });
  const settings = `-p ${database} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${socket} -c fsync=off`;
  await run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(data, 'log'), '-o', settings, 'start'], {
    uid,
    cwd: folder,
  });
});
afterAll(async () => {
  const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const { pid } of running) if (pid) process.kill(-pid, 'SIGKILL');
  await run(join(await programsOfPostgres(), 'pg_ctl'), ['-D', join(folder, 'data'), '-m', 'immediate', 'stop'], {
    uid,
  });
  await rm(folder, { recursive: true, force: true });
  console.log(took.join('\n'));
});

const blocks = blocksIn(DOCUMENT);
const found = (form: RegExp): { block: DocumentBlock; output: DocumentBlock } => {
  const i = blocks.findIndex(({ text }) => form.test(text));
  return { block: blocks[i] as DocumentBlock, output: blocks[i + 1] as DocumentBlock };
};

/** Puts in what is this machine's: ports, the password, the account that may administer. */
const here = (text: string) =>
  text
    .replaceAll('PASSWORD@127.0.0.1/', `${PASSWORD}@127.0.0.1:${ports.database}/`)
    .replaceAll('http://localhost:4000', `http://localhost:${ports.gateways[0]}`)
    .replaceAll('runuser -u postgres -- ', isRoot ? 'runuser -u postgres -- ' : '');

const environment = () => ({
  PGHOST: join(folder, 'socket'),
  PGPORT: String(ports.database),
  ...(!isRoot && { PGUSER: 'postgres' }),
});

/** The line that names the database. */
const databaseUrl = () => here(found(/^export DATABASE_URL/).block.text.split('\n')[0] as string);

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  took.push(`${name}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  return result;
}

/** Starts what runs until it is ended. */
function startShell(commands: string, own: Record<string, string>): () => string {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('bash', ['-e', '-c', commands], { env: { PATH, HOME, ...own }, detached: true });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return () => text;
}

const typed = (commands: string, words = '') =>
  runShell(commands, { cwd: process.cwd(), environment: environment(), typed: words });

it('a first organisation and a first key: each step does and prints what the document says', async () => {
  const createuser = found(/createuser/).block;
  const created = await step('account and database', () => typed(here(createuser.text), `${PASSWORD}\n${PASSWORD}\n`));
  expect(created.status, created.stderr).toBe(0);

  const start = found(/^export DATABASE_URL/);
  await step('first start', async () => {
    const output = startShell(here(start.block.text), { PORT: String(ports.gateways[0]) });
    await vi.waitFor(() => expect(output()).toContain('no organisation and no API key exist'), { timeout: 60_000 });
    const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('{'));
    const told = (line: string) => {
      const { level, msg, host } = JSON.parse(line);
      return { level, msg, host };
    };
    const printed = lines(output()).map(told);
    for (const line of lines(start.output.text).map(told)) expect(printed).toContainEqual(line);
  });

  const organisation = found(/organisations -- create --slug acme/);
  const organisationMade = await step('organisation', () => typed(`${databaseUrl()}\n${organisation.block.text}`));
  expect(comparable(organisationMade.stdout)).toEqual(comparable(organisation.output.text));

  const key = found(/keys -- create --organisation acme/);
  const keyMade = await step('key', () => typed(`${databaseUrl()}\n${key.block.text}`));
  expect(comparable(keyMade.stdout)).toEqual(comparable(key.output.text));
  const [, made = ''] = /^key +(\S+)/m.exec(keyMade.stdout) ?? [];
  const [, shown = ''] = /^key +(\S+)/m.exec(key.output.text) ?? [];

  const call = found(/customer\/create \\\n.*-H "Authorization: Bearer PROD[^P]/s);
  const answered = await step('first call', () => typed(here(call.block.text).replaceAll(shown, made)));
  expect(comparable(answered.stdout)).toEqual(comparable(call.output.text));
  await writeFile(join(folder, 'key'), made);
});

it('a backup that is restored as the document tells serves again, and all rows keep their promises', async () => {
  const [dump, restore] = [found(/^pg_dump/).block, found(/^pg_restore/).block];
  const restored = databaseUrl().replace(/\/shop$/, '/restored');
  const as = isRoot ? 'runuser -u postgres -- ' : '';
  const made = await step('backup and restore', () =>
    typed(`cd ${folder}
      ${databaseUrl()}
      ${dump.text}
      ${as}createdb --owner gateway --template template0 --encoding UTF8 --locale C.UTF-8 restored
      EMPTY_${restored.replace('export ', '')}
      ${restore.text}`),
  );
  expect(made.status, made.stderr).toBe(0);
  const output = startShell(`${restored}\nexec npm start`, { PORT: String(await freePort()) });
  await vi.waitFor(() => expect(output()).toContain('"msg":"ready"'), { timeout: 60_000 });
  const checked = await typed(`${restored}\nnpm run -s check`);
  expect(checked.status, checked.stdout + checked.stderr).toBe(0);
  // What follows ends those that were started before and after.
  const { pid } = children.pop() as ChildProcess;
  if (pid) process.kill(-pid, 'SIGKILL');
});

it('behind nginx with TLS, as the document configures it, and a call from PHP', async () => {
  const key = await readFile(join(folder, 'key'), 'utf8');
  const [alone] = children as [ChildProcess];
  const ended = once(alone, 'close');
  if (alone.pid) process.kill(-alone.pid, 'SIGTERM');
  await ended;
  const two = found(/^HOST=127\.0\.0\.1 PORT=4000/).block.text.split('\n');
  await step('two gateways', async () => {
    for (const [i, line] of two.entries()) {
      const port = String(ports.gateways[i]);
      startShell(`${databaseUrl()}\n${line.replace(/PORT=\d+/, `PORT=${port}`)}`, {});
      const ready = () => fetch(`http://127.0.0.1:${port}/health/ready`).then(({ status }) => status);
      await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: 60_000, interval: 200 });
    }
  });
  const { text } = blocks.find(({ language }) => language === 'nginx') as DocumentBlock;
  const site = text
    .replaceAll('127.0.0.1:4000', `127.0.0.1:${ports.gateways[0]}`)
    .replaceAll('127.0.0.1:4001', `127.0.0.1:${ports.gateways[1]}`)
    .replaceAll(/listen (\[::\]:)?80;/g, (_, v6 = '') => `listen ${v6}${ports.http};`)
    .replaceAll(/listen (\[::\]:)?443 ssl;/g, (_, v6 = '') => `listen ${v6}${ports.https} ssl;`)
    .replaceAll('/etc/ssl/customers.example.pem', tlsFile('server.crt'))
    .replaceAll('/etc/ssl/customers.example.key', tlsFile('server.key'))
    .replaceAll('/var/log/nginx/', `${folder}/`);
  await writeFile(join(folder, 'gateway.conf'), site);
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log ${folder}/nginx.log; events {} http { ${[
      'client_body',
      'proxy',
      'fastcgi',
      'uwsgi',
      'scgi',
    ]
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(' ')} include ${folder}/gateway.conf; }`,
  );
  startShell(`exec nginx -c ${folder}/nginx.conf`, {});
  const php = `<?php
$request = curl_init('https://localhost:${ports.https}/api/v1/customer/create');
curl_setopt_array($request, [
    CURLOPT_CAINFO => '${tlsFile('ca.crt')}',
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ${key}', 'Content-Type: application/json'],
    CURLOPT_POSTFIELDS => json_encode(['email' => 'from-php@example.com']),
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HEADER => true,
]);
echo curl_exec($request) ?: curl_error($request);`;
  await step('a call from PHP through nginx', () =>
    vi.waitFor(
      async () => {
        const { stdout } = await runShell('php', { cwd: folder, typed: php });
        expect(stdout).toMatch(/^HTTP\/1\.1 200/);
        expect(stdout.toLowerCase()).toContain('strict-transport-security: max-age=31536000');
        expect(stdout).toContain('"newAccount":');
      },
      { timeout: 20_000, interval: 300 },
    ),
  );
  const moved = await fetch(`http://127.0.0.1:${ports.http}/docs`, {
    headers: { host: 'customers.example' },
    redirect: 'manual',
  });
  expect(moved.status).toBe(301);
  // What a caller may put into the URL stands in no log.
  await runShell(
    `curl -sk --resolve customers.example:${ports.https}:127.0.0.1 'https://customers.example:${ports.https}/ping/v1?apiKey=${key}'`,
    { cwd: folder },
  );
  expect(await readFile(join(folder, 'gateway.log'), 'utf8')).toContain('GET /ping/v1 200');
  for (const log of ['gateway.log', 'gateway-error.log'])
    expect(await readFile(join(folder, log), 'utf8')).not.toContain(key);
});

it('behind Caddy, as the document configures it', async () => {
  const key = await readFile(join(folder, 'key'), 'utf8');
  const { text } = blocks.find(({ text: block }) => block.includes('reverse_proxy')) as DocumentBlock;
  const [http, https] = await Promise.all([freePort(), freePort()]);
  // Ports of its own, and certificates that nobody outside has to sign.
  const options = `http_port ${http}\n    https_port ${https}\n    admin off\n    local_certs\n    skip_install_trust\n`;
  const site = text
    .replace('{\n', `{\n    ${options}`)
    .replace('127.0.0.1:4000 127.0.0.1:4001', ports.gateways.map((port) => `127.0.0.1:${port}`).join(' '));
  await writeFile(join(folder, 'Caddyfile'), site);
  const output = startShell(`exec caddy run --config ${folder}/Caddyfile --adapter caddyfile`, {
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
  const call = (path: string) =>
    runShell(
      `curl -sk -D - --resolve customers.example:${https}:127.0.0.1 'https://customers.example:${https}${path}'`,
      { cwd: folder },
    );
  await step('a call through Caddy', () =>
    vi.waitFor(
      async () => {
        const { stdout } = await call(`/ping/v1?apiKey=${key}`);
        expect(stdout).toMatch(/^HTTP\/2 200/);
        expect(stdout).toContain('strict-transport-security: max-age=31536000');
      },
      { timeout: 20_000, interval: 300 },
    ),
  );
  // A failed request is logged, without the key.
  for (const { pid } of children.slice(1, 3)) if (pid) process.kill(-pid, 'SIGKILL');
  await call(`/ping/v1?apiKey=${key}&seen=1`);
  await vi.waitFor(() => expect(output()).toContain('seen=1'), { timeout: 20_000 });
  expect(output()).not.toContain(key);
});
