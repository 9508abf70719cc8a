// How CSV is written, as RFC 4180 has it.
import { stringify } from 'csv-stringify/sync';

/** How a CSV file is laid out. */
export interface CsvLayout {
  readonly delimiter: string;
  /** Whether it begins with a byte order mark, by which Excel knows UTF-8. */
  readonly hasMark: boolean;
}

/** Writes rows. Whatever ends a line for anybody stands in quotes. */
export function csvLines(rows: readonly (readonly (string | number)[])[], { delimiter }: CsvLayout): string {
  return stringify([...rows], { delimiter, record_delimiter: 'windows', quoted_match: /[\r\n]/ });
}

/** Writes what a file begins with: its header. */
export function csvHead(names: readonly string[], layout: CsvLayout): string {
  return (layout.hasMark ? '\ufeff' : '') + csvLines([names], layout);
}
