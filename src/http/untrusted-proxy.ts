// A proxy that nobody told the gateway of: its callers share one address, which operators should hear of.
import type { IncomingHttpHeaders } from 'node:http';
import type { Log } from '../log.ts';

/**
 * Makes what looks at the headers of each request and warns, once, when one was forwarded and no proxy is trusted. The
 * header is believed no more for it: anyone may send it.
 *
 * @param trustsProxies - whether `TRUST_PROXY` is set
 */
export function warnOfProxy(log: Log, trustsProxies: boolean): (headers: IncomingHttpHeaders) => void {
  let silent = trustsProxies;
  return (headers) => {
    if (silent || headers['x-forwarded-for'] === undefined) return;
    silent = true;
    log.warn(
      'a request carries X-Forwarded-For and TRUST_PROXY is not set: the header is ignored; if a proxy stands in front, all its callers count as one address, and one that guesses API keys gets the unseen keys of all refused: set TRUST_PROXY',
    );
  };
}
