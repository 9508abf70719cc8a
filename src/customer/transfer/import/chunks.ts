// Rows of a file in the portions in which they are done, validated.
import { setImmediate } from 'node:timers/promises';
import { UnusableFileError } from '../header.ts';
import { RowDigest } from './run.ts';
import type { Source, SourceRow } from './source.ts';
import { type Validation, validate } from './validate.ts';

/** Rows of a step. */
export const STEP = 1_000;
/** Milliseconds after which others have their turn: answers of the database are not kept waiting. */
const TURN = 3;
/** Rows of a step that may name one customer: they are done one after the other, while all that the step has done stays locked. */
const MOST_REPEATS = 8;
/** Characters of text after which a step has enough rows. */
const STEP_LENGTH = 4 * 1024 * 1024;

/** A row with what came of its validation. */
export interface ValidatedRow {
  readonly source: SourceRow;
  readonly position: number;
  readonly validation: Validation;
}

/** Rows that are done together. */
export interface Chunk {
  readonly rows: readonly ValidatedRow[];
  /** Rows of the file up to its end, and their digest. */
  readonly end: number;
  readonly digest: string;
}

/**
 * Reads a file in chunks, and validates its rows.
 *
 * @param done - rows that an import had done before it was interrupted, and their digest: they are passed over
 * @throws UnusableFileError when the file does not begin with the same rows
 */
export async function* chunksOf(source: Source, done: { rows: number; digest: string }): AsyncGenerator<Chunk> {
  const digest = new RowDigest();
  let position = 0;
  let chunk = new ChunkInMaking();
  let turnEnds = performance.now() + TURN;
  for await (const row of source.rows) {
    if (performance.now() > turnEnds) {
      await setImmediate();
      turnEnds = performance.now() + TURN;
    }
    if (position < done.rows) {
      position += 1;
      digest.add(row.text);
      if (position === done.rows && digest.value !== done.digest) throw anotherFile(done.rows);
      continue;
    }
    const validation = row.problems.length > 0 ? { problems: [] } : validate(row.given);
    if (!chunk.hasRoomFor(validation)) {
      yield { rows: chunk.rows, end: position, digest: digest.value };
      chunk = new ChunkInMaking();
    }
    position += 1;
    digest.add(row.text);
    chunk.add({ source: row, position, validation });
  }
  if (position < done.rows) throw anotherFile(done.rows);
  if (chunk.rows.length > 0) yield { rows: chunk.rows, end: position, digest: digest.value };
}

/** Rows that are to be done together. */
class ChunkInMaking {
  readonly rows: ValidatedRow[] = [];
  #length = 0;
  /** How many rows name a customer by each name. */
  readonly #names = new Map<string, number>();

  hasRoomFor(validation: Validation): boolean {
    if (this.rows.length === 0) return true;
    return (
      this.rows.length < STEP &&
      this.#length < STEP_LENGTH &&
      namesIn(validation).every((name) => (this.#names.get(name) ?? 0) < MOST_REPEATS)
    );
  }

  add(row: ValidatedRow): void {
    this.rows.push(row);
    this.#length += row.source.text.length;
    for (const name of namesIn(row.validation)) this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
  }
}

/** What a row names its customer by. */
function namesIn(validation: Validation): string[] {
  if (!('row' in validation)) return [];
  const { canonicalEmail, cuRefNo, phone } = validation.row;
  return [canonicalEmail, cuRefNo, canonicalEmail === null ? phone : null].filter((name) => name != null);
}

function anotherFile(rows: number): UnusableFileError {
  return new UnusableFileError(
    `The file does not begin with the ${rows.toLocaleString('en')} rows that the interrupted import has done: it was changed since. Leave --resume out to import it from its beginning.`,
  );
}
