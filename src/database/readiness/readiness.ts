// Whether the database would take a create now: asked at most once a second, however many want to know.
import pg from 'pg';
import { CONNECT_TIMEOUT, type DatabaseConnection } from '../../database-url.ts';
import type { Log } from '../../log.ts';
import type { Database } from '../open.ts';
import type { Trouble } from './call-trouble.ts';
import { beginWriteProbe, type HarmlessStatement, type ProbeStage, type WriteProbe } from './write-probe.ts';

/** Milliseconds from the beginning of one question to that of the next. */
const INTERVAL = 1_000;
/** Milliseconds after which a question that has no answer counts as answered with no; more where DATABASE_URL has a longer connect_timeout. */
const PATIENCE = 2_000;
/** Milliseconds from then on after which it is given up, so that another may be asked. */
const GIVE_UP_AFTER = 8_000;

/** `ok`, or what is wrong with the database, as an operator says it. */
export type DatabaseHealth = string;

/** SQLSTATE of a server that takes no more connections. */
const NO_CONNECTION_LEFT = '53300';

const OK: DatabaseHealth = 'ok';

const ofStage: Record<ProbeStage, DatabaseHealth> = {
  connecting: 'cannot be reached',
  asking: 'does not answer in time',
  committing: 'does not confirm writes in time',
};

const ofTrouble: Record<Trouble, DatabaseHealth> = {
  'no room': 'has no room on its disk',
  'no free connection': 'is kept busy by calls, no connection comes free',
};

/** What SQLSTATEs come to; the first that fits. */
const ofState: readonly (readonly [RegExp, DatabaseHealth])[] = [
  [/^25006$/, 'is read-only'],
  [/^53100$/, ofTrouble['no room']],
  [new RegExp(`^${NO_CONNECTION_LEFT}$`), 'takes no more connections'],
  [/^55P03$/, 'keeps a table locked'],
  [/^57014$/, ofStage.asking],
  // The last is a role that is not there.
  [/^(28...|42501|22023)$/, 'does not let the gateway do its work'],
  [/^(08...|57P0.|3D000)$/, ofStage.connecting],
  [/^/, 'refuses writes'],
];

/** What is asked, and who hears of changes. */
interface ReadinessOptions {
  /** Begins a question. */
  begin(): WriteProbe;
  /** What calls have met lately. */
  trouble(): Trouble | undefined;
  /** Milliseconds that an answer is waited for. */
  patience: number;
  log: Log;
}

/**
 * The one question that may be on its way, and what the last one came to.
 *
 * At rest    nothing is asked until somebody wants to know, and the last answer is a second old
 * Asked      all who want to know wait for the same answer
 * Late       after its patience: all hear no at once, and the answer is still waited for: the fault may end by it
 * Given up   after `GIVE_UP_AFTER`: it is ended on the server too; then as at rest
 *
 * While the answer is no, it asks by itself, so that the end of the fault is told without anybody's call.
 */
export class Readiness {
  readonly #options: ReadinessOptions;
  #health = OK;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answer: Promise<DatabaseHealth> | undefined;
  #again: NodeJS.Timeout | undefined;
  #giveUp: (() => Promise<void>) | undefined;
  #closed = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Tells whether a create would succeed now; waits for the patience at most. */
  async ask(): Promise<DatabaseHealth> {
    if (this.#closed) return this.#health;
    const trouble = this.#trouble();
    if (trouble) return this.#conclude(trouble);
    if (!this.#answer && performance.now() - this.#askedAt >= INTERVAL) this.#answer = this.#question();
    return this.#answer ?? this.#health;
  }

  /** Asks nothing any more, and ends the question that is on its way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await this.#giveUp?.();
  }

  #trouble(): DatabaseHealth | undefined {
    const trouble = this.#options.trouble();
    return trouble && ofTrouble[trouble];
  }

  #question(): Promise<DatabaseHealth> {
    this.#askedAt = performance.now();
    const probe = this.#options.begin();
    const { promise, resolve } = Promise.withResolvers<DatabaseHealth>();
    const conclude = (health: DatabaseHealth, cause?: unknown) => resolve(this.#conclude(health, cause));
    const { patience } = this.#options;
    const late = setTimeout(() => conclude(ofStage[probe.stage()]), patience);
    const tooLate = setTimeout(() => void this.#giveUp?.(), patience + GIVE_UP_AFTER);
    let current = true;
    const over = () => {
      current = false;
      clearTimeout(late);
      clearTimeout(tooLate);
      this.#answer = undefined;
      this.#giveUp = undefined;
      if (this.#health !== OK) this.#askAgain();
    };
    this.#giveUp = async () => {
      // What it comes to now says nothing: it was ended.
      current = false;
      await probe.abandon();
      over();
    };
    const answered = (answer: DatabaseHealth, cause?: unknown) => {
      if (!current) return;
      conclude(answer, cause);
      over();
    };
    probe.outcome.then(
      // A call may have failed while it was on its way.
      () => answered(this.#trouble() ?? OK),
      (error: unknown) => answered(healthOf(error), error),
    );
    return promise;
  }

  #conclude(health: DatabaseHealth, cause?: unknown): DatabaseHealth {
    const before = this.#health;
    this.#health = health;
    const { log } = this.#options;
    if (before === OK && health !== OK) log.warn({ err: cause }, `not ready: the database ${health}`);
    if (before !== OK && health === OK) log.warn('ready again: the database accepts writes');
    if (health !== OK) this.#askAgain();
    return health;
  }

  #askAgain(): void {
    if (this.#closed) return;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.ask();
    }, INTERVAL).unref();
  }
}

/**
 * Watches a database.
 *
 * @param connection - as calls have it
 * @param calls - what these have met lately, and whether they have connections: then they need no further one, which a question does
 * @param statements - what a create needs, with values of which it changes nothing
 */
export function openReadiness(
  connection: DatabaseConnection,
  calls: Pick<Database, 'trouble' | 'isConnected'>,
  statements: readonly HarmlessStatement[],
  log: Log,
): Readiness {
  const begin = (): WriteProbe => {
    const probe = beginWriteProbe(connection, statements);
    const outcome = probe.outcome.catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError && error.code === NO_CONNECTION_LEFT && calls.isConnected())) throw error;
    });
    return { ...probe, outcome };
  };
  const patience = PATIENCE + Math.max(0, connection.connectionTimeoutMillis - CONNECT_TIMEOUT);
  return new Readiness({ begin, trouble: () => calls.trouble(), patience, log });
}

function healthOf(error: unknown): DatabaseHealth {
  const state = error instanceof pg.DatabaseError ? (error.code ?? '') : undefined;
  if (state === undefined) return ofStage.connecting;
  return ofState.find(([pattern]) => pattern.test(state))?.[1] ?? OK;
}
