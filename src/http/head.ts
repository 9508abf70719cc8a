// The head of a request: what HTTP asks of it beyond what the parser sees to.
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors/api-error.ts';

const DESCRIPTION =
  'The request line, the headers and the framing of the body must be those of HTTP/1.1, as RFC 9112 describes it.';

const host = /^host$/i;
/** What no host with a port can hold. */
const notInHosts = /[\s/?#@\\<>"]/;
const absoluteForm = /^https?:\/\/[^/?#]*/i;
const withoutHost = /^https?:\/\/(?:[/?#]|$)/i;

/**
 * The target of a request as a path and query, also where it names the host too, as clients of a forward proxy write it.
 *
 * @param target - as it stands in the request line
 * @see RFC 9112, section 3.2
 */
export function originForm(target: string): string {
  if (target.startsWith('/') || !absoluteForm.test(target)) return target;
  const rest = target.replace(absoluteForm, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * What is wrong with the head of a request that the parser accepts.
 *
 * @returns a sentence for the caller; undefined when nothing is
 * @see RFC 9112, section 3.2
 */
export function headFault({ rawHeaders, httpVersion, url = '/' }: IncomingMessage): string | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length !== 4 || !host.test(name)) continue;
    hosts += 1;
    if (notInHosts.test(rawHeaders[i + 1] ?? '')) return 'The Host header does not name a host.';
  }
  if (hosts > 1) return 'The request has more than one Host header.';
  if (hosts === 0 && httpVersion !== '1.0') return 'An HTTP/1.1 request needs a Host header.';
  return !url.startsWith('/') && withoutHost.test(url) ? 'The request target names no host.' : undefined;
}

/** The error for a request whose head is not accepted, in exact words. */
export function badHead(message: string): ApiError {
  return new ApiError('INTERNAL_REQUEST_MALFORMED', { message, description: DESCRIPTION });
}
