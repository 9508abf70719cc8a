// The end of a row of CSV that is too long to be kept: found byte by byte, where the parser would find it.

const QUOTE = 0x22;
const [LF, CR] = [0x0a, 0x0d];

/*
 * start     nothing of a cell has come: only here a quotation mark opens it
 * text      within a cell
 * quoted    within the quotation marks of a cell
 * closing   after a quotation mark in a quoted cell: another one makes it a character, anything else closes the cell
 * returned  after the carriage return that ends the row: a line feed belongs to it
 */
type State = 'start' | 'text' | 'quoted' | 'closing' | 'returned';

/** Looks for the end of one row, from its beginning. */
export class RowEnd {
  /** Lines that have ended so far. */
  lines = 0;
  readonly #delimiter: number;
  #state: State = 'start';
  #isAfterReturn = false;

  /** @param delimiter - between cells, one byte */
  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** @returns where in the bytes the next row begins; undefined where this one goes on after them */
  in(bytes: Buffer): number | undefined {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (this.#state === 'returned') return byte === LF ? i + 1 : i;
      if (byte === CR || (byte === LF && !this.#isAfterReturn)) this.lines += 1;
      this.#isAfterReturn = byte === CR;
      this.#state = this.#after(byte);
      if (byte === LF && this.#state === 'start') return i + 1;
    }
    return undefined;
  }

  #after(byte: number): State {
    if (this.#state === 'quoted') return byte === QUOTE ? 'closing' : 'quoted';
    if (byte === QUOTE && this.#state !== 'text') return 'quoted';
    if (byte === CR) return 'returned';
    return byte === LF || byte === this.#delimiter ? 'start' : 'text';
  }
}
