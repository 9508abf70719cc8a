// Quotation marks that nobody escaped: of two cells that each begin with one, a parser makes one.

const QUOTE = 0x22;
const [LF, CR] = [0x0a, 0x0d];
const blanks: readonly (number | undefined)[] = [0x20, 0x09];

/**
 * Whether a cell of a row goes on after the mark that closes it, and has taken in the end of another cell, or of a line, by then.
 *
 * @param row - as it stands in the file
 * @param delimiter - between cells, one byte
 */
export function isMisquoted(row: Buffer, delimiter: string): boolean {
  const ends: readonly (number | undefined)[] = [delimiter.charCodeAt(0), LF, CR, undefined];
  let isCellStart = true;
  for (let i = 0; i < row.length; i++) {
    if (row[i] !== QUOTE || !isCellStart) {
      isCellStart = ends.includes(row[i]);
      continue;
    }
    const close = closingMark(row, i + 1);
    if (!isCellEnd(row, close + 1, ends) && row.subarray(i + 1, close).some((byte) => ends.includes(byte))) return true;
    i = close;
    isCellStart = false;
  }
  return false;
}

/** Where the mark stands that closes what was opened: one that is not doubled. */
function closingMark(row: Buffer, from: number): number {
  for (let at = row.indexOf(QUOTE, from); at !== -1; at = row.indexOf(QUOTE, at + 2))
    if (row[at + 1] !== QUOTE) return at;
  return row.length;
}

/** Whether nothing but blanks comes before the end of a cell. */
function isCellEnd(row: Buffer, from: number, ends: readonly (number | undefined)[]): boolean {
  let at = from;
  while (!ends.includes(row[at]) && blanks.includes(row[at])) at += 1;
  return ends.includes(row[at]);
}
