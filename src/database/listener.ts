// The one listening connection of a process: each subscriber hears a channel of PostgreSQL's notifications, and knows whether it may miss any.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pauseAfter } from '../backoff.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';
import type { Database } from './open.ts';
import type { Statement } from './statement.ts';

/** Milliseconds from one proof that notifications arrive to the next. */
const HEARTBEAT = 300;
/** Milliseconds for which a proof holds, and those that one may take: a change must take effect within a second. */
const TRUSTED_FOR = 900;
/** Between two tries to connect. */
const RETRY = { first: 100, longest: 5_000 };
/** Where notifications never arrive, as behind a pooler of transactions, each try leaves a LISTEN in some session of the pooler. */
const RETRY_UNHEARD = { ...RETRY, longest: 60_000 };

/** What operators see of the listening connection in `pg_stat_activity`. */
export const LISTENER_NAME = 'gateway listener';

/** As PostgreSQL takes it, whether quoted or not. */
const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/;

const notify: Statement = { name: 'notify', text: 'select pg_notify($1, $2)' };

/** One who relies on notifications. */
export interface Subscriber {
  /** What follows for operators while none are heard, as the log says it: "key cache bypassed". */
  whileAway: string;
  /** Called with the payload of each notification on the channel. */
  onNotification(payload: string): void;
  /** Called when notifications may have been missed: whenever the subscription is about to be live, the first time included. */
  onGap(): void;
}

/** What a subscriber knows of its channel. */
export interface Subscription {
  /** Whether every notification that was sent up to a moment ago has been heard. */
  isLive(): boolean;
}

/** What a listener needs. */
export interface ListenerOptions {
  /** Past a pooler of transactions, which passes no notifications on. */
  connection: DatabaseConnection;
  /** Where the changes are made that notifications tell of: what is sent there must be heard. */
  database: Pick<Database, 'run'>;
  log: Log;
}

class NotHeard extends Error {
  constructor() {
    super(
      'notifications do not arrive: DATABASE_DIRECT_URL must lead past a pooler of transactions, and to the database of DATABASE_URL',
    );
  }
}

interface Subscribed {
  readonly channel: string;
  readonly subscriber: Subscriber;
  /** Whether the connection that there is now listens for the channel, and has proven it since. */
  isHeard: boolean;
}

