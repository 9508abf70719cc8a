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

/** Starts the newest PostgreSQL that Debian has installed; as the account `postgres`, where this is root. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const [newest] = (await readdir(VERSIONS)).toSorted((a, b) => Number(b) - Number(a));
  const folder = await mkdtemp(join(tmpdir(), 'gateway-debian-'));
  const isRoot = userInfo().uid === 0;
  const { stdout } = await run('id', ['-u', isRoot ? 'postgres' : userInfo().username]);
  const uid = Number(stdout);
  await chown(folder, uid, -1);
  const program = (name: string, words: string[]) =>
    run(join(VERSIONS, String(newest), 'bin', name), words, { uid, cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  const data = join(folder, 'data');
  await program('initdb', [
    '-D',
    data,
    '-U',
    'owner',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  await program('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']);
  const url = `postgres://owner@127.0.0.1:${port}/postgres`;
  await migrate(parseDatabaseUrl(url), entities, pino({ level: 'silent' }));
  return {
    url,
    dump: async () => (await program('pg_dump', ['--dbname', url])).stdout,
    async stop() {
      await program('pg_ctl', ['-D', data, '-m', 'fast', 'stop']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
