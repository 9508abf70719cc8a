// A listening connection to PostgreSQL that knows whether it can still be trusted, and comes back by itself.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';

/** A silent loss (a cable, a firewall) is noticed by asking; changes must be noticed within a second. */
const HEARTBEAT = 300;
const TRUSTED_FOR = 900;
/** Milliseconds from one proof that notifications arrive to the next, and those that one may take to arrive. */
const PROOF_INTERVAL = 10_000;
const PROOF_PATIENCE = 900;
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

class NotHeard extends Error {}

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
 * Listening  connected, and not trusted: a notification that was sent elsewhere must arrive first, which it does not where a pooler of
 *            transactions is in between
 * Live       trusted for as long as each heartbeat is answered in time and each further proof arrives; else away
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
      await prove();
      onGap();
      await confirm(connection);
      pause = FIRST_RETRY;
      complained = false;
      void goOnProving(connection);
    } catch (error) {
      lose(connection, error as Error);
    }
  }

  /** Resolves when a notification that was sent on another connection has arrived. */
  async function prove(): Promise<void> {
    const { promise: arrival, resolve: arrive } = Promise.withResolvers<true>();
    awaited = { token: randomUUID(), arrive: () => arrive(true) };
    await notify(proofs, awaited.token);
    const isLost = !(await Promise.race([arrival, sleep(PROOF_PATIENCE, false, { ref: false })]));
    if (isLost) throw new NotHeard('notifications do not arrive: is there a pooler of transactions in between?');
  }

  async function goOnProving(connection: pg.Client): Promise<void> {
    for (;;) {
      await sleep(PROOF_INTERVAL, undefined, { ref: false });
      if (connection !== client) return;
      try {
        await prove();
      } catch (error) {
        // One that could not even be sent says nothing of this connection.
        if (error instanceof NotHeard) lose(connection, error);
      }
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
    complain(error);
    timer = setTimeout(() => void listen(), pause).unref();
    pause = Math.min(pause * 2, LONGEST_RETRY);
  }

  /** One line for a loss, however often it is tried to mend it. */
  function complain(error: Error): void {
    log[complained ? 'debug' : 'warn'](
      { err: error },
      'changes of keys are not heard: every key is read from the database until they are; DATABASE_DIRECT_URL is where they are listened for',
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
