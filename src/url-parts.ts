// The URL of a database split into its parts, each decoded, by the rules of libpq.
import { isIP } from 'node:net';

/** What is wrong with a URL: the end of a sentence that begins with the variable's name and "must", without any value. */
export class DatabaseUrlError extends Error {}

/** What a URL says; empty or undefined where it says nothing. */
export interface UrlParts {
  readonly user: string;
  readonly password: string;
  /** A name, an address without brackets, or the folder of a socket. */
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const EXAMPLE = 'postgres://user:password@host:5432/database';

/** @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS */
const URL_FORM = /^postgres(?:ql)?:\/\/(?<authority>[^/?#]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/**
 * Splits a URL.
 *
 * @param known - the names of the parameters that it may have
 * @throws DatabaseUrlError when it cannot be used
 */
export function splitDatabaseUrl(url: string, known: readonly string[]): UrlParts {
  if (url.trim() !== url) throw new DatabaseUrlError('not begin or end with white space');
  if (/\s/.test(url)) throw new DatabaseUrlError('have no white space in it; a blank is written as %20');
  if (!/^postgres(ql)?:\/\/./.test(url)) {
    throw new DatabaseUrlError('be a URL that starts with postgres:// or postgresql://');
  }
  const { authority = '', path = '', query = '' } = URL_FORM.exec(url)?.groups ?? misread('#');
  const parameters = parametersOf(query, known, /\?.*@/s.test(url));
  const at = authority.lastIndexOf('@');
  // A password with such a character in it would end before it.
  if (at === -1 && path.includes('@')) misread('/');
  const [user = '', ...password] = authority.slice(0, Math.max(at, 0)).split(':');
  return {
    user: decode(user, 'user'),
    password: decode(password.join(':'), 'password'),
    ...hostAndPort(authority.slice(at + 1), parameters),
    database: decode(path, 'database'),
    parameters,
  };
}

function misread(character: string): never {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  throw new DatabaseUrlError(
    `be a URL such as ${EXAMPLE}; characters other than letters and digits are written as %XX in its parts: "${character}" as %${code}`,
  );
}

/** Takes `%XX` for what it stands for, and a plus for itself, as libpq does. */
function decode(text: string, part: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch {
    // Said below.
  }
  throw new DatabaseUrlError(`have a ${part} in which each % begins a character written as %XX; a % itself is %25`);
}

function parametersOf(query: string, known: readonly string[], mayBePassword: boolean): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [written = '', ...rest] = pair.split('=');
    const name = decode(written, 'parameter');
    if (!known.includes(name)) {
      // Behind a `?` that is part of a password, the rest of it would look like a parameter.
      const shown = /^\w{1,40}$/.test(name) && !mayBePassword ? `${name}, which` : 'one that';
      throw new DatabaseUrlError(`have no other parameters than ${known.join(', ')}; it has ${shown} is not known`);
    }
    if (parameters.has(name)) throw new DatabaseUrlError(`have ${name} once`);
    parameters.set(name, decode(rest.join('='), name));
  }
  return parameters;
}

function hostAndPort(text: string, parameters: ReadonlyMap<string, string>): { host: string; port: string } {
  const inParameter = parameters.get('host');
  if ([text, decode(text, 'host'), inParameter].some((each) => each?.includes(','))) {
    throw new DatabaseUrlError('name one host, not several');
  }
  const [, written = '', port = ''] = /^(\[.*\]|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const isBracketed = written.startsWith('[');
  const named = isBracketed ? written.slice(1, -1) : decode(written, 'host');
  if (named === '' && text !== '' && !inParameter) throw new DatabaseUrlError('name a host before the port');
  const host = inParameter || named;
  if (isBracketed && isIP(named) !== 6) throw new DatabaseUrlError('have an IPv6 address in its brackets');
  if (port.includes(':') || (!host.startsWith('/') && /[\s/@\\?#<>[\]]/.test(host))) {
    throw new DatabaseUrlError('name a host, an address (an IPv6 one in brackets), or the folder of a socket');
  }
  return { host, port: parameters.get('port') ?? port };
}
