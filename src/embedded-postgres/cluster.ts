// The files of demo mode's PostgreSQL: made once under one folder, half-made ones set aside.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config.ts';
import type { Log } from '../log.ts';
import { type Account, giveTo } from './account.ts';
import { clusterIn, failedIn, isOwn, readOwn } from './folder.ts';
import { signal } from './pid.ts';

const SUPERUSER = 'gateway';
const PASSWORD_FILE = 'gateway-password';
const MAJOR_VERSION = '18';
/** Milliseconds of making a cluster after which it is said: what fails does so at once. */
const SAID_AFTER = 300;

/** The URL of a database of a running cluster. */
export async function urlOf(cluster: string, port: number, database: string): Promise<string> {
  const password = (await readOwn(join(cluster, PASSWORD_FILE))).trim();
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Makes the cluster of a data folder, unless there is one.
 *
 * @param initdb - PostgreSQL's program of that name
 * @throws ConfigError when the one that is there is of another PostgreSQL
 */
export async function ensureCluster(dataDir: string, initdb: string, account: Account, log: Log): Promise<void> {
  const cluster = clusterIn(dataDir);
  await setAsideBrokenCluster(cluster, log);
  if (!existsSync(cluster)) {
    const notice = setTimeout(
      () => log.info({ folder: cluster }, 'creating the database of demo mode; only the first start does'),
      SAID_AFTER,
    );
    await createCluster(dataDir, cluster, initdb, account).finally(() => clearTimeout(notice));
  }
  giveTo(account, cluster);
}

/** Moves a cluster that was never finished out of the way; nothing is deleted. */
async function setAsideBrokenCluster(cluster: string, log: Log): Promise<void> {
  if (!existsSync(cluster)) return;
  const parts = ['PG_VERSION', 'global/pg_control', PASSWORD_FILE];
  if (parts.every((part) => existsSync(join(cluster, part)))) {
    const version = (await readOwn(join(cluster, 'PG_VERSION'))).trim();
    if (version === MAJOR_VERSION) return;
    throw new ConfigError(
      `DATA_DIR holds a database of PostgreSQL ${version}, and this gateway runs PostgreSQL ${MAJOR_VERSION}: name another folder.`,
    );
  }
  const aside = `${cluster}.broken-${Date.now()}`;
  await rename(cluster, aside);
  log.warn(
    { folder: aside },
    'the data folder is incomplete, as after an interrupted start; it was renamed and a new one is created',
  );
}

/** Makes a cluster under another name first, so that an interrupted start leaves none that looks finished. */
async function createCluster(dataDir: string, cluster: string, initdb: string, account: Account): Promise<void> {
  await removeAbandonedDrafts(dataDir);
  const draft = `${cluster}.draft-${process.pid}`;
  const passwordFile = `${draft}.password`;
  const password = randomBytes(24).toString('hex');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
    giveTo(account, draft);
    giveTo(account, passwordFile);
    await runInitdb(initdb, [`--pgdata=${draft}`, `--pwfile=${passwordFile}`], account, dataDir);
    await rename(passwordFile, join(draft, PASSWORD_FILE));
  } catch (error) {
    for (const path of [draft, passwordFile]) await rm(path, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
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
    if (!pid || signal(Number(pid), 0) || !isOwn(join(dataDir, name))) continue;
    // The initdb of a gateway that was killed may still be writing: then the draft goes at a later start.
    await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Makes a cluster whose rules for letters are those of Unicode, where the system knows such: the index of searches reads no other letters else. */
async function runInitdb(initdb: string, paths: string[], account: Account, dataDir: string): Promise<void> {
  const output = await tryInitdb(initdb, [...paths, '--lc-ctype=C.UTF-8'], account);
  if (output === undefined) return;
  const again = output.includes('invalid locale name') ? await tryInitdb(initdb, paths, account) : output;
  if (again === undefined) return;
  const told = again.split('\n').find((line) => line.startsWith('initdb: error: '));
  throw await failedIn(dataDir, told ?? 'initdb failed', again);
}

/** @returns what it said when it failed */
async function tryInitdb(initdb: string, settings: string[], account: Account): Promise<string | undefined> {
  const child = account.spawn(initdb, [
    ...settings,
    `--username=${SUPERUSER}`,
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
  return code === 0 ? undefined : `${output}\ninitdb ended with ${code}`;
}
