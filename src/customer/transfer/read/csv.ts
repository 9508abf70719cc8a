// Rows of a CSV file, read piece by piece in the memory of one row.
import { type Options, parse } from 'csv-parse';
import { isMisquoted } from './misquoted.ts';
import { type FileRow, LONGEST_ROW } from './record.ts';
import { RowEnd } from './row-end.ts';

/** What separates the cells of a row. */
export const delimiters = [';', ',', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

/** Bytes of the first row that are looked at for its delimiter. */
const LONGEST_HEAD = 64 * 1024;
const QUOTE = 0x22;
const [LF, CR] = [0x0a, 0x0d];
/** What Excel writes in front for itself. */
const delimiterHint = /^sep=([\t\x20-\x7e])\r?\n/;

/** The delimiter that stands most often in the first row, outside of quotes. */
export function delimiterOf(head: string): Delimiter {
  const counts = new Map<string, number>(delimiters.map((delimiter) => [delimiter, 0]));
  let isQuoted = false;
  for (const character of head.replace(/^[\r\n]+/, '')) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '\n' || character === '\r')) break;
    else if (!isQuoted) counts.set(character, (counts.get(character) ?? -1) + 1);
  }
  return delimiters.reduce((most, each) => ((counts.get(each) ?? 0) > (counts.get(most) ?? 0) ? each : most), ',');
}

const blank = /^\s*$/;

/** Ends of lines in some bytes: those of Unix, of Windows, and of old Macs. @param next - the byte that follows */
function lineEndsIn(bytes: Buffer, next: number | undefined): number {
  let count = 0;
  for (let i = bytes.indexOf(LF); i !== -1; i = bytes.indexOf(LF, i + 1)) count += 1;
  for (let i = bytes.indexOf(CR); i !== -1; i = bytes.indexOf(CR, i + 1))
    if ((i + 1 < bytes.length ? bytes[i + 1] : next) !== LF) count += 1;
  return count;
}

/** How rows are read. Quotation marks where none belong are text. */
const options = (delimiter: string): Options => ({
  delimiter,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_quotes: true,
  relax_column_count: true,
});

/** Hears of each row: its cells, and how many bytes the parser has made rows of. */
type OnRow = (cells: string[], bytes: number) => void;

/** A parser of its own library, that gives its rows at once. */
function parserOf(delimiter: string, onRow: OnRow) {
  const parser = parse({
    ...options(delimiter),
    on_record: (cells: string[], { bytes }) => {
      onRow(cells, bytes);
      return null;
    },
  });
  // What never ends is told by what was not read.
  parser.on('error', () => {}).resume();
  return parser;
}

/*
 * Head   the first bytes wait until the delimiter is known
 * Rows   the parser is given all that comes; what it has not made a row of yet is kept
 * Gap    a row was too long: all up to its end is passed over, then another parser begins
 */
/** Reads the rows of one file. */
export class CsvReader {
  #head: Buffer | undefined = Buffer.alloc(0);
  #delimiter: string;
  #isKnown: boolean;
  #parser: ReturnType<typeof parserOf> | undefined;
  #rows: FileRow<string[]>[] = [];
  /** What the parser was given and has made no row of. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes that the parser was given and has made rows of. */
  #parsedBytes = 0;
  /** The line in which what is pending begins. */
  #line = 1;
  /** Whether what came before ends that before. */
  #isLineStart = true;
  #gap: RowEnd | undefined;

  /** @param delimiter - undefined to look for it in the first row */
  constructor(delimiter: string | undefined) {
    this.#delimiter = delimiter ?? ',';
    this.#isKnown = delimiter !== undefined;
  }

  /** What separates cells, once the first row was read. */
  get delimiter(): string {
    return this.#delimiter;
  }

  /**
   * Reads rows.
   *
   * @param source - UTF-8 without a byte order mark
   * @returns each row that has anything in it. One that is longer than `LONGEST_ROW`, as one whose quotation mark is never closed may be, is passed over
   */
  async *rows(source: AsyncIterable<Buffer>): AsyncGenerator<FileRow<string[]>> {
    for await (const chunk of source) yield* this.#read(chunk);
    yield* this.#end();
  }

