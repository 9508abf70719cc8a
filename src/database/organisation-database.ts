// The database as one organisation sees it.
import type { EntityManager, MikroORM, Transaction as OrmTransaction } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Batched, BatchStatement } from './batch/batch-queue.ts';
import type { Limits, StatementBatcher } from './batch/statement-batcher.ts';
import { TransactionBatcher } from './batch/transaction-batcher.ts';
import type { ConnectionSlots } from './connection-slots.ts';
import type { NamedTurns } from './named-turns.ts';
import { type Query, QueryRunner, type StatementConfig, type StatementRunner } from './statement.ts';
import type { TransactionKind, TransactionParts, TransactionWork } from './transaction.ts';

/** What a unit of work offers: it reads. What would write, or begin a transaction of its own, goes by statements. */
export type EntityReader = Pick<EntityManager, 'find' | 'findOne' | 'findOneOrFail' | 'count'>;

/** The database as one organisation sees it, for one operation. No row of another is in reach, whatever is asked. */
export interface OrganisationDatabase extends StatementRunner {
  readonly organisationId: number;
  /** Whether all statements are one transaction: what one of them locks stays locked. */
  readonly isTransaction: boolean;
  /** The operation's unit of work; made when first asked for, since not every operation needs one. */
  readonly em: EntityReader;
  /**
   * Runs a call of a prepared statement that serves many at once, together with those that arrive at the same time.
   *
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when the operation's time is up
   */
  runBatched<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>>;
  /**
   * Does some work in one transaction on one connection. Within a transaction, the work is a part of that one, and fails with it.
   *
   * It may be done more than once, hence changes nothing but through `tx`; and it waits for no other connection meanwhile, so whatever it calls
   * is handed `tx`.
   *
   * @returns what the work gives, once all of it is committed
   * @throws whatever the work throws: then nothing of it was done; ApiError `INTERNAL_SERVICE_UNAVAILABLE` when the operation's time is up
   */
  transaction<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result>;
  /**
   * Does some work when nobody else of this process does any that touches the same of the organisation. Within a transaction, whose work has its turn
   * already, at once.
   *
   * @param names - of all that it touches
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when its turn has not come within the operation's time
   */
  inTurn<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result>;
  /**
   * Does some work whose statements, one at a time, may read much: while it has one of the organisation's slots for that, so that a caller who asks for many
   * lists at once leaves connections to others. Such work begins no other of its kind.
   *
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when no slot came within the operation's time
   */
  inListSlot<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * Reads by several statements that all see one state of the database: that of the first.
   *
   * @returns what the work gives
   * @throws as `transaction`
   */
  snapshot<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result>;
  /**
   * Sends rows to a statement `copy … from stdin` of the transaction that this is, in which another statement ran before.
   *
   * @param rows - in PostgreSQL's text format, each with its line end
   */
  copyIn(text: string, rows: readonly string[]): Promise<void>;
  /**
   * Has the transaction that this is done anew, as after a serialisation failure: what it has locked is not what it looked for, and to lock more beside
   * that could block others who lock in order.
   *
   * @throws Error
   */
  beginAnew(): never;
  /**
   * Does some work that may fail, and is not worth to fail for: once all that was done is committed, which outside a transaction it is. Never rejects.
   */
  onceCommitted(work: (database: OrganisationDatabase) => Promise<void>): Promise<void>;
}

/** What the views of all organisations share. */
export interface ViewParts {
  orm: MikroORM;
  queryAs(organisationId: number | undefined, limits: Limits, config: StatementConfig): Promise<pg.QueryResult>;
  runTransaction<Result>(
    organisationId: number | undefined,
    deadline: number,
    work: TransactionWork<Result>,
    kind?: TransactionKind,
  ): Promise<Result>;
  batcher: StatementBatcher;
  turns: NamedTurns;
  listSlots: ConnectionSlots;
  map: StatementRunner['map'];
}

/** The part that statements of their own and those of a transaction have in common. */
abstract class View extends QueryRunner {
  readonly organisationId: number;
  readonly #makeEm: () => EntityManager;
  #em: EntityManager | undefined;

  constructor(organisationId: number, { orm, map }: ViewParts, query: Query) {
    super(query, map);
    this.organisationId = organisationId;
    this.#makeEm = () => forkFor(orm, query);
  }

  get em(): EntityReader {
    this.#em ??= this.#makeEm();
    return this.#em;
  }
}

/** Each statement is a transaction of its own, until a deadline. */
export class OrganisationView extends View implements OrganisationDatabase {
  readonly isTransaction = false;
  readonly #deadline: number;
  readonly #parts: ViewParts;

