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
        'X-Forwarded-For received but TRUST_PROXY is not set; the header is ignored. If there is a proxy, set TRUST_PROXY: otherwise all its clients count as one address, and when one of them guesses API keys, keys that are not cached are refused for all',
      );
    }
    return next(request);
  };
}
