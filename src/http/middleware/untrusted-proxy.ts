// A proxy that nobody told the gateway of: its callers share one address, which operators should hear of.
import type { Log } from '../../log.ts';
import type { Middleware } from '../router.ts';

/**
 * Warns, once, when a request was forwarded and no proxy is trusted. The header is believed no more for it: anyone may send it.
 *
 * @param trustsProxies - whether `TRUST_PROXY` is set
 */
export function warnOfUntrustedProxy(log: Log, trustsProxies: boolean): Middleware {
  let silent = trustsProxies;
  return (next) => (request) => {
    if (!silent && request.headers['x-forwarded-for'] !== undefined) {
      silent = true;
      log.warn(
        'a request carries X-Forwarded-For and TRUST_PROXY is not set: the header is ignored; if a proxy stands in front, all its callers count as one address, and one that guesses API keys gets the unseen keys of all refused: set TRUST_PROXY',
      );
    }
    return next(request);
  };
}
