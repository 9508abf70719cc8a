// Quotation marks that nobody escaped: of two cells that each begin with one, a parser makes one.

const QUOTE = 0x22;
const [LF, CR] = [0x0a, 0x0d];

/**
 * Whether a cell of a row goes on after the mark that closes it, and has taken in the end of another cell, or of a line, by then.
 *
 * @param row - as it stands in the file
 * @param delimiter - between cells, one byte
 */
export function isMisquoted(row: Buffer, delimiter: string): boolean {
  const separator = delimiter.charCodeAt(0);
  const endsCell = (byte: number | undefined) => byte === undefined || byte === separator || byte === LF || byte === CR;
  let isCellStart = true;
  for (let i = 0; i < row.length; i++) {
    if (row[i] !== QUOTE || !isCellStart) {
      isCellStart = endsCell(row[i]);
      continue;
    }
    const close = closingMark(row, i + 1);
    if (!endsCell(row[close + 1])) {
      for (let at = i + 1; at < close; at++) if (endsCell(row[at])) return true;
    }
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