  /** Whether work runs that is to use its `tx`: anything else would wait for a connection while it holds one. */
  #isInTransaction = false;

  constructor(organisationId: number, deadline: number, parts: ViewParts) {
    super(organisationId, parts, (config) =>
      this.#isInTransaction
        ? Promise.reject(pastTransaction())
        : parts.queryAs(organisationId, { deadline, lockTimeout: 0 }, config),
    );
    this.#deadline = deadline;
    this.#parts = parts;
  }

  runBatched<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>> {
    if (this.#isInTransaction) return Promise.reject(pastTransaction());
    return this.#parts.batcher.run(this.organisationId, this.#deadline, statement, call);
  }

  inTurn<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const ofOrganisation = names.map((name) => `${this.organisationId}/${name}`);
    return this.#parts.turns.run(ofOrganisation, this.#deadline, work);
  }

  inListSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#parts.listSlots.run(this.organisationId, this.#deadline, work);
  }

  transaction<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result> {
    return this.#inTransaction(work, 'change');
  }

  snapshot<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result> {
    return this.#inTransaction(work, 'snapshot');
  }

  async #inTransaction<Result>(
    work: (tx: OrganisationDatabase) => Promise<Result>,
    kind: TransactionKind,
  ): Promise<Result> {
    if (this.#isInTransaction) throw pastTransaction();
    this.#isInTransaction = true;
    let last: TransactionView | undefined;
    const result = await this.#parts
      .runTransaction(
        this.organisationId,
        this.#deadline,
        async (parts) => {
          const tx = new TransactionView(this.organisationId, this.#parts, parts);
          last = tx;
          const given = await work(tx);
          tx.assertWhole();
          return given;
        },
        kind,
      )
      .finally(() => {
        this.#isInTransaction = false;
      });
    for (const after of last?.afterwards ?? []) await this.onceCommitted(after);
    return result;
  }

  copyIn(): Promise<never> {
    return Promise.reject(new Error('rows are copied in a transaction alone'));
  }

  beginAnew(): never {
    throw new Error('there is no transaction to begin anew');
  }

  async onceCommitted(work: (database: OrganisationDatabase) => Promise<void>): Promise<void> {
    await work(this).catch(() => {});
  }
}

/** What a defect is told: nothing of it reaches a caller. */
function pastTransaction(): Error {
  return new Error('work in a transaction must use the database that it was handed');
}

/** All statements are one transaction. */
class TransactionView extends View implements OrganisationDatabase {
  readonly isTransaction = true;
  readonly afterwards: ((database: OrganisationDatabase) => Promise<void>)[] = [];
  readonly #transaction: TransactionParts;
  readonly #batcher: TransactionBatcher;
  #failed: { readonly error: unknown } | undefined;

  constructor(organisationId: number, parts: ViewParts, transaction: TransactionParts) {
    super(organisationId, parts, transaction.query);
    this.#transaction = transaction;
    this.#batcher = new TransactionBatcher(organisationId, (statement, values) => this.run(statement, values));
  }

  runBatched<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>> {
    return this.#batcher.run(statement, call);
  }

  async transaction<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result> {
    try {
      return await work(this);
    } catch (error) {
      this.#failed ??= { error };
      throw error;
    }
  }

  snapshot<Result>(work: (tx: OrganisationDatabase) => Promise<Result>): Promise<Result> {
    return this.transaction(work);
  }

  inTurn<Result>(_: readonly string[], work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  inListSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  copyIn(text: string, rows: readonly string[]): Promise<void> {
    return this.#transaction.copyIn(text, rows);
  }

  beginAnew(): never {
    throw this.#transaction.outdated();
  }

  async onceCommitted(work: (database: OrganisationDatabase) => Promise<void>): Promise<void> {
    this.afterwards.push(work);
  }

  /** @throws whatever a part failed with: what it had done by then cannot be taken back alone, so that all of it is, whoever caught the failure */
  assertWhole(): void {
    if (this.#failed) throw this.#failed.error;
  }
}

/**
 * Makes a unit of work whose every statement goes through `query`. To MikroORM that is the transaction it runs in.
 */
function forkFor(orm: MikroORM, query: Query): EntityManager {
  const em = orm.em.fork();
  const executor = {
    async executeQuery({ sql }: { sql: string }) {
      const { rows, rowCount } = await query({ text: sql });
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
  };
  em.setTransactionContext(executor as unknown as OrmTransaction);
  return em;
}
