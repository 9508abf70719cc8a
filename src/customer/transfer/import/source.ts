// Rows of a file as import takes them: what each gives for which column, whatever the format.

import { ApiError } from '../../../errors/api-error.ts';
import { parseStrictJson } from '../../../json-members.ts';
import { DEEPEST, isTooDeep } from '../../../json-object.ts';
import { columnKinds, columnNamed, type TransferColumn, transferColumns } from '../columns.ts';
import { defuse, undoDefuse } from '../formula.ts';
import { readGroups } from '../group-text.ts';
import {
  type Header,
  type HeaderOptions,
  isReportColumn,
  readHeader,
  type Target,
  UnusableFileError,
} from '../header.ts';
import { CsvReader } from '../read/csv.ts';
import { UNREADABLE } from '../read/encoding.ts';
import { readLines } from '../read/ndjson.ts';
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
  /** What made it unreadable, if anything. */
  readonly problems: readonly RowProblem[];
  /** What tells it from every other row. */
  readonly text: string;
  /** Its cells, for a report, in the order of the header; none of them is a formula, and import reads each as it did here. */
  cells(): readonly string[];
}

/** Takes out what is deeper than anything that is stored: nothing else looks at it. */
function deepIn(given: Given, nameOf: (column: string) => string): RowProblem[] {
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
  readonly unknown: readonly string[];
  readonly rows: AsyncIterable<SourceRow>;
}

const flags = new Map([
  ...['true', '1', 'yes', 'y', 'ano'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'n', 'ne'].map((word) => [word, false] as const),
]);
const wholeNumber = /^[+-]?\d{1,15}$/;

/** Reads a cell; what does not have the form of its kind stays text, which the rules refuse. */
function readCell(column: TransferColumn, cell: string): unknown {
  const text = undoDefuse(cell);
  switch (columnKinds[column]) {
    case 'flag':
      return flags.get(text.trim().toLowerCase()) ?? text;
    case 'number':
      return wholeNumber.test(text.trim()) ? Number(text) : text;
    case 'groups':
      return (text.startsWith('[') && parsed(text)) || readGroups(text);
    case 'object':
      return parsed(text) ?? text;
    default:
      return text;
  }
}

