// Rows of a file of JSON objects, one a line, read piece by piece in the memory of one row.
import { type FileRow, LONGEST_ROW } from './record.ts';

const LF = 0x0a;

/**
 * Reads rows.
 *
 * @param source - UTF-8 without a byte order mark
 * @returns the text of each line that has anything in it. One that is longer than `LONGEST_ROW` is passed over
 */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<FileRow<string>> {
  let pending: Buffer[] = [];
  let bytes = 0;
  let line = 1;
  const take = (): FileRow<string>[] => {
    const text = bytes > LONGEST_ROW ? undefined : Buffer.concat(pending).toString().trim();
    pending = [];
    bytes = 0;
    if (text === '') return [];
    return [text === undefined ? { line, unreadable: 'is longer than 1 MiB' } : { line, content: text }];
  };
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      pending.push(chunk.subarray(start, end));
      bytes += end - start;
      yield* take();
      start = end + 1;
      line += 1;
    }
    bytes += chunk.length - start;
    // Of what is too long, nothing is kept.
    if (bytes > LONGEST_ROW) pending = [];
    else if (start < chunk.length) pending.push(Buffer.from(chunk.subarray(start)));
  }
  yield* take();
}
