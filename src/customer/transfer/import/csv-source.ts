// Rows of a CSV file.
import { isBlank } from '../../../text.ts';
import { columnKinds, type TransferColumn, transferColumns } from '../columns.ts';
import { defuse, undoDefuse } from '../formula.ts';
import { readGroups } from '../group-text.ts';
import {
  type Header,
  type HeaderOptions,
  isReportColumn,
  MOST_CELLS,
  MOST_COLUMNS,
  readHeader,
  type Target,
  UnusableFileError,
} from '../header.ts';
import { CsvReader } from '../read/csv.ts';
import { UNREADABLE } from '../read/encoding.ts';
import type { FileRow } from '../read/record.ts';
import {
  deepIn,
  type Given,
  parsed,
  type RowProblem,
  type Source,
  type SourceRow,
  UNREAD,
  unreadable,
  withFields,
} from './source.ts';

const flags = new Map([
  ...['true', '1', 'yes', 'y', 'ano'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'n', 'ne'].map((word) => [word, false] as const),
]);
const objectColumns = transferColumns.filter((column) => columnKinds[column] === 'object');
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
      return (text.startsWith('[') && parsed(text).value) || readGroups(text);
    case 'object':
      return parsed(text).value ?? text;
    default:
      return text;
  }
}

/** Reads a CSV file. @param hasMark - whether its report begins with a byte order mark @throws UnusableFileError */
export async function csvSource(
  bytes: AsyncIterable<Buffer>,
  { delimiter, hasMark, ...options }: HeaderOptions & { delimiter?: string | undefined; hasMark: boolean },
): Promise<Source> {
  const reader = new CsvReader(delimiter);
  const rows = reader.rows(bytes);
  const first = await rows.next();
  if (first.value && 'unreadable' in first.value)
    throw new UnusableFileError(
      `The first row, which has to hold the names of the columns, ${first.value.unreadable}.`,
    );
  if (first.done || !('content' in first.value))
    throw new UnusableFileError('The file has no row with the names of columns.');
  assertReadable(first.value.content);
  const header = readHeader(first.value.content, options);
  return {
    header: [...header.names.filter((name) => !isReportColumn(name)), ...addedColumns(header)],
    layout: { delimiter: reader.delimiter, hasMark },
    nameOf: (column) => nameIn(header, column),
    cellsOf: (given) => cellsBy(header, given),
    unknown: header.unknown,
    hasEmail: header.targets.some((target) => target && 'column' in target && target.column === 'email'),
    rows: csvRows(rows, header),
  };
}

/** Columns that a report has behind those of the file: a row that went in without its referral names its customer for certain. */
function addedColumns({ names, targets }: Header): readonly 'cuRefNo'[] {
  const has = (column: TransferColumn) =>
    targets.some((target) => target && 'column' in target && target.column === column);
  const isFree = !has('cuRefNo') && !names.includes('cuRefNo') && names.length < MOST_COLUMNS;
  return has('referral') && isFree ? ['cuRefNo'] : [];
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

function cellsBy(header: Header, given: Partial<Record<TransferColumn, string | null>>): string[] {
  const own = header.names.flatMap((name, i) => {
    const target = header.targets[i];
    if (isReportColumn(name)) return [];
    return (target && 'column' in target && given[target.column]) || '';
  });
  return [...own, ...addedColumns(header).map((column) => given[column] ?? '')].map(defuse);
}

/** What DOS put at the end of texts. */
const END_MARK = '\u001a';

/** Rows, but for a last one that is nothing but that mark. */
async function* withoutEndMark(rows: ReturnType<CsvReader['rows']>): ReturnType<CsvReader['rows']> {
  let mark: FileRow<string[]> | undefined;
  for await (const row of rows) {
    if (mark) yield mark;
    mark = 'content' in row && row.content.length === 1 && row.content[0] === END_MARK ? row : undefined;
    if (!mark) yield row;
  }
}

async function* csvRows(rows: ReturnType<CsvReader['rows']>, header: Header): AsyncGenerator<SourceRow> {
  const { names, targets } = header;
  const added = addedColumns(header).map(() => '');
  for await (const row of withoutEndMark(rows)) {
    const { line } = row;
    if ('unreadable' in row) {
      yield { ...UNREAD, line, problems: [{ column: undefined, reason: row.unreadable }], text: '' };
      continue;
    }
    const cells = row.content.slice(0, MOST_CELLS);
    const given = givenBy(cells, targets);
    const nameOf = (column: string) => nameIn(header, column);
    const problems = [...unreadableIn(cells, header), ...deepIn(given, nameOf), ...notJsonIn(given, nameOf)];
    if (row.content.some((cell, i) => i >= names.length && cell.trim() !== ''))
      problems.push({
        column: undefined,
        reason: `has ${row.content.length.toLocaleString('en')} cells, and the header ${names.length.toLocaleString('en')}`,
      });
    yield {
      line,
      given,
      *unnamed() {
        for (const i of header.unmapped) yield [names[i] as string, cells[i]];
      },
      problems,
      text: row.content.join('\0'),
      // What is too much comes after the others.
      cells: () => {
        const own = names.map((_, i) => cells[i] ?? '').filter((_, i) => !isReportColumn(names[i] ?? ''));
        return [...own, ...added, ...cells.slice(names.length)].map((cell) => defuse(undoDefuse(cell)));
      },
    };
  }
}

/** What nobody can read of what is imported. */
function unreadableIn(cells: readonly string[], { names, targets }: Header): RowProblem[] {
  return targets.flatMap((target, i) => (target && unreadable(cells[i] ?? '', names[i])) || []);
}

/** Takes out what should be JSON and is none. */
function notJsonIn(given: Given, nameOf: (column: string) => string): RowProblem[] {
  return objectColumns.flatMap((column) => {
    const value = given[column];
    if (typeof value !== 'string') return [];
    delete given[column];
    return [{ column: nameOf(column), value, reason: 'is not a JSON object, or has a member twice' }];
  });
}

function givenBy(cells: readonly string[], targets: readonly Target[]): Given {
  const given: Given = {};
  const fields: [string, string][] = [];
  targets.forEach((target, i) => {
    const text = cells[i];
    if (!target || text === undefined || isBlank(text)) return;
    if ('column' in target) given[target.column] = readCell(target.column, text);
    else fields.push([target.customField, undoDefuse(text.trim())]);
  });
  if (fields.length > 0) given.customFields = withFields(given.customFields, fields);
  return given;
}
