// A listening connection to PostgreSQL that knows whether it can still be trusted, and comes back by itself.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';

/** Milliseconds from one proof that notifications arrive to the next. */
const HEARTBEAT = 300;
/** Milliseconds for which a proof holds, and those that one may take: a change must take effect within a second. */
const TRUSTED_FOR = 900;
const FIRST_RETRY = 100;
const LONGEST_RETRY = 5_000;
/** Where notifications never arrive, as behind a pooler of transactions, each try leaves a LISTEN in some session of the pooler. */
const LONGEST_RETRY_UNHEARD = 60_000;

/** What operators see of the listening connection in `pg_stat_activity`. */
export const FEED_NAME = 'gateway key changes';

/** A feed of notifications on one channel; nobody is listened to before it is opened. */
export interface ChangeFeed {
  open(): void;
  /** Whether every change up to a moment ago has been heard of. */
  isLive(): boolean;
  close(): void;
}

class NotHeard extends Error {
  constructor() {
    super(
      'notifications do not arrive: DATABASE_DIRECT_URL must lead past a pooler of transactions, and to the database of DATABASE_URL',
    );
  }
}

interface ChangeFeedOptions {
  connection: DatabaseConnection;
  channel: string;
  log: Log;
  /** Sends a notification on a channel, on the way that changes take. */
  notify(channel: string, payload: string): Promise<unknown>;
  /** Called with the payload of each notification. */
  onChange(payload: string): void;
  /** Called when notifications may have been missed. */
  onGap(): void;
}

/**
 * Makes a feed that listens on a channel until closed.
 *
 * Away       no connection; another try after a pause that grows
 * Listening  connected, and not trusted: a notification that was sent where changes are made must arrive first, which it does not where a
 *            pooler of transactions is in between
 * Live       trusted for `TRUSTED_FOR` after each such proof was sent; else away. A silent loss (a cable, a firewall, a pooler that leads
 *            elsewhere after a failover) is noticed by it
 */
export function createChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { channel, log, notify, onChange, onGap } = options;
  const proofs = `${channel}_proof`;
  let closed = false;
  let complained = false;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let pause = FIRST_RETRY;
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;
  /** The proof that is on its way. */
  let awaited: { token: string; arrive(): void } | undefined;

  async function listen(): Promise<void> {
    const connection = new pg.Client(
      clientOptions(options.connection, { application_name: FEED_NAME, query_timeout: TRUSTED_FOR }),
    );
    client = connection;
    connection.on('error', (error) => lose(connection, error));
    connection.on('end', () => lose(connection, new Error('the connection ended')));
    connection.on('notification', ({ channel: name, payload = '' }) => {
      if (name === channel) onChange(payload);
      else if (payload === awaited?.token) awaited.arrive();
    });
    try {
      await connection.connect();
      await connection.query(`listen ${channel}; listen ${proofs}`);
      const sentAt = await prove();
      onGap();
      confirmedAt = sentAt;
      pause = FIRST_RETRY;
      if (complained) log.info('LISTEN connection for API keys is back; key cache in use again');
      complained = false;
      void goOnProving(connection);
    } catch (error) {
      lose(connection, error as Error);
    }
  }

  /**
   * Waits until a notification that was sent on another connection has arrived: then all that were sent before it have.
   *
   * @returns when it was sent, by `performance.now()`
   */
  async function prove(): Promise<number> {
    const { promise: arrival, resolve: arrive } = Promise.withResolvers<true>();
    awaited = { token: randomUUID(), arrive: () => arrive(true) };
    const sentAt = performance.now();
    const late = sleep(TRUSTED_FOR, false as const, { ref: false });
    const sent = notify(proofs, awaited.token).then(() => true);
    if (!(await Promise.race([sent, late]))) throw new Error('a notification could not be sent in time');
    if (!(await Promise.race([arrival, late]))) throw new NotHeard();
    return sentAt;
  }

  async function goOnProving(connection: pg.Client): Promise<void> {
    for (;;) {
      await sleep(HEARTBEAT, undefined, { ref: false });
      if (connection !== client) return;
      try {
        const sentAt = await prove();
        if (connection === client) confirmedAt = sentAt;
      } catch (error) {
        // One that could not be sent says nothing of this connection; the last proof grows old meanwhile.
        if (error instanceof NotHeard) lose(connection, error);
      }
    }
  }

  function lose(connection: pg.Client, error: Error): void {
    if (connection !== client) return;
    client = undefined;
    confirmedAt = Number.NEGATIVE_INFINITY;
    clearTimeout(timer);
    connection.end().catch(() => {});
    if (closed) return;
    complain(error);
    timer = setTimeout(() => void listen(), pause).unref();
    pause = Math.min(pause * 2, error instanceof NotHeard ? LONGEST_RETRY_UNHEARD : LONGEST_RETRY);
  }

  /** One line for a loss, however often it is tried to mend it. */
  function complain(error: Error): void {
    log[complained ? 'debug' : 'warn'](
      { err: error },
      'LISTEN connection for API keys lost; key cache bypassed until it reconnects',
    );
    complained = true;
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
