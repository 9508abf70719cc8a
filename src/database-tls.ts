// How connections to the database are encrypted, and whom they trust, by the rules of libpq.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DatabaseUrlError } from './url-parts.ts';

/** How much of TLS each mode of libpq demands, and `no-verify`, which is node-postgres' own. */
const sslModes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type SslMode = (typeof sslModes)[number];

const files = ['sslrootcert', 'sslcert', 'sslkey'] as const;

/** The parameters of a URL that are read here. */
export const tlsParameters = ['sslmode', ...files];

/** The name by which libpq means the authorities that the system trusts; here those that Node brings. */
const SYSTEM = 'system';

/**
 * Reads what a URL says of TLS.
 *
 * @param host - as the URL names it; a socket needs no TLS
 * @throws DatabaseUrlError when it makes no sense, or a file does not hold what it should
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function tlsOf(parameters: ReadonlyMap<string, string>, host: string): false | ConnectionOptions {
  const mode = (parameters.get('sslmode') ?? 'disable') as SslMode;
  if (!sslModes.includes(mode)) throw new DatabaseUrlError(`have an sslmode that is one of ${sslModes.join(', ')}`);
  const named = files.filter((name) => parameters.has(name));
  if (mode === 'disable') {
    if (named.length > 0)
      throw new DatabaseUrlError(`have an sslmode other than disable where it has ${named.join(' and ')}`);
    return false;
  }
  const root = parameters.get('sslrootcert');
  if (root === SYSTEM && mode !== 'verify-full') {
    throw new DatabaseUrlError(`have the sslmode verify-full where sslrootcert is ${SYSTEM}`);
  }
  if (mode === 'verify-ca' && root === undefined) {
    throw new DatabaseUrlError('name the certificate of the authority in sslrootcert where sslmode is verify-ca');
  }
  const own = certificateOf(parameters.get('sslcert'), parameters.get('sslkey'));
  // As libpq does: a socket is within the machine.
  if (host.startsWith('/')) return false;
  return {
    ...(root !== undefined && root !== SYSTEM && { ca: readAuthorities(root) }),
    ...own,
    rejectUnauthorized: mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && root !== undefined),
    // Node would compare the certificate of a server that is named by its address with `localhost`.
    ...(isIP(host) > 0 && { host }),
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

function readAuthorities(path: string): string {
  const pem = readPem('sslrootcert', path);
  readCertificate('sslrootcert', pem);
  return pem;
}

/** The certificate of the account and its key, which must belong together. */
function certificateOf(certPath: string | undefined, keyPath: string | undefined) {
  if ((certPath === undefined) !== (keyPath === undefined)) {
    throw new DatabaseUrlError('have sslcert and sslkey together');
  }
  if (certPath === undefined || keyPath === undefined) return {};
  const [cert, key] = [readPem('sslcert', certPath), readPem('sslkey', keyPath)];
  if (!readCertificate('sslcert', cert).checkPrivateKey(readKey(key))) {
    throw new DatabaseUrlError('name in sslkey the private key that belongs to the certificate in sslcert');
  }
  return { cert, key };
}

function readCertificate(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new DatabaseUrlError(`name in ${name} a file that holds a certificate (PEM)`);
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new DatabaseUrlError('name in sslkey a file that holds a private key (PEM) without a passphrase');
  }
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new DatabaseUrlError(`name in ${name} a file that can be read (${code})`);
  }
}
