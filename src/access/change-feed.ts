// A listening connection to PostgreSQL that knows whether it can still be trusted, and comes back by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';

/** A silent loss (a cable, a firewall) is noticed by asking; changes must be noticed within a second. */
const HEARTBEAT = 300;
const TRUSTED_FOR = 900;
const FIRST_RETRY = 100;
const LONGEST_RETRY = 5_000;

/** A feed of notifications on one channel. */
export interface ChangeFeed {
  /** Whether every change up to a moment ago has been heard of. */
  isLive(): boolean;
  close(): Promise<void>;
}

interface ChangeFeedOptions {
  url: string;
  channel: string;
  log: Log;
  /** Called with the payload of each notification. */
  onChange(payload: string): void;
  /** Called when notifications may have been missed. */
  onGap(): void;
}

/** Listens on a channel until closed, connecting again after every loss with growing pauses. */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const closing = new AbortController();
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let client: pg.Client | undefined;

  async function listen(): Promise<void> {
    const connection = new pg.Client({
      connectionString: options.url,
      connectionTimeoutMillis: 3_000,
      query_timeout: TRUSTED_FOR,
    });
    const lost = new Promise<never>((_, reject) => {
      connection.on('error', reject);
      connection.on('end', () => reject(new Error('the connection ended')));
    });
    lost.catch(() => {});
    client = connection;
    try {
      await connection.connect();
      connection.on('notification', ({ payload }) => options.onChange(payload ?? ''));
      await connection.query(`listen ${options.channel}`);
      options.onGap();
      while (!closing.signal.aborted) {
        const asked = performance.now();
        await Promise.race([connection.query('select 1'), lost]);
        confirmedAt = asked;
        await Promise.race([sleep(HEARTBEAT, undefined, { signal: closing.signal, ref: false }), lost]);
      }
    } finally {
      confirmedAt = Number.NEGATIVE_INFINITY;
      connection.end().catch(() => {});
    }
  }

  async function keepListening(): Promise<void> {
    let pause = FIRST_RETRY;
    while (!closing.signal.aborted) {
      const since = performance.now();
      await listen().catch((error: Error) => {
        if (!closing.signal.aborted)
          options.log.warn({ err: error.message }, 'key changes are not heard; keys are read from the database');
      });
      if (closing.signal.aborted) return;
      pause = performance.now() - since > LONGEST_RETRY ? FIRST_RETRY : Math.min(pause * 2, LONGEST_RETRY);
      await sleep(pause, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  const finished = keepListening();
  return {
    isLive: () => performance.now() - confirmedAt < TRUSTED_FOR,
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await finished;
    },
  };
}
