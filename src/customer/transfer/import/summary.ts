// The summary of a step: how many came to what, and what is wrong with those that were refused.
import type { Chunk, ValidatedRow } from './chunks.ts';
import type { ReferralsSettled } from './referrals.ts';
import type { RefusedRow } from './report.ts';
import { type Counts, NO_ROWS } from './run.ts';
import type { RowProblem, Source, SourceRow } from './source.ts';
import type { Outcome, PositionedRow } from './step.ts';
import type { KeptReferral } from './waiting-referrals.ts';

/** What became of the rows of a step. */
export interface StepSummary {
  readonly counts: Counts;
  readonly refused: readonly RefusedRow[];
}

/** What is said of a referral that is not set. */
const WITHOUT = '; the row went in without it';

/** The rows of a chunk that passed the rules. */
export function validRows(chunk: Chunk): PositionedRow[] {
  return chunk.rows.flatMap(({ source: { line }, position, validation }) =>
    'row' in validation ? [{ row: validation.row, line, position }] : [],
  );
}

/** What is wrong with a row, in the words of the file. */
function problemsOf(
  { source: row, validation }: ValidatedRow,
  outcome: Outcome | undefined,
  source: Source,
): RowProblem[] {
  const found = Array.isArray(outcome) ? outcome : 'problems' in validation ? validation.problems : [];
  return [
    ...row.problems,
    ...found.map(({ path, message }) => {
      const given = row.given[path as keyof SourceRow['given']];
      const value = given == null ? undefined : typeof given === 'object' ? JSON.stringify(given) : String(given);
      return {
        column: path === '' ? undefined : source.nameOf(path),
        reason: message,
        ...(value !== undefined && { value }),
      };
    }),
  ];
}

/** Summarizes what became of the referrals of rows, in the order of the file. */
export function summarizeReferrals(source: Source, { changed, problems }: ReferralsSettled<KeptReferral>): StepSummary {
  const others = changed.filter(({ isUnchanged }) => isUnchanged).length;
  return {
    counts: { ...NO_ROWS, changed: others, unchanged: -others, withoutReferral: problems.length },
    refused: problems.map(({ given, reason }) => refusedReferral(source, given, reason)),
  };
}

/** A row of the report that sets the referral of its customer, once it is mended. */
function refusedReferral(source: Source, given: KeptReferral, reason: string): RefusedRow {
  const { line, cuRefNo, email, phone } = given;
  const referral = given.referral ?? '';
  const problem = { column: source.nameOf('referral'), value: referral, reason: `${reason}${WITHOUT}` };
  return { line, problems: [problem], cells: source.cellsOf({ cuRefNo, email, phone, referral }) };
}

/**
 * Summarizes a step.
 *
 * @param outcomes - of the rows that passed the rules, by their position in the file
 */
export function summarize(source: Source, chunk: Chunk, outcomes: ReadonlyMap<number, Outcome>): StepSummary {
  const counts = { ...NO_ROWS };
  const refused: RefusedRow[] = [];
  for (const row of chunk.rows) {
    const outcome = outcomes.get(row.position);
    if (typeof outcome === 'string') counts[outcome as keyof Counts] += 1;
    else counts.refused += 1;
    const problems = problemsOf(row, outcome, source);
    if (problems.length > 0) refused.push({ line: row.source.line, problems, cells: row.source.cells() });
  }
  return { counts, refused };
}
