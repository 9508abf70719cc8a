// The name of an address in the DNS, and whether the name leads back to it.
import { setTimeout as sleep } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Log } from '../log.ts';
import { normalizeIp } from './address.ts';
import { openDns } from './dns.ts';

/** A name of an address. */
export interface ReverseName {
  readonly name: string;
  /** Whether the name was seen to lead back to the address; without that, anybody could have chosen it. */
  readonly confirmed: boolean;
}

/** How reverse DNS stands. */
export type ReverseDnsState = 'on' | 'off' | 'the DNS does not answer';

export interface ReverseDns {
  /**
   * Finds the name of a public address.
   *
   * @param address - as `normalizeIp` writes it
   * @returns null when it has none or none could be found within a second
   */
  find(address: string): Promise<ReverseName | null>;
  readonly state: ReverseDnsState;
  close(): void;
}

/** Milliseconds that a caller waits for a name. */
const TIMEOUT = 1_000;
/** Milliseconds within which a look-up must begin to be of use to who waits for it; else it does not. */
const PATIENCE = TIMEOUT / 2;
/** Addresses that are looked up at once. */
const CONCURRENCY = 32;
const MOST_CACHED = 10_000;
/** Names of one address that are looked at; some have hundreds. */
const MOST_NAMES = 3;
/** Milliseconds that an answer is kept: a name, the news that there is none, and no answer at all. */
const keep = { name: 60 * 60_000, none: 10 * 60_000, nothing: 60_000 };

/** Whoever has an address chooses what its name says. */
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** Where the DNS keeps the name of an address. `reverse` of Node's resolver would take silence for the answer that there is none. */
function pointerOf(address: string): string {
  const bytes = ipaddr.parse(address).toByteArray().reverse();
  if (bytes.length === 4) return `${bytes.join('.')}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte & 15, byte >> 4]).map((nibble) => nibble.toString(16));
  return `${nibbles.join('.')}.ip6.arpa`;
}

/** What is kept of an address. */
interface Finding {
  name: ReverseName | null;
  /** Milliseconds. */
  keep: number;
}

/**
 * Opens reverse DNS.
 *
 * @param servers - the DNS servers to ask, `address` or `address:port`; without them, those of the machine
 */
export function openReverseDns(servers: readonly string[] | undefined, log: Log): ReverseDns {
  const dns = openDns(servers, TIMEOUT, log);
  const waiting: (() => void)[] = [];
  let free = CONCURRENCY;

  const cache = new LRUCache<string, Finding>({
    max: MOST_CACHED,
    ignoreFetchAbort: true,
    fetchMethod: async (address, _, { options }) => {
      const finding = await inTurn(() => lookUp(address));
      if (finding) options.ttl = finding.keep;
      return finding;
    },
  });

  /** Runs one look-up when it is its turn; not at all when that is too late. */
  async function inTurn(work: () => Promise<Finding>): Promise<Finding | undefined> {
    const deadline = performance.now() + PATIENCE;
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return performance.now() < deadline ? await work() : undefined;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  }

  async function lookUp(address: string): Promise<Finding> {
    const found = await dns.ask((resolver) => resolver.resolvePtr(pointerOf(address)));
    if (!found) return { name: null, keep: keep.nothing };
    const names = [...new Set(found.map((name) => name.toLowerCase()))].filter((name) => hostName.test(name));
    const considered = names.sort().slice(0, MOST_NAMES);
    const back = await Promise.all(considered.map((name) => addressesOf(name, address.includes(':'))));
    const confirmed = considered.find((_, i) => back[i]?.includes(address));
    const name = confirmed ?? considered[0];
    if (!name) return { name: null, keep: keep.none };
    const complete = confirmed || back.every((addresses) => addresses);
    return { name: { name, confirmed: confirmed !== undefined }, keep: complete ? keep.name : keep.nothing };
  }

  async function addressesOf(name: string, ipv6: boolean): Promise<string[] | undefined> {
    const addresses = await dns.ask((resolver) => (ipv6 ? resolver.resolve6(name) : resolver.resolve4(name)));
    return addresses?.map(normalizeIp);
  }

  return {
    async find(address) {
      const kept = cache.get(address);
      if (kept) return kept.name;
      const answered = new AbortController();
      const timeout = sleep(TIMEOUT, undefined, { signal: answered.signal }).catch(() => undefined);
      const finding = await Promise.race([cache.fetch(address), timeout]);
      answered.abort();
      return finding?.name ?? null;
    },
    get state() {
      return dns.isSilent ? 'the DNS does not answer' : 'on';
    },
    close: () => dns.close(),
  };
}
