// How commands print: aligned for people on a terminal, plain where it is piped, JSON for programs.
import { styleText } from 'node:util';
import stringWidth from 'string-width';

/** What all commands offer: to print for programs. */
export const jsonOption = ['--json', 'print one JSON object and nothing else'] as const;

/** A number of things, as people read it. */
export const english = (count: number) => Math.round(count).toLocaleString('en');

/** Characters between two columns. */
const GAP = 2;
/** Columns no wider than this are not cut short: states, days and fingerprints are read whole. */
const LEAST_WIDTH = 12;

const isTerminal = () => process.stdout.isTTY === true;

/** How a list is printed. */
interface ListOptions {
  json?: boolean;
  /** The sentence for people when there is nothing in it. */
  none: string;
}

/** How columns find room in a table. */
interface TableOptions {
  /** Titles of columns that are left out where there is no room for them, the first one first. */
  optional?: readonly string[];
  /** Titles of columns that are never cut short. */
  whole?: readonly string[];
}

/** What a table shows of rows. */
interface CellOptions<Row> {
  /** The cells of a row by their titles, where they are not its members. */
  cells?: (row: Row) => object;
}

/** Prints a list: as one JSON object with the list under a name, as a table, or a line each where it is piped. */
export function printList<Row extends object>(
  name: string,
  rows: readonly Row[],
  { json, none, cells = (row) => row, ...columns }: ListOptions & CellOptions<Row> & TableOptions,
): void {
  if (json) console.log(JSON.stringify({ [name]: rows }));
  else if (rows.length === 0) console.log(none);
  else if (isTerminal()) for (const line of table(rows.map(cells), process.stdout.columns, columns)) console.log(line);
  else for (const row of rows) console.log(oneLine(row));
}

/**
 * Lays rows out in columns, by the names of the first row's members. Where that is wider than the terminal, columns are left out in which nothing stands,
 * and optional ones; then the widest are cut short.
 *
 * @param width - characters of a line
 */
export function table(rows: readonly object[], width = 80, { optional = [], whole = [] }: TableOptions = {}): string[] {
  const columns = Object.keys(rows[0] ?? {}).map((name, i) => {
    const title = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
    const cells = [title, ...rows.map((row) => show(Object.values(row)[i]))];
    const widest = Math.max(...cells.map((text) => stringWidth(text)));
    const isEmpty = cells.slice(1).every((text) => text === '-');
    return {
      name,
      cells,
      isEmpty,
      width: widest,
      least: whole.includes(name) ? widest : Math.min(widest, LEAST_WIDTH),
    };
  });
  const empty = columns.filter(({ isEmpty }) => isEmpty).map(({ name }) => name);
  const shown = withRoom(columns, width, [...empty, ...optional]);
  const widths = fitted(shown, width - GAP * (shown.length - 1));
  const line = (row: number) =>
    shown
      .map(({ cells }, i) => padded(cells[row] ?? '', widths[i] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [styleText('bold', line(0)), ...rows.map((_, i) => line(i + 1))];
}

/** The characters that a column takes, and those that it takes when it is cut short. */
interface Widths {
  readonly width: number;
  readonly least: number;
}

/** Leaves optional columns out until the others fit, however short they are cut. */
function withRoom<Column extends Widths & { name: string }>(
  columns: readonly Column[],
  width: number,
  optional: readonly string[],
): readonly Column[] {
  const [first, ...others] = optional;
  const needed = sum(columns.map(({ least }) => least + GAP)) - GAP;
  if (first === undefined || needed <= width) return columns;
  return withRoom(
    columns.filter(({ name }) => name !== first),
    width,
    others,
  );
}

/** Takes from the widest columns that can be cut until all of them fit. */
function fitted(columns: readonly Widths[], room: number): number[] {
  const fits = columns.map(({ width }) => width);
  const spare = (i: number) => ((fits[i] ?? 0) > (columns[i]?.least ?? 0) ? (fits[i] ?? 0) : 0);
  for (let over = sum(fits) - room; over > 0; over--) {
    const spares = fits.map((_, i) => spare(i));
    const most = Math.max(...spares);
    if (most === 0) break;
    fits[spares.indexOf(most)] = most - 1;
  }
  return fits;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** A text in a column: cut short where it is wider. */
function padded(text: string, width: number): string {
  const own = stringWidth(text);
  if (own <= width) return text + ' '.repeat(width - own);
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…${' '.repeat(width - 1 - stringWidth(cut))}`;
}

/** Characters that nobody sees, or that change how others are seen; not the marks of a letter, of which some scripts have several. */
const unseen =
  /(?! )(?!(?<=[\p{L}\p{N}]\p{M}{0,3})(?!\p{Default_Ignorable_Code_Point})\p{M})[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/** Shows a text in such a way that every invisible character is seen. */
function reveal(text: string): string {
  return text.replace(unseen, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** How a list is printed while it comes. */
interface StreamOptions<Row> extends ListOptions {
  /** The line of a row for people; its members by name unless told. */
  line?: (row: Row) => string;
}

/** The members of a row by name, its texts as JSON strings. */
function members(row: object): string {
  return Object.entries(row)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('  ');
}

/** Whoever reads may stop, as `head` does; that is no failure. */
const nobodyReads = () => {};

/**
 * Prints a list that may be long while it comes, in the memory of one row: as one JSON object with the list under a
 * name, or a line each. Invisible characters are escaped.
 */
export async function printStream<Row extends object>(
  name: string,
  rows: AsyncIterable<Row> | Iterable<Row>,
  { json, none, line = members }: StreamOptions<Row>,
): Promise<void> {
  if (!process.stdout.listeners('error').includes(nobodyReads)) process.stdout.on('error', nobodyReads);
  const opening = `{${JSON.stringify(name)}:[`;
  let separator = opening;
  for await (const row of rows) {
    const written = json ? separator + reveal(JSON.stringify(row)) : `${reveal(line(row))}\n`;
    if (!(await write(written))) return;
    separator = ',';
  }
  const empty = separator === opening;
  if (json) await write(empty ? `${opening}]}\n` : ']}\n');
  else if (empty) await write(`${none}\n`);
}

/** Writes to standard output, no faster than it is read; false when nobody reads any more. */
function write(text: string): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(text, (error) => resolve(!error)));
}

/** Prints an answer: as one JSON object, or a member a line. */
export function print(answer: object, { json }: { json?: boolean }): void {
  if (json) {
    console.log(JSON.stringify(answer));
    return;
  }
  const entries = Object.entries(answer);
  const width = Math.max(...entries.map(([name]) => name.length), 16);
  for (const [name, value] of entries) console.log(`${styleText('bold', name.padEnd(width))} ${show(value)}`);
}

/** Says something to people; programs that read JSON are not told. */
export function say(text: string, { json }: { json?: boolean }): void {
  if (!json) console.log(text);
}

/** Says something about an answer to people, beside it: whoever reads from a pipe reads the answer alone. */
export function note(text: string): void {
  console.error(text);
}

function oneLine(row: object): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${show(value)}`)
    .join('  ');
}

/** A value in words; whatever somebody wrote moves no cursor. */
function show(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  if (!Array.isArray(value)) return reveal(typeof value === 'object' ? JSON.stringify(value) : String(value));
  if (value.length === 0) return '-';
  return value.every((item) => typeof item === 'string')
    ? reveal(value.join(','))
    : value.map((item) => `\n  ${oneLine(item)}`).join('');
}
