// The summary of a step: how many came to what, and what is wrong with those that were refused.
import { defuse } from '../formula.ts';
import type { Chunk, ValidatedRow } from './chunks.ts';
import type { RefusedRow } from './report.ts';
import { type Counts, NO_ROWS } from './run.ts';
import type { RowProblem, Source, SourceRow } from './source.ts';
import type { Outcome, PositionedRow } from './step.ts';
import type { WaitingReferral } from './waiting-referrals.ts';

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

/** A row of the report that sets the referral of its customer, once it is mended. */
export function refusedReferral(
  source: Source,
  {
    line,
    referral,
    cuRefNo,
    email,
    phone,
  }: Pick<WaitingReferral, 'line' | 'referral' | 'email' | 'phone'> & { cuRefNo: string | null },
  reason: string,
): RefusedRow {
  const named = Object.entries({ cuRefNo, email, phone, referral });
  const values = new Map(named.map(([column, value]) => [source.nameOf(column), value ?? '']));
  const problem = { column: source.nameOf('referral'), value: referral, reason: `${reason}${WITHOUT}` };
  return { line, problems: [problem], cells: source.header.map((name) => defuse(values.get(name) ?? '')) };
}

/**
 * Summarizes a step.
 *
 * @param outcomes - of the rows that passed the rules, by their position in the file
 * @param referrals - what is wrong with those of rows that went in, in the same way
 */
export function summarize(
  source: Source,
  chunk: Chunk,
  outcomes: ReadonlyMap<number, Outcome>,
  referrals: ReadonlyMap<number, string>,
): StepSummary {
  const counts = { ...NO_ROWS };
  const refused: RefusedRow[] = [];
  for (const row of chunk.rows) {
    const outcome = outcomes.get(row.position);
    if (typeof outcome === 'string') counts[outcome as keyof Counts] += 1;
    else counts.refused += 1;
    const problems = problemsOf(row, outcome, source);
    const reason = referrals.get(row.position);
    if (reason !== undefined) {
      counts.withoutReferral += 1;
      problems.push({
        column: source.nameOf('referral'),
        value: String(row.source.given.referral),
        reason: `${reason}${WITHOUT}`,
      });
    }
    if (problems.length > 0) refused.push({ line: row.source.line, problems, cells: row.source.cells() });
  }
  return { counts, refused };
}
