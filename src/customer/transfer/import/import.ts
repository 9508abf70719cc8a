// Imports a file: rows are read and validation while the rows before them are stored, a step at a time.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { lockReferrals } from '../../referral/lock.ts';
import { referrerProblems } from '../../referral/set.ts';
import { UnusableFileError } from '../header.ts';
import { type Chunk, chunksOf, STEP } from './chunks.ts';
import { forgetReferences } from './references.ts';
import { setReferrals } from './referrals.ts';
import type { RefusedRow, ReportFile } from './report.ts';
import type { ImportRun } from './run.entity.ts';
import { type Advance, advanceRun, type Counts, claimRun, NO_ROWS, sum } from './run.ts';
import type { Source } from './source.ts';
import { Statistics } from './statistics.ts';
import { doRows, type Outcome } from './step.ts';
import { refusedReferral, type StepSummary, summarize, validRows } from './summary.ts';
import { Throttle } from './throttle.ts';
import { keepReferrals, takeReferrals, type WaitingReferral } from './waiting-referrals.ts';

/** What is done with a file. */
export interface ImportOptions {
  /** Whether what is there is revalid. */
  readonly isUpdate: boolean;
  readonly report: ReportFile | undefined;
  /** Hears of each step: rows that are done, and what became of them. */
  onStep(rows: number, counts: Counts): void;
  /** Whether it is to end after the step that it is in. */
  isInterrupted(): boolean;
  /** Hears of each row that was refused. */
  onRefused(row: RefusedRow): void;
}

/** Why the referral of a row is not set. */
const GONE = 'is of a customer that was deleted meanwhile';

/** The failure of an import that somebody ended. */
export function interrupted(): UnusableFileError {
  return new UnusableFileError('The import was interrupted: --resume goes on where it was.');
}

/** One import of a file, from where it stands. */
export class Import {
  readonly #ctx: OperationContext;
  readonly #source: Source;
  readonly #options: ImportOptions;
  readonly #throttle: Throttle;
  readonly #statistics: Statistics;
  #run: ImportRun;

  constructor(ctx: OperationContext, source: Source, run: ImportRun, options: ImportOptions) {
    // What the run made is found by its number.
    this.#ctx = { ...ctx, requestId: `import-${run.id}` };
    this.#source = source;
    this.#run = run;
    this.#options = options;
    this.#throttle = new Throttle(ctx.database);
    this.#statistics = new Statistics(ctx.database);
  }

  /**
   * Does what is left of the file.
   *
   * @throws UnusableFileError when it is another file, or another process goes on with it
   */
  async run(): Promise<void> {
    const chunks = chunksOf(this.#source, this.#run);
    for (let next = chunks.next(); ; ) {
      const { value: chunk, done } = await next;
      if (done || !chunk) break;
      if (this.#options.isInterrupted()) throw interrupted();
      await this.#throttle.rest();
      const stored = this.#throttle.time(() => this.#store(chunk));
      // The next rows are validation meanwhile.
      next = chunks.next();
      next.catch(() => {});
      await stored;
      await this.#statistics.added(chunk.rows.length);
    }
    while (!(await this.#storeReferrals())) {
      if (this.#options.isInterrupted()) throw interrupted();
      await this.#throttle.rest();
    }
  }

  /** @returns how many customers were made */
  async #store(chunk: Chunk): Promise<number> {
    const before = this.#run.created;
    const valid = validRows(chunk);
    await this.#inStep({ rows: chunk.end, digest: chunk.digest }, async (tx) => {
      const { outcomes, waiting, refusedReferrals } = await doRows(this.#ctx, tx, valid, {
        isUpdate: this.#options.isUpdate,
        runId: this.#run.id,
      });
      await keepReferrals(tx, this.#run.id, waiting);
      const byPosition = new Map(valid.map(({ position }, i) => [position, outcomes[i] as Outcome]));
      const ofReferrals = new Map(refusedReferrals.map(({ given, reason }) => [given.position, reason]));
      return summarize(this.#source, chunk, byPosition, ofReferrals);
    });
    return this.#run.created - before;
  }

  /** Sets referrals that waited for the end, as many as at once. @returns whether those were all, and the import is at its end */
  async #storeReferrals(): Promise<boolean> {
    const to = { isFinished: false };
    await this.#inStep(to, async (tx) => {
      await lockReferrals(tx);
      const taken = await takeReferrals(tx, this.#run.id, STEP);
      to.isFinished = taken.length < STEP;
      const [gone, there] = [true, false].map((isGone) => taken.filter((each) => each.isGone === isGone));
      const { waiting, problems } = await setReferrals(tx, this.#ctx, there ?? [], {
        isUpdate: this.#options.isUpdate,
        runId: this.#run.id,
      });
      if (to.isFinished) await forgetReferences(tx, this.#run.id);
      const all = [
        ...(gone ?? []).map((given) => ({ given, reason: GONE })),
        ...waiting.map((given) => ({ given, reason: referrerProblems.unknown })),
        ...problems,
      ];
      all.sort((one, other) => one.given.position - other.given.position);
      return {
        counts: { ...NO_ROWS, withoutReferral: all.length },
        refused: all.map(({ given, reason }) => refusedReferral(this.#source, given as WaitingReferral, reason)),
      };
    });
    return to.isFinished;
  }

  /** Does some work of a step, with its place, its report and its counts, in one transaction. */
  async #inStep(to: Partial<Advance>, work: (tx: OrganisationDatabase) => Promise<StepSummary>): Promise<void> {
    const { report, onStep, onRefused } = this.#options;
    const before = this.#run;
    const done = await this.#ctx.database.transaction(async (tx) => {
      await claimRun(tx, before);
      const { counts, refused } = await work(tx);
      const reportBytes = report ? await report.write(refused) : before.reportBytes;
      const advanced = { rows: before.rows, digest: before.digest, reportBytes, isFinished: false, ...to };
      await advanceRun(tx, before, advanced, counts);
      return { counts, refused, advanced };
    });
    const { counts, refused, advanced } = done;
    report?.commit(advanced.reportBytes);
    const { rows, digest, reportBytes } = advanced;
    this.#run = { ...before, ...sum(before, counts), rows, digest, reportBytes, steps: before.steps + 1 };
    for (const row of refused) onRefused(row);
    onStep(advanced.rows, this.#run);
  }
}
