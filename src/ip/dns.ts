// Questions to the DNS, and whether it answers them at all.
import { CANCELLED, NODATA, NOTFOUND } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { Log } from '../log.ts';

/** What asks the DNS. */
export interface Dns {
  /**
   * Asks a question.
   *
   * @returns undefined when the DNS does not answer, empty when its answer is that there is nothing
   */
  ask(question: (resolver: Resolver) => Promise<string[]>): Promise<string[] | undefined>;
  /** Whether several questions in a row have had no answer. */
  readonly isSilent: boolean;
  close(): void;
}

/** Questions in a row that nobody answered before that is told. */
const SILENCE = 10;

/**
 * Opens the DNS.
 *
 * @param servers - the servers to ask, `address` or `address:port`; without them, those of the machine
 * @param timeout - milliseconds that an answer may take
 */
export function openDns(servers: readonly string[] | undefined, timeout: number, log: Log): Dns {
  const resolver = new Resolver({ timeout, tries: 1 });
  if (servers) resolver.setServers(servers);
  let unanswered = 0;
  let heardAt = 0;

  function hear(): void {
    if (unanswered >= SILENCE) log.info('reverse DNS: the DNS responds again');
    unanswered = 0;
    heardAt = performance.now();
  }

  return {
    async ask(question) {
      const askedAt = performance.now();
      try {
        const answer = await question(resolver);
        hear();
        return answer;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === NOTFOUND || code === NODATA) {
          hear();
          return [];
        }
        // What was asked before the last answer tells nothing new.
        if (code === CANCELLED || askedAt < heardAt) return undefined;
        unanswered += 1;
        // The error itself names the address, which is a customer's.
        if (unanswered === SILENCE)
          log.warn({ code }, 'reverse DNS: no response from the DNS; names are missing from answers');
        return undefined;
      }
    },
    get isSilent() {
      return unanswered >= SILENCE;
    },
    close: () => resolver.cancel(),
  };
}
