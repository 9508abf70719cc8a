// A listening connection to PostgreSQL that knows whether it can still be trusted, and comes back by itself.
import pg from 'pg';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';

/** A silent loss (a cable, a firewall) is noticed by asking; changes must be noticed within a second. */
const HEARTBEAT = 300;
const TRUSTED_FOR = 900;
const FIRST_RETRY = 100;
const LONGEST_RETRY = 5_000;

/** What operators see of the listening connection in `pg_stat_activity`. */
export const FEED_NAME = 'gateway key changes';

/** A feed of notifications on one channel; nobody is listened to before it is opened. */
export interface ChangeFeed {
  open(): void;
  /** Whether every change up to a moment ago has been heard of. */
  isLive(): boolean;
  close(): void;
}

interface ChangeFeedOptions {
  connection: DatabaseConnection;
  channel: string;
  log: Log;
  /** Called with the payload of each notification. */
  onChange(payload: string): void;
  /** Called when notifications may have been missed. */
  onGap(): void;
}

/** Makes a feed that listens on a channel until closed, connecting again after every loss with growing pauses. */
export function createChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { channel, log, onChange, onGap } = options;
  let closed = false;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let pause = FIRST_RETRY;
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;

  async function listen(): Promise<void> {
    const connection = new pg.Client(
      clientOptions(options.connection, { application_name: FEED_NAME, query_timeout: TRUSTED_FOR }),
    );
    client = connection;
    connection.on('error', (error) => lose(connection, error));
    connection.on('end', () => lose(connection, new Error('the connection ended')));
    connection.on('notification', ({ payload }) => onChange(payload ?? ''));
    try {
      await connection.connect();
      await connection.query(`listen ${channel}`);
      onGap();
      await confirm(connection);
      pause = FIRST_RETRY;
    } catch (error) {
      lose(connection, error as Error);
    }
  }

  /** An answer proves that every notification sent before the question has arrived. */
  async function confirm(connection: pg.Client): Promise<void> {
    const asked = performance.now();
    await connection.query('select 1');
    if (connection !== client) return;
    confirmedAt = asked;
    timer = setTimeout(() => confirm(connection).catch((error) => lose(connection, error)), HEARTBEAT).unref();
  }

  function lose(connection: pg.Client, error: Error): void {
    if (connection !== client) return;
    client = undefined;
    confirmedAt = Number.NEGATIVE_INFINITY;
    clearTimeout(timer);
    connection.end().catch(() => {});
    if (closed) return;
    log.warn({ err: error }, 'changes of keys are not heard: every key is read from the database until they are');
    timer = setTimeout(() => void listen(), pause).unref();
    pause = Math.min(pause * 2, LONGEST_RETRY);
  }

  return {
    open: () => void listen(),
    isLive: () => performance.now() - confirmedAt < TRUSTED_FOR,
    close() {
      closed = true;
      clearTimeout(timer);
      if (client) lose(client, new Error('closed'));
    },
  };
}
