// PgBouncer in front of a database. `.ci/run` brings one and names it in PGBOUNCER; else the one on the PATH is used.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, temporaryFolder } from './process.ts';

export interface PgBouncer {
  /** The database's URL through it. */
  url: string;
  /** Has it lead to another database of the server from now on, whatever clients call that. */
  leadTo(database: string): Promise<void>;
  stop(): Promise<void>;
}

/** How it hands out connections. */
export interface PgBouncerSettings {
  mode?: 'transaction' | 'statement' | 'session';
  /** Connections to the database, for each account. */
  size?: number;
  /** How many prepared statements it keeps for each connection; 0 for none. */
  preparedStatements?: number;
  /** The one database that it knows; all that the server has unless told. */
  databases?: string;
  /** What it tells the server; that of the URL unless told. */
  password?: string;
  /** Further lines of its settings. */
  more?: string;
}

/** Starts it; whoever connects acts as the account of the URL. */
export async function startPgBouncer(databaseUrl: string, settings: PgBouncerSettings = {}): Promise<PgBouncer> {
  const { mode = 'transaction', size = 20, preparedStatements = 200, databases = '*', more = '' } = settings;
  const { hostname, port: databasePort, username, password: usual, pathname } = new URL(databaseUrl);
  const { password = usual } = settings;
  const folder = await temporaryFolder();
  // It does not run as root.
  await chmod(folder.path, 0o755);
  const port = await freePort();
  const path = join(folder.path, 'pgbouncer.ini');
  const configure = (leadsTo: string) =>
    writeFile(
      path,
      `
[databases]
${databases} = ${leadsTo}host=${hostname} port=${databasePort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
max_client_conn = 5000
server_idle_timeout = 2
max_prepared_statements = ${preparedStatements}
${more}
`,
      { mode: 0o644 },
    );
  await configure('');
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(process.env.PGBOUNCER ?? 'pgbouncer', [...account, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  child.once('error', (error) => (output += error));
  for (let i = 0; !(await accepts(port)); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`PgBouncer does not start: ${output}`);
    await sleep(50);
  }
  return {
    url: `postgres://${username}:${usual}@127.0.0.1:${port}${pathname}`,
    async leadTo(database) {
      await configure(`dbname=${database} `);
      child.kill('SIGHUP');
    },
    async stop() {
      child.kill('SIGINT');
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await folder.remove();
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
