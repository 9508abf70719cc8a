// Imports a file: rows are read and validated while the rows before them are stored, a step at a time.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { lockReferrals } from '../../referral/lock.ts';
import { type Chunk, type ChunkOptions, chunksOf, STEP } from './chunks.ts';
import { forgetReferences } from './references.ts';
import { settleReferrals } from './referrals.ts';
import type { RefusedRow, ReportFile } from './report.ts';
import type { ImportRun } from './run.entity.ts';
import { type Advance, advanceRun, type Counts, claimRun, sum } from './run.ts';
import type { Source } from './source.ts';
import { Statistics } from './statistics.ts';
import { ChainedRowsError, doRows, type Outcome } from './step.ts';
import { type StepSummary, summarize, summarizeReferrals, validRows } from './summary.ts';
import { Throttle } from './throttle.ts';
import { keepReferrals, referralsOf, takeReferrals } from './waiting-referrals.ts';

/** What is done with a file. */
export interface ImportOptions extends ChunkOptions {
  /** Whether what is there is replaced. */
  readonly isUpdate: boolean;
  readonly report: ReportFile | undefined;
  /** Hears of each step: rows that are done, and what became of them. */
  onStep(rows: number, counts: Counts): void;
  /** Is asked between steps. @throws whatever ends the import there */
  assertGoesOn(): void;
  /** Hears of each row that was refused. */
  onRefused(row: RefusedRow): void;
  /** Hears of rows that give a credit which their customers do not get. */
  onKeptCredits(count: number): void;
}

/** Why the referral of a row is not set. */
const GONE = 'is of a customer that was deleted meanwhile';

/** The request id under which the change log has what an import did. */
export const requestIdOf = ({ id }: Pick<ImportRun, 'id'>) => `import-${id}`;

/** One import of a file, from where it stands. */
export class Import {
  readonly #ctx: OperationContext;
  readonly #source: Source;
  readonly #options: ImportOptions;
  readonly #throttle: Throttle;
  readonly #customers: Statistics;
  readonly #referrals: Statistics;
  #run: ImportRun;
  /** Of the row whose referral was set last. */
  #position = 0;

  constructor(ctx: OperationContext, source: Source, run: ImportRun, options: ImportOptions) {
    // What the run made is found by its number.
    this.#ctx = { ...ctx, requestId: requestIdOf(run) };
    this.#source = source;
    this.#run = run;
    this.#options = options;
    this.#throttle = new Throttle(ctx.database);
    this.#customers = new Statistics(ctx.database, 'customer');
    this.#referrals = new Statistics(ctx.database, 'referral');
  }

  /**
   * Does what is left of the file.
   *
   * @throws UnusableFileError when it is another file, or another process goes on with it
   */
  async run(): Promise<void> {
    const chunks = chunksOf(this.#source, this.#run, this.#options);
    for (let next = chunks.next(); ; ) {
      const { value: chunk, done } = await next;
      if (done || !chunk) break;
      const stored = this.#do(chunk);
      // The next rows are read and validated meanwhile.
      next = chunks.next();
      next.catch(() => {});
      await stored;
      await this.#customers.added(chunk.rows.length);
    }
    for (let isFinished = false; !isFinished; ) {
      this.#options.assertGoesOn();
      await this.#throttle.rest();
      await this.#throttle.time(async () => {
        isFinished = await this.#storeReferrals();
        return 0;
      });
    }
  }

  /** Does the rows of a chunk in one step, or, where they cannot be, in several. */
  async #do(chunk: Chunk): Promise<void> {
    this.#options.assertGoesOn();
    await this.#throttle.rest();
    try {
      await this.#throttle.time(() => this.#store(chunk));
    } catch (error) {
      if (!(error instanceof ChainedRowsError)) throw error;
      for (const half of chunk.halves()) await this.#do(half);
    }
  }

  /** @returns how many customers were made */
  async #store(chunk: Chunk): Promise<number> {
    const before = this.#run.created;
    const valid = validRows(chunk);
    let kept = 0;
    await this.#inStep({ rows: chunk.end, digest: chunk.digest }, async (tx) => {
      const { outcomes, referrals, keptCredits } = await doRows(this.#ctx, tx, valid, {
        isUpdate: this.#options.isUpdate,
        runId: this.#run.id,
      });
      kept = keptCredits;
      await keepReferrals(tx, this.#run.id, referrals);
      const byPosition = new Map(valid.map(({ position }, i) => [position, outcomes[i] as Outcome]));
      return summarize(this.#source, chunk, byPosition);
    });
    this.#options.onKeptCredits(kept);
    return this.#run.created - before;
  }

  /** Sets referrals, as many as at once. @returns whether those were all, and the import is at its end */
  async #storeReferrals(): Promise<boolean> {
    const to = { isFinished: false };
    let position = this.#position;
    await this.#inStep(to, async (tx) => {
      await lockReferrals(tx);
      const kept = await takeReferrals(tx, this.#run.id, this.#position, STEP);
      to.isFinished = kept.length < STEP;
      position = kept.at(-1)?.position ?? position;
      const store = referralsOf(tx, this.#ctx, this.#run.id);
      const present = kept.filter(({ isGone }) => !isGone);
      const { changed, problems } = await settleReferrals(store, present, this.#options.isUpdate);
      if (to.isFinished) await forgetReferences(tx, this.#run.id);
      const gone = kept.flatMap((given) => (given.isGone && given.referral !== null ? { given, reason: GONE } : []));
      const all = [...gone, ...problems].toSorted((one, other) => one.given.position - other.given.position);
      return summarizeReferrals(this.#source, { changed, problems: all });
    });
    this.#position = position;
    await this.#referrals.added(STEP);
    return to.isFinished;
  }

  /** Does some work of a step, with its place, its report and its counts, in one transaction. */
  async #inStep(to: Partial<Advance>, work: (tx: OrganisationDatabase) => Promise<StepSummary>): Promise<void> {
    const { report, onStep, onRefused } = this.#options;
    const before = this.#run;
    const done = await this.#ctx.database.transaction(async (tx) => {
      await claimRun(tx, before);
      const { counts, refused } = await work(tx);
      const written = (await report?.write(refused)) ?? { length: before.reportBytes, digest: before.reportDigest };
      const { rows, digest } = { ...before, ...to };
      const advanced = { rows, digest, report: written, isFinished: to.isFinished ?? false };
      await advanceRun(tx, before, advanced, counts);
      return { counts, refused, advanced };
    });
    const { counts, refused, advanced } = done;
    report?.commit(advanced.report);
    const { rows, digest } = advanced;
    const { length: reportBytes, digest: reportDigest } = advanced.report;
    this.#run = { ...before, ...sum(before, counts), rows, digest, reportBytes, reportDigest, steps: before.steps + 1 };
    for (const row of refused) onRefused(row);
    onStep(advanced.rows, this.#run);
  }
}