/**
 * Listens until closed, on one connection for all subscribers; there is none before it is opened.
 *
 * Away       no connection; another try after a pause that grows
 * Listening  connected, and not trusted: a notification that was sent where changes are made must arrive first, which it does not where a
 *            pooler of transactions is in between
 * Live       trusted for `TRUSTED_FOR` after each such proof was sent; else away. A silent loss (a cable, a firewall, a pooler that leads
 *            elsewhere after a failover) is noticed by it
 *
 * A subscription that is made while it is live is listened for with the next proof, and live when that has arrived; the others stay so.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #subscribed: Subscribed[] = [];
  /** Nobody else's, so that each process hears its own proofs alone. */
  readonly #proofs = `gateway_proof_${randomUUID()}`;
  #client: pg.Client | undefined;
  #provenAt = Number.NEGATIVE_INFINITY;
  /** The proof that is on its way. */
  #awaited: { payload: string; arrive(): void } | undefined;
  /** Tries that have failed since notifications were last heard: those that did not connect, and those on which nothing was heard. */
  readonly #failures = { connect: 0, hear: 0 };
  #retry: NodeJS.Timeout | undefined;
  #hasComplained = false;
  #isClosed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /**
   * Has a channel listened for, now or as soon as the listener is opened.
   *
   * @param channel - lower-case letters, digits and underscores; never a caller's
   */
  subscribe(channel: string, subscriber: Subscriber): Subscription {
    if (!CHANNEL.test(channel)) throw new Error(`not the name of a channel: ${channel}`);
    const subscribed: Subscribed = { channel, subscriber, isHeard: false };
    this.#subscribed.push(subscribed);
    return { isLive: () => subscribed.isHeard && performance.now() - this.#provenAt < TRUSTED_FOR };
  }

  open(): void {
    void this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    if (this.#client) this.#lose(this.#client, new Error('closed'));
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(
      clientOptions(this.#options.connection, { application_name: LISTENER_NAME, query_timeout: TRUSTED_FOR }),
    );
    this.#client = client;
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client, new Error('the connection was closed')));
    client.on('notification', ({ channel, payload = '' }) => this.#hear(channel, payload));
    try {
      await client.connect();
      while (client === this.#client) {
        await this.#beat(client);
        await sleep(HEARTBEAT, undefined, { ref: false });
      }
    } catch (error) {
      this.#lose(client, error as Error);
    }
  }

  /** Listens for what is not listened for yet, and proves that all of it is heard. */
  async #beat(client: pg.Client): Promise<void> {
    const isNew = this.#provenAt === Number.NEGATIVE_INFINITY;
    const added = this.#subscribed.filter(({ isHeard }) => !isHeard);
    if (isNew || added.length > 0) {
      const channels = new Set([this.#proofs, ...added.map(({ channel }) => channel)]);
      await client.query([...channels].map((channel) => `listen ${pg.escapeIdentifier(channel)}`).join('; '));
    }
    try {
      const sentAt = await this.#prove();
      if (client !== this.#client) return;
      for (const subscribed of added) {
        subscribed.isHeard = this.#tell(subscribed, () => subscribed.subscriber.onGap());
      }
      this.#provenAt = sentAt;
    } catch (error) {
      // One that could not be sent says nothing of this connection; the last proof grows old meanwhile.
      if (isNew || error instanceof NotHeard) throw error;
      return;
    }
    Object.assign(this.#failures, { connect: 0, hear: 0 });
    if (this.#hasComplained) this.#options.log.info('LISTEN connection is back; notifications are heard again');
    this.#hasComplained = false;
  }

  /**
   * Waits until a notification that was sent on another connection has arrived: then all that were sent before it have.
   *
   * @returns when it was sent, by `performance.now()`
   */
  async #prove(): Promise<number> {
    const { promise: arrival, resolve } = Promise.withResolvers<true>();
    const payload = randomUUID();
    this.#awaited = { payload, arrive: () => resolve(true) };
    const sentAt = performance.now();
    const late = sleep(TRUSTED_FOR, false as const, { ref: false });
    const sent = this.#options.database.run(notify, [this.#proofs, payload]).then(() => true);
    if (!(await Promise.race([sent, late]))) throw new Error('a notification could not be sent in time');
    if (!(await Promise.race([arrival, late]))) throw new NotHeard();
    return sentAt;
  }

  #hear(channel: string, payload: string): void {
    if (channel === this.#proofs) {
      if (payload === this.#awaited?.payload) this.#awaited.arrive();
      return;
    }
    for (const subscribed of this.#subscribed) {
      if (subscribed.channel !== channel) continue;
      // One that failed has missed something.
      if (!this.#tell(subscribed, () => subscribed.subscriber.onNotification(payload))) subscribed.isHeard = false;
    }
  }

  /** Tells a subscriber something; one that fails takes no other along. */
  #tell({ channel }: Subscribed, what: () => void): boolean {
    try {
      what();
      return true;
    } catch (error) {
      this.#options.log.error({ err: error, channel }, 'notification not taken; it counts as missed');
      return false;
    }
  }

  #lose(client: pg.Client, error: Error): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.#provenAt = Number.NEGATIVE_INFINITY;
    for (const subscribed of this.#subscribed) subscribed.isHeard = false;
    client.end().catch(() => {});
    if (this.#isClosed) return;
    this.#complain(error);
    const pause =
      error instanceof NotHeard
        ? pauseAfter(++this.#failures.hear, RETRY_UNHEARD)
        : pauseAfter(++this.#failures.connect, RETRY);
    this.#retry = setTimeout(() => void this.#connect(), pause).unref();
  }

  /** One line for a loss, however often it is tried to mend it. */
  #complain(error: Error): void {
    const consequences = new Set(this.#subscribed.map(({ subscriber }) => subscriber.whileAway));
    this.#options.log[this.#hasComplained ? 'debug' : 'warn'](
      { err: error },
      `LISTEN connection lost; ${[...consequences].join(', ')} until it reconnects`,
    );
    this.#hasComplained = true;
  }
}
