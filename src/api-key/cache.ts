// Looks keys up by digest, through a cache that never answers with a key that changed more than a second ago.
import { LRUCache } from 'lru-cache';
import type { Listener } from '../database/listener.ts';
import type { Database } from '../database/open.ts';
import type { HarmlessStatement } from '../database/readiness/write-probe.ts';
import type { Statement } from '../database/statement.ts';
import { API_KEY_CHANNEL, type ApiKey, ApiKeyEntity, keyColumns } from './api-key.entity.ts';

const CACHED_KEYS = 10_000;
/** Milliseconds for which a key is kept without hearing of a change, should a notification ever be lost. */
const KEPT_FOR = 30_000;

const findByDigest: Statement = { name: 'api_key_by_digest', text: `select ${keyColumns} from find_api_key($1)` };
/** Finds no key: no digest is empty. Every call needs what this needs. */
export const findNoKey: HarmlessStatement = { text: findByDigest.text, values: [''] };

/** Finds API keys, from memory where it can. */
export interface ApiKeyCache {
  /**
   * The key, if it is known without asking the database.
   *
   * @param digest - SHA-256 of the key, in hexadecimal
   */
  getCached(digest: string): ApiKey | undefined;
  /**
   * Looks a key up, wherever it is to be found.
   *
   * @returns undefined when there is no such key
   */
  find(digest: string): Promise<ApiKey | undefined>;
  /** Whether the key was found before, or is being looked up: it is not a new attempt of the brute-force limiter. */
  hasSeen(digest: string): boolean;
}

/**
 * Makes the cache of a database's keys. A change made by any process reaches it through PostgreSQL's
 * notifications; while they cannot be trusted, every look-up goes to the database.
 *
 * @param listener - hears of changes from when it is opened
 * @param keptFor - milliseconds after which a key is read anew although no change was heard of
 */
export function createApiKeyCache(
  database: Database,
  listener: Pick<Listener, 'subscribe'>,
  keptFor = KEPT_FOR,
): ApiKeyCache {
  const cache = new LRUCache<string, ApiKey>({ max: CACHED_KEYS, ttl: keptFor });
  const seen = new LRUCache<string, true>({ max: CACHED_KEYS });
  const lookUps = new Map<string, Promise<ApiKey | undefined>>();
  // Counts the changes heard of, so that a look-up that overlaps one is not kept.
  let changes = 0;
  const subscription = listener.subscribe(API_KEY_CHANNEL, {
    whileAway: 'key cache bypassed',
    onNotification(digest) {
      changes += 1;
      cache.delete(digest);
      lookUps.delete(digest);
    },
    onGap() {
      changes += 1;
      cache.clear();
      lookUps.clear();
    },
  });

  async function lookUp(digest: string): Promise<ApiKey | undefined> {
    const live = subscription.isLive();
    const changesBefore = changes;
    const [row] = await database.run(findByDigest, [digest]);
    if (!row) return undefined;
    const key = database.map<ApiKey>(ApiKeyEntity, row);
    seen.set(digest, true);
    if (live && changes === changesBefore) cache.set(digest, key);
    return key;
  }

  const getCached = (digest: string) => (subscription.isLive() ? cache.get(digest) : undefined);
  return {
    getCached,
    find(digest) {
      const cached = getCached(digest);
      if (cached) return Promise.resolve(cached);
      // Calls that arrive together ask once; one that arrives after a change was heard of asks anew.
      const running = lookUps.get(digest);
      if (running) return running;
      const started = lookUp(digest).finally(() => {
        if (lookUps.get(digest) === started) lookUps.delete(digest);
      });
      lookUps.set(digest, started);
      return started;
    },
    hasSeen: (digest) => seen.has(digest) || lookUps.has(digest),
  };
}
