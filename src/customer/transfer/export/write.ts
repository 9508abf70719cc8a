// Customers as text: CSV, or a JSON object a line.
import { stringify } from 'csv-stringify/sync';
import { columnKinds, freeColumns, type TransferColumn, transferColumns } from '../columns.ts';
import { csvLines } from '../csv-lines.ts';
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

/** Writes CSV, as RFC 4180 has it. @param hasMark - whether it begins with a byte order mark, by which Excel knows UTF-8 */
export function csvWriter({ isRaw, hasMark }: { isRaw: boolean; hasMark: boolean }): Writer {
  return {
    head: (hasMark ? '\ufeff' : '') + stringify([[...transferColumns]], csvLines),
    write: (customers) =>
      stringify(
        customers.map((customer) => transferColumns.map((column) => cellOf(customer, column, isRaw))),
        csvLines,
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
