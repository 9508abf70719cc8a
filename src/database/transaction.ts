// Several statements as one transaction: on one connection, whole or not at all.
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ApiError } from '../errors/api-error.ts';
import { timedOut } from '../errors/classify.ts';
import type { Connections } from './connections.ts';
import type { CallTrouble } from './readiness/call-trouble.ts';
import { type QueryTerms, sendQuery } from './run-query.ts';
import { isNotSerializable, isStaleSession } from './settings-query.ts';
import type { Query, StatementConfig } from './statement.ts';

/** How often the work of a transaction that PostgreSQL rolled back is done once more. */
const MOST_REPEATS = 10;

/** Milliseconds before the work is done once more, at most, for each time that it was. */
const LONGEST_PAUSE = 20;

/** Milliseconds after its deadline for which a transaction that asks nothing is left alone: the process rolls it back by itself. */
const IDLE_GRACE = 1_000;

/** What a transaction is for: to change something, or to read one state of the database by several statements. */
export type TransactionKind = 'change' | 'snapshot';

/** At the level of changes, a statement that has waited for a row sees what was committed meanwhile. */
const isolation: Record<TransactionKind, string> = {
  change: 'read committed',
  snapshot: 'repeatable read, read only',
};

/**
 * SQL that begins a transaction at its level, whatever the account's default is. A process that stands still does not keep the rows locked.
 *
 * @param idleTimeout - milliseconds until PostgreSQL ends the session of a transaction that asks nothing; 0 for never
 */
const beginning = (kind: TransactionKind, idleTimeout: number) =>
  `begin isolation level ${isolation[kind]}; set local idle_in_transaction_session_timeout = ${idleTimeout}`;

/** What the work of a transaction acts by. */
export interface TransactionParts {
  /** Runs its statements. */
  query: Query;
  /** Sends rows to a statement `copy … from stdin`, after one that `query` ran, whose settings hold for it. */
  copyIn(text: string, rows: readonly string[]): Promise<void>;
  /** Gives what to throw to have all of it done anew, without the locks that it holds by now. */
  outdated(): Error;
}

/** The work of a transaction. */
export type TransactionWork<Result> = (parts: TransactionParts) => Promise<Result>;

/** What a transaction takes. */
export interface TransactionTerms {
  connections: Connections;
  trouble: CallTrouble;
  asOwner: boolean;
  organisationId: number | undefined;
  /** When its time is up, by `performance.now()`. */
  deadline: number;
  kind: TransactionKind;
}

/**
 * Does some work in one transaction. Every statement of it acts as the role that serves requests or as the owner, sees one organisation and
 * ends by the deadline; what the work gives is only given once all of it is committed.
 *
 * The work is done anew, on another connection if need be, when PostgreSQL rolled the transaction back because of others (a serialisation failure,
 * a deadlock), a session had forgotten its statements, or the work itself asked for that. It must therefore change nothing but by `query`.
 *
 * @throws whatever the work, or a statement that failed in it, throws; ApiError `INTERNAL_SERVICE_UNAVAILABLE` when its time is up
 */
export async function runTransaction<Result>(terms: TransactionTerms, work: TransactionWork<Result>): Promise<Result> {
  for (let attempt = 0, isNamed = true; ; attempt++) {
    const transaction = new Transaction(await acquire(terms), terms, isNamed);
    const outcome = await transaction.attempt(work);
    if ('result' in outcome) return outcome.result;
    const { failure, error, isOutdated } = outcome;
    const isStale = failure !== undefined && isStaleSession(failure);
    const mayRepeat = isStale || isOutdated || (failure !== undefined && isNotSerializable(failure));
    if (!mayRepeat || attempt === MOST_REPEATS) {
      if (failure) terms.trouble.failed(failure);
      throw error;
    }
    // A pooler may lead to the same plan under any name: without one, it is made anew.
    if (isStale) isNamed = false;
    // Those who got in each other's way would do so again if all of them began at once.
    else await sleep(Math.random() * LONGEST_PAUSE * (attempt + 1));
  }
}

/** A connection of the pool that was handed out. */
interface Acquired {
  client: pg.PoolClient;
  release(destroy?: boolean): void;
}

function acquire({ connections, trouble, deadline }: TransactionTerms): Promise<Acquired> {
  return new Promise((resolve, reject) => {
    connections.acquire(deadline, (error, client, release) => {
      if (!client) {
        trouble.failed(error);
        return reject(error);
      }
      trouble.connected();
      if (performance.now() < deadline) return resolve({ client, release });
      release();
      reject(timedOut());
    });
  });
}

