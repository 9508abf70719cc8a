// Customers as text: CSV, or a JSON object a line.
import { columnKinds, freeColumns, type TransferColumn, transferColumns } from '../columns.ts';
import { type CsvLayout, csvHead, csvLines } from '../csv-lines.ts';
import { defuse } from '../formula.ts';
import { writeGroups } from '../group-text.ts';
import type { ExportedCustomer } from './rows.ts';

/** How customers become text. */
export interface Writer {
  /** What the file begins with. */
  readonly head: string;
  write(customers: readonly ExportedCustomer[]): string;
}

/** @param isRaw - whether texts that a spreadsheet would run as formulas stay as they are */
function cellOf(customer: ExportedCustomer, column: TransferColumn, isRaw: boolean): string {
  const value = customer[column];
  if (value === null) return '';
  if (columnKinds[column] === 'groups') return writeGroups(customer.groups);
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return freeColumns.has(column) && !isRaw ? defuse(String(value)) : String(value);
}

/** Writes CSV. */
export function csvWriter({ isRaw, ...layout }: CsvLayout & { isRaw: boolean }): Writer {
  return {
    head: csvHead(transferColumns, layout),
    write: (customers) =>
      csvLines(
        customers.map((customer) => transferColumns.map((column) => cellOf(customer, column, isRaw))),
        layout,
      ),
  };
}

/** Writes a JSON object a line. */
export const ndjsonWriter: Writer = {
  head: '',
  write: (customers) =>
    customers
      .map(
        (customer) =>
          `${JSON.stringify(Object.fromEntries(transferColumns.map((column) => [column, customer[column]])))}\n`,
      )
      .join(''),
};