/** @returns undefined for what is no JSON, or JSON that others might read in another way */
function parsed(text: string): unknown {
  try {
    return parseStrictJson(text, 'It');
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** What is wrong with the texts of a row that no rule for a column tells in these words. */
function unreadableIn(names: readonly string[], cells: readonly string[]): RowProblem[] {
  return cells.flatMap((text, i) =>
    text.includes(UNREADABLE)
      ? [
          {
            column: names[i],
            value: text,
            reason: 'holds bytes that are no characters of the encoding: see --encoding',
          },
        ]
      : [],
  );
}

/** Reads a CSV file. @param hasMark - whether its report begins with a byte order mark @throws UnusableFileError */
export async function csvSource(
  bytes: AsyncIterable<Buffer>,
  { delimiter, hasMark, ...options }: HeaderOptions & { delimiter?: string | undefined; hasMark: boolean },
): Promise<Source> {
  const reader = new CsvReader(delimiter);
  const rows = reader.rows(bytes);
  const first = await rows.next();
  if (first.done || !('content' in first.value))
    throw new UnusableFileError('The file has no row with the names of columns.');
  assertReadable(first.value.content);
  const header = readHeader(first.value.content, options);
  return {
    header: header.names.filter((name) => !isReportColumn(name)),
    layout: { delimiter: reader.delimiter, hasMark },
    nameOf: (column) => nameIn(header, column),
    unknown: header.unknown,
    rows: csvRows(rows, header),
  };
}

/** @throws UnusableFileError where the names of columns are in another encoding: then nobody knows what the columns are */
function assertReadable(names: readonly string[]): void {
  if (names.some((name) => name.includes('\0')))
    throw new UnusableFileError('The file looks like UTF-16: say --encoding utf-16le, or utf-16be.');
  if (names.some((name) => name.includes(UNREADABLE)))
    throw new UnusableFileError(
      'The names of the columns hold bytes that are no characters of the encoding: say --encoding.',
    );
}

function nameIn({ names, targets }: Header, column: string): string {
  const at = targets.findIndex((target) => target && 'column' in target && target.column === column);
  return names[at] ?? column;
}

async function* csvRows(rows: ReturnType<CsvReader['rows']>, header: Header): AsyncGenerator<SourceRow> {
  const { names, targets } = header;
  for await (const row of rows) {
    const { line } = row;
    if ('unreadable' in row) {
      yield { line, given: {}, problems: [{ column: undefined, reason: row.unreadable }], text: '', cells: () => [] };
      continue;
    }
    const cells = row.content;
    const given = givenBy(cells, targets);
    const problems = [...unreadableIn(names, cells), ...deepIn(given, (column) => nameIn(header, column))];
    if (cells.slice(names.length).some((cell) => cell.trim() !== ''))
      problems.push({
        column: undefined,
        reason: `has ${cells.length.toLocaleString('en')} cells, and the header ${names.length.toLocaleString('en')}`,
      });
    yield {
      line,
      given,
      problems,
      text: cells.join('\0'),
      // What is too much comes after the others.
      cells: () =>
        Array.from({ length: Math.max(names.length, cells.length) }, (_, i) => cells[i] ?? '')
          .filter((_, i) => !isReportColumn(names[i] ?? ''))
          .map((cell) => defuse(undoDefuse(cell))),
    };
  }
}

function givenBy(cells: readonly string[], targets: readonly Target[]): Given {
  const given: Given = {};
  const fields: [string, string][] = [];
  targets.forEach((target, i) => {
    const text = cells[i];
    if (!target || text === undefined || text.trim() === '') return;
    if ('column' in target) given[target.column] = readCell(target.column, text);
    else fields.push([target.customField, undoDefuse(text.trim())]);
  });
  if (fields.length > 0) given.customFields = withFields(given.customFields, fields);
  return given;
}

/** What is no object stays so: the rules refuse it. */
function withFields(object: unknown, fields: readonly (readonly [string, unknown])[]): unknown {
  if (object === undefined) return Object.fromEntries(fields);
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return object;
  return Object.fromEntries([...Object.entries(object), ...fields]);
}

/** Reads a file of JSON objects, one a line. Its report has our columns, and those that the operator named. */
export function ndjsonSource(bytes: AsyncIterable<Buffer>, options: HeaderOptions): Source {
  const unknown = new Set<string>();
  return {
    header: transferColumns,
    layout: { delimiter: ',', hasMark: false },
    nameOf: (column) =>
      [...options.map].find(([, target]) => target && 'column' in target && target.column === column)?.[0] ?? column,
    get unknown() {
      return [...unknown];
    },
    rows: ndjsonRows(readLines(bytes), options, unknown),
  };
}

async function* ndjsonRows(
  rows: ReturnType<typeof readLines>,
  options: HeaderOptions,
  unknown: Set<string>,
): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    const { line } = row;
    const text = 'content' in row ? row.content : '';
    const object = parsed(text);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      const reason = 'unreadable' in row ? row.unreadable : 'is not a JSON object, or has a member twice';
      yield { line, given: {}, problems: [{ column: undefined, value: text, reason }], text, cells: () => [] };
      continue;
    }
    const { given, problems } = givenByMembers(object, options, unknown);
    problems.push(...unreadableIn([], [text]), ...deepIn(given, (column) => column));
    yield { line, given, problems, text, cells: () => cellsOf(given) };
  }
}

/** Member names that are remembered as unknown: they are told at the end. */
const MOST_UNKNOWN = 100;

/** What a member of an object is; undefined where nobody knows it. */
function targetOf(name: string, { map, customFields }: HeaderOptions): Target | undefined {
  const mapped = map.get(name);
  if (mapped !== undefined) return mapped;
  const column = columnNamed(name);
  if (column) return { column };
  return customFields ? { customField: name } : undefined;
}

function givenByMembers(object: object, options: HeaderOptions, unknown: Set<string>) {
  const given: Given = {};
  const fields: [string, unknown][] = [];
  const problems: RowProblem[] = [];
  for (const [name, value] of Object.entries(object)) {
    const target = targetOf(name, options);
    if (target === undefined) {
      if (unknown.size < MOST_UNKNOWN) unknown.add(name);
    } else if (target && 'column' in target) {
      if (target.column in given)
        problems.push({ column: name, reason: `is ${target.column}, which another member is too` });
      given[target.column] = value;
    } else if (target) fields.push([target.customField, value]);
  }
  if (fields.length > 0) given.customFields = withFields(given.customFields, fields);
  return { given, problems };
}

/** What was given, as the cells of a CSV file. */
function cellsOf(given: Given): string[] {
  return transferColumns.map((column) => {
    const value = given[column];
    if (value === undefined || value === null) return '';
    return defuse(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
}
