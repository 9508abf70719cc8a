// The connections of the pool, for those who wait for one: also when the server has none left to give.
import pg from 'pg';
import type { Log } from '../log.ts';

/** SQLSTATE of a server that takes no more connections. */
const NONE_LEFT = '53300';
/** Milliseconds for which the pool does not try to grow after that, and between two tries of a pool that has no connection at all. */
const HELD_BACK = 2_000;
const RETRY_INTERVAL = 50;
/** Milliseconds that a timer of Node's can wait. */
const LONGEST_TIMER = 2_147_483_647;
/** As the pool says it. */
const NONE_FREE = 'timeout exceeded when trying to connect';
const NONE_MADE = 'connection timeout';

type Acquired = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (destroy?: boolean) => void,
) => void;

/**
 * Hands out the connections of a pool. Where others have used up those of the server, a pool that is not full would fail whoever comes while
 * its own are busy: here they wait for one of these.
 */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #size: number;
  /** Those that are there; the pool counts those that it is still making too. */
  readonly #connected = new Set<pg.ClientBase>();
  #growsAgain: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
    this.#size = pool.options.max;
    pool.on('acquire', (client) => this.#connected.add(client));
    pool.on('remove', (client) => this.#connected.delete(client));
  }

  /** Whether there is one that can be waited for. */
  isConnected(): boolean {
    return this.#connected.size > 0;
  }

  /**
   * Asks for a connection.
   *
   * @param deadline - until when to wait, by `performance.now()`; the pool itself waits for `connect_timeout` at most
   */
  acquire(deadline: number, callback: Acquired): void {
    const now = performance.now();
    const { connectionTimeoutMillis = 0 } = this.#pool.options;
    const until = Math.min(deadline, now + connectionTimeoutMillis);
    // One that is idle is handed over at once.
    if (this.#pool.idleCount > 0 || deadline >= now + LONGEST_TIMER) {
      this.#acquire(until, callback);
      return;
    }
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      callback(new Error(this.isConnected() ? NONE_FREE : NONE_MADE), undefined, () => {});
    }, deadline - now);
    this.#acquire(until, (error, client, release) => {
      clearTimeout(timer);
      // A failure brings none to release.
      if (isOver) release?.();
      else callback(error, client, release);
    });
  }

  #acquire(until: number, callback: Acquired): void {
    this.#pool.connect((error, client, release) => {
      if (!error || !isNoneLeft(error) || performance.now() >= until) callback(error, client, release);
      else if (this.#holdBack()) this.#acquire(until, callback);
      else setTimeout(() => this.#acquire(until, callback), RETRY_INTERVAL);
    });
  }

  /**
   * Keeps the pool at the size that it has, for a while.
   *
   * @returns whether there is a connection to wait for
   */
  #holdBack(): boolean {
    const { options } = this.#pool;
    const { size } = this.#connected;
    if (size === 0) return false;
    options.max = Math.min(options.max, size);
    if (!this.#growsAgain) {
      this.#log.warn(
        { connections: size },
        'PostgreSQL has no connections left; requests wait for one of the open ones',
      );
      this.#growsAgain = setTimeout(() => {
        this.#growsAgain = undefined;
        options.max = this.#size;
      }, HELD_BACK).unref();
    }
    return true;
  }
}

function isNoneLeft(error: Error): boolean {
  return error instanceof pg.DatabaseError && error.code === NONE_LEFT;
}
