// Rows of a file of JSON objects, one a line.
import { isObject, MOST_VALUES } from '../../../json-members.ts';
import { transferColumns } from '../columns.ts';
import { defuse } from '../formula.ts';
import { type HeaderOptions, targetNamedIn } from '../header.ts';
import { UNREADABLE } from '../read/encoding.ts';
import { readLines } from '../read/ndjson.ts';
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

/** Reads a file of JSON objects, one a line. Its report has our columns, called as the operator calls them. */
export function ndjsonSource(bytes: AsyncIterable<Buffer>, options: HeaderOptions): Source {
  const unknown = new Set<string>();
  const nameOf = (column: string) =>
    [...options.map].find(([, target]) => target && 'column' in target && target.column === column)?.[0] ?? column;
  // No member is one whose name the operator gives to another, or to nothing.
  const columns = transferColumns.filter((column) => nameOf(column) !== column || !options.map.has(column));
  const cellsOf = (given: Given) => columns.map((column) => cellOf(given[column]));
  return {
    header: columns.map(nameOf),
    layout: { delimiter: ',', hasMark: false },
    nameOf,
    cellsOf,
    get unknown() {
      return [...unknown];
    },
    hasEmail: false,
    rows: ndjsonRows(readLines(bytes), options, unknown, { nameOf, cellsOf }),
  };
}

async function* ndjsonRows(
  rows: ReturnType<typeof readLines>,
  options: HeaderOptions,
  unknown: Set<string>,
  { nameOf, cellsOf }: Pick<Source, 'nameOf'> & { cellsOf(given: Given): string[] },
): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    const { line } = row;
    const text = 'content' in row ? row.content : '';
    const object = 'unreadable' in row ? row.unreadable : objectIn(text);
    if (typeof object === 'string') {
      const reason = object;
      yield { ...UNREAD, line, problems: [{ column: undefined, value: text, reason }], text };
      continue;
    }
    const { given, problems } = givenByMembers(object, options, unknown);
    const unread = unreadable(text);
    problems.push(...(unread ? [unread] : []), ...deepIn(given, nameOf));
    yield { line, given, unnamed: () => unmappedIn(object, options), problems, text, cells: () => cellsOf(given) };
  }
}

/** @returns why a line is none */
function objectIn(text: string): object | string {
  const { value, isTooLarge } = parsed(text);
  if (isTooLarge) return `holds more than ${MOST_VALUES.toLocaleString('en')} values`;
  return isObject(value) ? value : 'is not a JSON object, or has a member twice';
}

/** Member names that are remembered as unknown: they are told at the end. */
const MOST_UNKNOWN = 100;

function givenByMembers(object: object, options: HeaderOptions, unknown: Set<string>) {
  const given: Given = {};
  const fields: [string, unknown][] = [];
  const problems: RowProblem[] = [];
  for (const [name, value] of Object.entries(object)) {
    const target = targetNamedIn(name, options);
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

/** The members that nobody knows, or of which the operator has said nothing. */
function* unmappedIn(object: object, options: HeaderOptions): Generator<[name: string, value: unknown]> {
  for (const [name, value] of Object.entries(object)) {
    const target = targetNamedIn(name, options);
    if (!(target && 'column' in target) && !options.map.has(name)) yield [name, value];
  }
}

/** What was given, as a cell of a CSV file. */
function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  // Half a character would be written as one that the rules take.
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return defuse(text.replace(/\p{Surrogate}/gu, UNREADABLE));
}
