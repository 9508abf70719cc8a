// The PostgreSQL of the system, where it brings programs that the embedded one does not: `pg_dump`.
import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** A server of its own. */
export interface DebianServer {
  port: number;
  /** The folder of its socket, by which everybody of the machine is whoever they say; elsewhere they need their passwords. */
  socket: string;
  /** Runs a program of that PostgreSQL. @returns what it writes to standard output */
  run(name: string, words: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A server of its own with a migrated database. */
export interface DebianPostgres {
  url: string;
  /** What `pg_dump` writes of the database. */
  dump(): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts the newest PostgreSQL that Debian has installed; as the account `postgres`, where this is root.
 *
 * @param superuser - the account that it begins with
 * @param auth - how accounts prove who they are by TCP
 */
export async function startDebianServer(superuser: string, auth: 'trust' | 'scram-sha-256'): Promise<DebianServer> {
  const [newest] = (await readdir(VERSIONS)).toSorted((a, b) => Number(b) - Number(a));
  const folder = await mkdtemp(join(tmpdir(), 'gateway-debian-'));
  const isRoot = userInfo().uid === 0;
  const { stdout } = await run('id', ['-u', isRoot ? 'postgres' : userInfo().username]);
  const uid = Number(stdout);
  await chown(folder, uid, -1);
  const program = async (name: string, words: string[]) => {
    const options = { uid, cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    return (await run(join(VERSIONS, String(newest), 'bin', name), words, options)).stdout;
  };
  const data = join(folder, 'data');
  const accounts = ['-U', superuser, '--auth-local=trust', `--auth-host=${auth}`];
  await program('initdb', ['-D', data, ...accounts, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
  await program('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']);
  return {
    port,
    socket: folder,
    run: program,
    async stop() {
      await program('pg_ctl', ['-D', data, '-m', 'fast', 'stop']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts such a server with a migrated database, which everybody may use. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const server = await startDebianServer('owner', 'trust');
  const url = `postgres://owner@127.0.0.1:${server.port}/postgres`;
  await migrate(parseDatabaseUrl(url), entities, pino({ level: 'silent' }));
  return { url, dump: () => server.run('pg_dump', ['--dbname', url]), stop: server.stop };
}
