// What DATABASE_URL says holds for every connection of every process and command, and nothing else says anything.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { runSql, servingRoleOf } from '../support/database.ts';
import { freePort, type GatewayProcess, spawnGateway, startProcess, temporaryFolder } from '../support/process.ts';
import { startTlsCluster, type TlsCluster, tlsFile } from '../support/tls.ts';

let cluster: TlsCluster;
/** How this test looks at the server. */
let admin: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let gateway: GatewayProcess | undefined;
beforeAll(async () => {
  cluster = await startTlsCluster();
  const url = new URL(cluster.url);
  url.searchParams.set('host', cluster.socketFolder);
  admin = url.href;
});
afterAll(() => cluster.remove());
beforeEach(async () => {
  folder = await temporaryFolder();
  await cluster.showCertificate('server');
  await cluster.askFor('scram-sha-256');
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await folder.remove();
});

/** The URL of the cluster with other parameters. */
function urlWith(parameters: Record<string, string>, change: (url: URL) => void = () => {}): string {
  const url = new URL(cluster.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  change(url);
  // To libpq a plus is no blank.
  return url.href.replaceAll('+', '%20');
}

/** The connections of gateways and commands, and whether they are encrypted. */
const connections = () =>
  runSql<{ application_name: string; ssl: boolean }>(
    admin,
    `select application_name, ssl from pg_stat_activity join pg_stat_ssl using (pid)
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );

const ca = tlsFile('ca.crt');
const otherCa = tlsFile('other-ca.crt');
const notAccepted = 'the TLS certificate of the server is not accepted: ';
const notSigned = `${notAccepted}it is not signed by a trusted authority`;

/** The last ones with a process that counts for its workers, which has connections of its own. */
const taken: [
  mode: string,
  parameters: Record<string, string>,
  certificate: 'server' | 'elsewhere',
  workers?: string,
][] = [
  ['require', {}, 'elsewhere'],
  ['require', { sslrootcert: ca }, 'elsewhere'],
  ['verify-ca', { sslrootcert: ca }, 'elsewhere'],
  ['verify-full', { sslrootcert: ca }, 'server', '2'],
  ['no-verify', { sslrootcert: otherCa }, 'elsewhere', '2'],
];

type Refused = [
  mode: string,
  parameters: Record<string, string>,
  certificate: 'server' | 'elsewhere',
  why: string,
  workers?: string,
];
const refused: Refused[] = [
  ['require', { sslrootcert: otherCa }, 'server', notSigned],
  ['verify-ca', { sslrootcert: otherCa }, 'server', notSigned],
  ['verify-full', { sslrootcert: otherCa }, 'server', notSigned],
  ['verify-full', { sslrootcert: ca }, 'elsewhere', `${notAccepted}it was not issued for the name 127.0.0.1`, '2'],
  ['verify-full', {}, 'server', notSigned],
  [
    'disable',
    {},
    'server',
    'the server at HOST does not admit the user "gateway" from this address or with this encryption',
    '2',
  ],
];

describe('sslmode', () => {
  it.each(taken)('%s with %j encrypts every connection (the server shows %s)', async (...each) => {
    const [sslmode, files, certificate, WORKERS = '1'] = each;
    await cluster.showCertificate(certificate);
    const DATABASE_URL = urlWith({ sslmode, ...files });
    gateway = await startProcess({ DATABASE_URL, WORKERS });
    expect(await runCommand('organisations', ['list'], { DATABASE_URL })).toMatchObject({ code: 0, stderr: '' });
    const seen = await connections();
    expect(seen.map(({ application_name }) => application_name)).toContain('gateway listener');
    expect(new Set(seen.map(({ ssl }) => ssl))).toEqual(new Set([true]));
    expect(gateway.output()).not.toMatch(/SECURITY WARNING|"level":[45]0.*(SSL|TLS)/);
  });

  it.each(refused)('%s with %j stops the start (the server shows %s)', async (...each) => {
    const [sslmode, files, certificate, why, WORKERS = '1'] = each;
    await cluster.showCertificate(certificate);
    const DATABASE_URL = urlWith({ sslmode, ...files });
    const sentence = `The database of DATABASE_URL cannot be used: ${why.replace('HOST', new URL(cluster.url).host)}.\n`;
    const stopped = spawnGateway({ DATABASE_URL, WORKERS, PORT: String(await freePort()) });
    expect(await stopped.ended).toBe(1);
    expect(stopped.output()).toBe(sentence);
    const command = await runCommand('keys', ['list', '--organisation', 'shop'], { DATABASE_URL });
    expect(command).toEqual({ code: 1, stdout: '', stderr: sentence });
  });

  it('verify-full compares the name by which the server is called', async () => {
    await cluster.showCertificate('elsewhere');
    const parameters = { sslmode: 'verify-full', sslrootcert: ca };
    gateway = await startProcess({ DATABASE_URL: urlWith(parameters, (url) => (url.hostname = 'localhost')) });
    expect(await connections()).not.toEqual([]);
  });

  it('shows the certificate of the account', async () => {
    await cluster.askFor('cert');
    const files = { sslrootcert: ca, sslcert: tlsFile('client.crt'), sslkey: tlsFile('client.key') };
    const DATABASE_URL = urlWith({ sslmode: 'verify-full', ...files }, (url) => (url.password = ''));
    gateway = await startProcess({ DATABASE_URL });
    expect(await runCommand('organisations', ['list'], { DATABASE_URL })).toMatchObject({ code: 0 });
  });
});

describe('the rest of the URL', () => {
  it('names a socket, which needs no TLS', async () => {
    for (const sslmode of ['disable', 'require']) {
      const DATABASE_URL = urlWith({ host: cluster.socketFolder, sslmode });
      gateway = await startProcess({ DATABASE_URL });
      expect(await runCommand('organisations', ['list'], { DATABASE_URL })).toMatchObject({ code: 0 });
      await gateway.stop();
    }
  });

  it('names a socket in the place of the host', async () => {
    const { username, password, port, pathname } = new URL(cluster.url);
    const host = encodeURIComponent(cluster.socketFolder);
    gateway = await startProcess({ DATABASE_URL: `postgres://${username}:${password}@${host}:${port}${pathname}` });
    await expect.poll(connections).not.toEqual([]);
  });

  it('gives every connection its options and its name', async () => {
    await runSql(admin, 'create schema shop');
    const parameters = { sslmode: 'require', options: '-c search_path=shop', application_name: 'shop gateway' };
    const DATABASE_URL = urlWith(parameters);
    // The second start looks for what the first has made.
    for (let start = 1; start <= 2; start++) {
      gateway = await startProcess({ DATABASE_URL });
      await expect
        .poll(async () => new Set((await connections()).map(({ application_name }) => application_name)))
        .toEqual(new Set(['shop gateway']));
      await gateway.stop();
    }
    expect(
      await runCommand('organisations', ['create', '--slug', 'shop', '--name', 'Shop'], { DATABASE_URL }),
    ).toMatchObject({
      code: 0,
    });
    expect(await runSql(admin, 'select slug from shop.organisation')).toEqual([{ slug: 'shop' }]);
  });

  it('serves an account whose tables are in a schema of its own', async () => {
    await runSql(admin, `create role tenant login password 'tenant' in role ${servingRoleOf(cluster.url)}`);
    await runSql(admin, 'create schema tenant authorization tenant');
    await runSql(admin, 'alter role tenant set search_path = tenant');
    const DATABASE_URL = urlWith({ sslmode: 'require' }, (url) => {
      url.username = 'tenant';
      url.password = 'tenant';
    });
    for (let start = 1; start <= 2; start++) {
      gateway = await startProcess({ DATABASE_URL });
      await gateway.stop();
    }
  });

  it('is read alone: neither variables of PostgreSQL or MikroORM nor files count', async () => {
    await writeFile(join(folder.path, '.pgpass'), `*:*:*:*:${new URL(cluster.url).password}\n`, { mode: 0o600 });
    const others = {
      PGHOST: 'nowhere.invalid',
      PGPORT: '1',
      PGUSER: 'nobody',
      PGPASSWORD: new URL(cluster.url).password,
      PGDATABASE: 'nowhere',
      PGSSLMODE: 'disable',
      PGOPTIONS: '-c default_transaction_read_only=on',
      PGAPPNAME: 'another',
      MIKRO_ORM_SCHEMA: 'nowhere',
      PGPASSFILE: join(folder.path, '.pgpass'),
      HOME: folder.path,
    };
    gateway = await startProcess({ DATABASE_URL: urlWith({ sslmode: 'require' }), ...others });
    expect((await connections()).map(({ application_name }) => application_name)).not.toContain('another');
    const DATABASE_URL = urlWith({ sslmode: 'require' });
    expect(await runCommand('organisations', ['list'], { DATABASE_URL, ...others })).toMatchObject({ code: 0 });
    const withoutPassword = urlWith({ sslmode: 'require' }, (url) => (url.password = ''));
    const stopped = spawnGateway({ DATABASE_URL: withoutPassword, PORT: String(await freePort()), ...others });
    expect(await stopped.ended).toBe(1);
    expect(stopped.output()).toBe(
      `The database of DATABASE_URL cannot be used: the server at ${new URL(cluster.url).host} refuses the user "gateway" or its password.\n`,
    );
  });

  it('may stand in a file', async () => {
    const path = join(folder.path, 'url');
    await writeFile(path, `${urlWith({ sslmode: 'require' })}\n`);
    gateway = await startProcess({ DATABASE_URL_FILE: path });
    expect(await connections()).not.toEqual([]);
    expect(await runCommand('organisations', ['list'], { DATABASE_URL_FILE: path })).toMatchObject({ code: 0 });
  });
});

const spoilt: [what: string, spoil: (url: URL) => void, why: string][] = [
  ['a wrong password', (url) => (url.password = 'secret'), 'refuses the user "gateway" or its password'],
  ['a role that is not there', (url) => (url.username = 'nobody'), 'refuses the user "nobody" or its password'],
  ['a database that is not there', (url) => (url.pathname = '/nowhere'), 'has no database named "nowhere"'],
];
it.each(spoilt)('stops the start for %s', async (_, spoil, why) => {
  const DATABASE_URL = urlWith({ sslmode: 'require' }, spoil);
  const stopped = spawnGateway({ DATABASE_URL, PORT: String(await freePort()) });
  expect(await stopped.ended).toBe(1);
  const { host } = new URL(cluster.url);
  expect(stopped.output()).toBe(`The database of DATABASE_URL cannot be used: the server at ${host} ${why}.\n`);
});
