// Rows of a file in the portions in which they are done, judged.
import { setImmediate } from 'node:timers/promises';
import { UnusableFileError } from '../header.ts';
import { type Judged, judge } from './judge.ts';
import { RowDigest } from './run.ts';
import type { Source, SourceRow } from './source.ts';

/** Rows of a step. */
export const STEP = 1_000;
/** Milliseconds after which others have their turn: answers of the database are not kept waiting. */
const TURN = 3;
/** Bytes of text after which a step has enough rows. */
const STEP_BYTES = 4 * 1024 * 1024;

/** A row with what came of its judging. */
export interface JudgedSourceRow {
  readonly source: SourceRow;
  readonly position: number;
  readonly judged: Judged;
}

/** Rows that are done together. */
export interface Chunk {
  readonly rows: readonly JudgedSourceRow[];
  /** Rows of the file up to its end, and their digest. */
  readonly end: number;
  readonly digest: string;
}

/**
 * Reads a file in chunks, and judges its rows.
 *
 * @param done - rows that an import had done before it was interrupted, and their digest: they are passed over
 * @throws UnusableFileError when the file does not begin with the same rows
 */
export async function* chunksOf(source: Source, done: { rows: number; digest: string }): AsyncGenerator<Chunk> {
  const digest = new RowDigest();
  let position = 0;
  let rows: JudgedSourceRow[] = [];
  let bytes = 0;
  let turnEnds = performance.now() + TURN;
  for await (const row of source.rows) {
    if (performance.now() > turnEnds) {
      await setImmediate();
      turnEnds = performance.now() + TURN;
    }
    position += 1;
    digest.add(row.text);
    if (position === done.rows && digest.value !== done.digest) throw anotherFile(done.rows);
    if (position <= done.rows) continue;
    rows.push({ source: row, position, judged: row.problems.length > 0 ? { problems: [] } : judge(row.given) });
    bytes += row.text.length;
    if (rows.length < STEP && bytes < STEP_BYTES) continue;
    yield { rows, end: position, digest: digest.value };
    rows = [];
    bytes = 0;
  }
  if (position < done.rows) throw anotherFile(done.rows);
  if (rows.length > 0) yield { rows, end: position, digest: digest.value };
}

function anotherFile(rows: number): UnusableFileError {
  return new UnusableFileError(
    `The file does not begin with the ${rows.toLocaleString('en')} rows that the interrupted import has done: it was changed since. Leave --resume out to import it from its beginning.`,
  );
}
