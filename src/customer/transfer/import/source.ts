// Rows of a file as import takes them: what each gives for which column, whatever the format.
import { ApiError } from '../../../errors/api-error.ts';
import { parseStrictJson } from '../../../json-members.ts';
import { DEEPEST, isTooDeep } from '../../../json-object.ts';
import type { TransferColumn } from '../columns.ts';
import { UNREADABLE } from '../read/encoding.ts';
import type { ReportForm } from './report.ts';

/** Something that is wrong with a row, or with one of its values. */
export interface RowProblem {
  /** As the file calls the column; undefined for what is wrong with the row. */
  readonly column: string | undefined;
  readonly value?: string;
  readonly reason: string;
}

/** What a row gives. A column that is absent is not given; null clears, where that is done at all. */
export type Given = Partial<Record<TransferColumn, unknown>>;

/** A row of a file. */
export interface SourceRow {
  readonly line: number;
  readonly given: Given;
  /** What stands under names that nobody knows, and of which the operator has said nothing. */
  unnamed(): Iterable<readonly [name: string, value: unknown]>;
  /** What made it unreadable, if anything. */
  readonly problems: readonly RowProblem[];
  /** What tells it from every other row. */
  readonly text: string;
  /** Its cells, for a report, in the order of the header; none of them is a formula, and import reads each as it did here. */
  cells(): readonly string[];
}

/** Of a row that could not be read: nothing is known of it. */
export const UNREAD = { given: {}, unnamed: () => [], cells: () => [] };

/** Takes out what is deeper than anything that is stored: nothing else looks at it. */
export function deepIn(given: Given, nameOf: (column: string) => string): RowProblem[] {
  return Object.entries(given).flatMap(([column, value]) => {
    if (!isTooDeep(value)) return [];
    delete given[column as TransferColumn];
    return [{ column: nameOf(column), reason: `must be at most ${DEEPEST} levels deep` }];
  });
}

/** A file that is imported. */
export interface Source extends ReportForm {
  /** How the file calls a column. */
  nameOf(column: string): string;
  /** The cells of a row of the report that gives some columns, in the order of the header. */
  cellsOf(given: Partial<Record<TransferColumn, string | null>>): readonly string[];
  readonly unknown: readonly string[];
  /** Whether it is known to name customers by their e-mail addresses, before any row is read. */
  readonly hasEmail: boolean;
  readonly rows: AsyncIterable<SourceRow>;
}

/** Reads JSON; no value for what is none, or what others might read in another way, or holds too much. */
export function parsed(text: string): { value?: unknown; isTooLarge: boolean } {
  try {
    return { value: parseStrictJson(text, 'It'), isTooLarge: false };
  } catch (error) {
    if (error instanceof ApiError) return { isTooLarge: error.code === 'INTERNAL_PAYLOAD_TOO_LARGE' };
    throw error;
  }
}

/** What is wrong with a text in which nobody can read some bytes; undefined for others. */
export function unreadable(text: string, column?: string): RowProblem | undefined {
  if (!text.includes(UNREADABLE)) return undefined;
  return { column, value: text, reason: 'holds bytes that are no characters of the encoding: see --encoding' };
}

/** Adds members to an object, or makes one of them where there is none. What is something else stays so: the rules refuse it. */
export function withFields(object: unknown, fields: readonly (readonly [string, unknown])[]): unknown {
  if (object == null) return Object.fromEntries(fields);
  if (typeof object !== 'object' || Array.isArray(object)) return object;
  return Object.fromEntries([...Object.entries(object), ...fields]);
}