/**
 * What became of one attempt; `failure` is what PostgreSQL said of the statement that ended it, and `isOutdated` whether the work is to be done anew, because
 * what it locked is not what it looked for.
 */
type Outcome<Result> = { result: Result } | { error: unknown; failure: Error | undefined; isOutdated: boolean };

/**
 * One attempt.
 *
 * Open    statements run
 * Failed  PostgreSQL takes no further statement; whatever the work makes of that, the transaction is rolled back
 * Over    committed or rolled back; the connection has gone back to the pool, or is closed when it may not be in order
 */
class Transaction {
  readonly #client: pg.PoolClient;
  readonly #release: Acquired['release'];
  readonly #terms: QueryTerms & Pick<TransactionTerms, 'kind'>;
  readonly #isNamed: boolean;
  /** The statement that was run last; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #isOutdated = false;
  #isBroken = false;
  #isOver = false;

  /** @param isNamed - false to prepare no statement */
  constructor({ client, release }: Acquired, terms: TransactionTerms, isNamed: boolean) {
    this.#client = client;
    this.#release = release;
    this.#terms = { ...terms, lockTimeout: 0 };
    this.#isNamed = isNamed;
  }

  async attempt<Result>(work: TransactionWork<Result>): Promise<Outcome<Result>> {
    try {
      const remaining = Math.ceil(this.#terms.deadline - performance.now());
      await this.#send(
        beginning(this.#terms.kind, Number.isFinite(remaining) ? Math.max(0, remaining) + IDLE_GRACE : 0),
      );
      const result = await work({
        query: (config) => this.#query(config),
        copyIn: (text, rows) => this.#copyIn(text, rows),
        outdated: () => this.#outdated(),
      });
      await this.#commit();
      return { result };
    } catch (error) {
      await this.#rollBack();
      return { error, failure: this.#failure, isOutdated: this.#isOutdated };
    } finally {
      this.#release(this.#isBroken);
    }
  }

  #outdated(): Error {
    this.#isOutdated = true;
    // What a caller is told when that goes on.
    const message = 'What the operation would change is being changed by others.';
    return new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { message, retryAfter: 1 });
  }

  /** Runs a query when those before it are done: a connection takes one at a time. */
  #query(config: StatementConfig): Promise<pg.QueryResult> {
    if (this.#isOver) return Promise.reject(new Error('a statement was run in a transaction that is over'));
    const done = this.#last.then(() => this.#run(config));
    this.#last = done.catch(() => {});
    return done;
  }

  #run(config: StatementConfig): Promise<pg.QueryResult> {
    const named = this.#isNamed ? config : { ...config, name: undefined };
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      sendQuery(this.#client, this.#terms, named, (error, result, isBroken) => {
        this.#isBroken ||= isBroken;
        if (!error) return resolve(result);
        this.#failure ??= error;
        reject(error);
      });
    });
  }

  #copyIn(text: string, rows: readonly string[]): Promise<void> {
    if (this.#isOver) return Promise.reject(new Error('rows were copied in a transaction that is over'));
    const done = this.#last.then(async () => {
      if (this.#failure) throw this.#failure;
      try {
        await pipeline(rows, this.#client.query(copyFrom(text)));
      } catch (error) {
        if (error instanceof pg.DatabaseError) this.#failure ??= error;
        else this.#isBroken = true;
        throw error;
      }
    });
    this.#last = done.catch(() => {});
    return done;
  }

  async #commit(): Promise<void> {
    this.#isOver = true;
    // Also a statement that nobody waited for, or whose failure the work caught.
    await this.#last;
    if (this.#failure) throw this.#failure;
    if (this.#isOutdated) throw this.#outdated();
    if (performance.now() >= this.#terms.deadline) throw timedOut();
    const { command } = await this.#send('commit');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
  }

  async #rollBack(): Promise<void> {
    this.#isOver = true;
    await this.#last;
    // PostgreSQL tells of a failure before it lets go of what the transaction has locked: that is over when it answers again, also on a connection
    // that is of no use afterwards. One that does not answer is closed, and takes its transaction along.
    const answers = !this.#isBroken || this.#failure instanceof pg.DatabaseError;
    if (answers) await this.#send('rollback').catch(() => {});
  }

  async #send(text: string): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(text);
    } catch (error) {
      if (error instanceof pg.DatabaseError) this.#failure ??= error;
      else this.#isBroken = true;
      throw error;
    }
  }
}