  *#read(chunk: Buffer): Generator<FileRow<string[]>> {
    if (this.#head) {
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length < LONGEST_HEAD) return;
      chunk = this.#begin(this.#head);
    }
    yield* this.#take(chunk);
  }

  *#end(): Generator<FileRow<string[]>> {
    if (this.#head) yield* this.#take(this.#begin(this.#head));
    if (this.#gap) {
      this.#isLineStart = false;
      yield* this.#tooLong();
      return;
    }
    this.#parser?.end();
    yield* this.#rows.splice(0);
    // The parser makes a row of all but what stands in open quotes.
    if (this.#pendingBytes > 0 && Buffer.concat(this.#pending).includes(QUOTE) && !this.#isBlank())
      yield { line: this.#line, unreadable: 'has a quotation mark that is never closed: nothing after it was read' };
  }

  #begin(head: Buffer): Buffer {
    this.#head = undefined;
    const [hint, hinted] = delimiterHint.exec(head.subarray(0, 8).toString('latin1')) ?? [];
    const rest = head.subarray(hint?.length ?? 0);
    if (hint !== undefined) this.#line = 2;
    if (!this.#isKnown) this.#delimiter = hinted ?? delimiterOf(rest.toString());
    return rest;
  }

  #isBlank(): boolean {
    return Buffer.concat(this.#pending).toString().trim() === '';
  }

  *#take(chunk: Buffer): Generator<FileRow<string[]>> {
    let rest: Buffer | undefined = chunk;
    while (rest && rest.length > 0) {
      if (this.#gap) {
        rest = this.#passOver(rest);
        if (this.#gap) return;
        yield* this.#rows.splice(0);
      } else {
        this.#parse(rest);
        yield* this.#rows.splice(0);
        rest = this.#pendingBytes > LONGEST_ROW ? this.#openGap() : undefined;
      }
    }
  }

  #parse(chunk: Buffer): void {
    this.#parser ??= this.#newParser();
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#parser.write(chunk);
  }

  #newParser() {
    this.#parsedBytes = 0;
    return parserOf(this.#delimiter, (cells, bytes) => {
      const line = this.#line;
      const isMisread =
        cells.some((cell) => this.#mayBeMisquoted(cell)) && this.#isMisquoted(bytes - this.#parsedBytes);
      this.#forget(bytes - this.#parsedBytes);
      this.#parsedBytes = bytes;
      if (isMisread) this.#rows.push({ line, unreadable: this.#misquoted() });
      else if (!cells.every((cell) => blank.test(cell))) this.#rows.push({ line, content: cells });
    });
  }

  /** What a cell looks like that has taken in others: rare enough to look at the row once more. */
  #mayBeMisquoted(cell: string): boolean {
    return cell.startsWith('"') && (cell.includes(this.#delimiter) || /[\r\n]/.test(cell));
  }

  #isMisquoted(bytes: number): boolean {
    return isMisquoted(Buffer.concat(this.#pending).subarray(0, bytes), this.#delimiter);
  }

  /** The line in which what has become a row ends. */
  get #lastLine(): string {
    return (this.#isLineStart ? this.#line - 1 : this.#line).toLocaleString('en');
  }

  #misquoted(): string {
    const end = `has a quotation mark that closes within a cell up to line ${this.#lastLine}`;
    return `${end}: a mark within a cell that stands in marks is written twice`;
  }

  /** Forgets what has become a row, and counts its lines. */
  #forget(count: number): void {
    this.#pendingBytes -= count;
    let left = count;
    while (left > 0) {
      const first = this.#pending[0] as Buffer;
      const taken = first.subarray(0, left);
      this.#isLineStart = [LF, CR].includes(taken.at(-1) as number);
      this.#line += lineEndsIn(taken, first[taken.length] ?? this.#pending[1]?.[0]);
      if (first.length > left) this.#pending[0] = first.subarray(left);
      else this.#pending.shift();
      left -= taken.length;
    }
  }

  #openGap(): Buffer {
    const pending = Buffer.concat(this.#pending);
    this.#parser?.destroy();
    this.#parser = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#gap = new RowEnd(this.#delimiter);
    return pending;
  }

  /** @returns what follows the row that is too long; undefined where its end has not come */
  #passOver(chunk: Buffer): Buffer | undefined {
    const end = this.#gap?.in(chunk);
    if (end === undefined) return undefined;
    this.#isLineStart = true;
    this.#rows.push(...this.#tooLong());
    return chunk.subarray(end);
  }

  #tooLong(): FileRow<string[]>[] {
    const { lines } = this.#gap as RowEnd;
    this.#gap = undefined;
    const line = this.#line;
    this.#line += lines;
    const unreadable = `is longer than 1 MiB up to line ${this.#lastLine}, or has a quotation mark that is never closed`;
    return [{ line, unreadable }];
  }
}
