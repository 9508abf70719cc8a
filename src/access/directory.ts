// Looks keys up by digest, through a cache that never answers with a key that changed more than a second ago.
import { LRUCache } from 'lru-cache';
import type { Database, Statement } from '../database/orm.ts';
import type { Log } from '../log.ts';
import { API_KEY_CHANNEL, type ApiKey, ApiKeyEntity } from './api-key.ts';
import { type ChangeFeed, openChangeFeed } from './change-feed.ts';

const CACHED_KEYS = 10_000;

// Columns are named: with `*`, one that a newer version adds would break the prepared statement of a running one.
const findByDigest: Statement = {
  name: 'api_key_by_digest',
  text: `
    select id, organisation_id, name, digest, fingerprint, scopes, limit_per_minute, active, created_at, expires_at, deleted_at
    from api_key where digest = $1`,
};

/** Finds API keys. */
export interface KeyDirectory {
  /**
   * @param digest - SHA-256 of the key, in hexadecimal
   * @returns undefined when there is no such key
   */
  find(digest: string): Promise<ApiKey | undefined>;
  close(): void;
}

/**
 * Opens the directory of a database's keys. A change made by any process reaches it through PostgreSQL's
 * notifications; while they cannot be trusted, every look-up goes to the database.
 */
export function openKeyDirectory(database: Database, log: Log): KeyDirectory {
  const cache = new LRUCache<string, ApiKey>({ max: CACHED_KEYS });
  // Counts the changes heard of, so that a look-up that overlaps one is not kept.
  let changes = 0;
  const feed: ChangeFeed = openChangeFeed({
    url: database.url,
    channel: API_KEY_CHANNEL,
    log,
    onChange(digest) {
      changes += 1;
      cache.delete(digest);
    },
    onGap() {
      changes += 1;
      cache.clear();
    },
  });
  return {
    async find(digest) {
      const live = feed.isLive();
      const cached = live ? cache.get(digest) : undefined;
      if (cached) return cached;
      const changesBefore = changes;
      const [row] = await database.run(findByDigest, [digest]);
      if (!row) return undefined;
      const key = database.map<ApiKey>(ApiKeyEntity, row);
      if (live && changes === changesBefore) cache.set(digest, key);
      return key;
    },
    close: () => feed.close(),
  };
}
