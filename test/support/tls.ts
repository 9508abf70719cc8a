// Certificates of tests, and a PostgreSQL that takes no connection without TLS.
import { chmod, chown, copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type TestCluster } from './cluster.ts';
import { runSql } from './database.ts';

/** The path of one of the certificates or keys; `test/fixtures/tls/README.md` says whose they are. */
export const tlsFile = (name: string) => join(import.meta.dirname, '../fixtures/tls', name);

export interface TlsCluster extends TestCluster {
  /** The folder of its socket. */
  socketFolder: string;
  /** Has the server show the certificate of that name. */
  showCertificate(name: 'server' | 'elsewhere'): Promise<void>;
  /** How accounts prove who they are over TLS: by password or by certificate. */
  askFor(method: 'scram-sha-256' | 'cert'): Promise<void>;
}

/** Starts a cluster that takes connections over TLS and over its socket, and no others. */
export async function startTlsCluster(): Promise<TlsCluster> {
  const socketFolder = join(tmpdir(), `gateway-socket-${process.pid}`);
  await mkdir(socketFolder);
  // Whichever account runs the server.
  await chmod(socketFolder, 0o1777);
  const cluster = await startCluster(undefined, [`unix_socket_directories=${socketFolder}`]);
  const folder = join(cluster.dataDir, 'postgres');
  const { uid, gid } = await stat(join(folder, 'PG_VERSION'));
  for (const name of ['ca.crt', 'server.crt', 'server.key', 'elsewhere.crt', 'elsewhere.key']) {
    await copyFile(tlsFile(name), join(folder, name));
    await chown(join(folder, name), uid, gid);
    if (name.endsWith('.key')) await chmod(join(folder, name), 0o600);
  }
  const reload = 'select pg_reload_conf()';
  await cluster.run(
    `alter system set ssl_ca_file = 'ca.crt'`,
    `alter system set ssl_cert_file = 'server.crt'`,
    `alter system set ssl_key_file = 'server.key'`,
    'alter system set ssl = on',
    reload,
  );
  const admin = new URL(cluster.url);
  admin.searchParams.set('host', socketFolder);
  const ask = (text: string) => runSql(admin.href, text);
  return {
    ...cluster,
    socketFolder,
    async remove() {
      await cluster.remove();
      await rm(socketFolder, { recursive: true, force: true });
    },
    async showCertificate(name) {
      await ask(`alter system set ssl_cert_file = '${name}.crt'`);
      await ask(`alter system set ssl_key_file = '${name}.key'`);
      await ask(reload);
    },
    async askFor(method) {
      const rules = `local all all scram-sha-256\nhostssl all all all ${method}\nhostnossl all all all reject\n`;
      await writeFile(join(folder, 'pg_hba.conf'), rules);
      await ask(reload);
    },
  };
}
