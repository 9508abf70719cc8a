// Rows of a file in the portions in which they are done, validated.
import { setImmediate } from 'node:timers/promises';
import { UnusableFileError } from '../header.ts';
import { RowDigest } from './run.ts';
import type { Source, SourceRow } from './source.ts';
import { UnnamedEmail } from './unnamed-email.ts';
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
export class Chunk {
  readonly rows: readonly ValidatedRow[];
  readonly #before: RowDigest;
  readonly #after: RowDigest;

  /**
   * @param rows - at least one
   * @param before - of all rows of the file before them
   */
  constructor(rows: readonly ValidatedRow[], before: RowDigest) {
    this.rows = rows;
    this.#before = before;
    this.#after = before.copy();
    for (const { source } of rows) this.#after.add(source.text);
  }

  /** Rows of the file up to its end. */
  get end(): number {
    return this.rows.at(-1)?.position ?? 0;
  }

  /** The digest of those. */
  get digest(): string {
    return this.#after.value;
  }

  /** The same rows as two chunks. */
  halves(): [Chunk, Chunk] {
    const middle = Math.ceil(this.rows.length / 2);
    const first = new Chunk(this.rows.slice(0, middle), this.#before);
    return [first, first.next(this.rows.slice(middle))];
  }

  /** The chunk of the rows that follow. */
  next(rows: readonly ValidatedRow[]): Chunk {
    return new Chunk(rows, this.#after);
  }
}

/** How rows are validated. */
export interface ChunkOptions {
  /** The country of phone numbers of rows that say none. */
  readonly country: string | undefined;
}

/**
 * Reads a file in chunks, and validates its rows.
 *
 * @param done - rows that an import had done before it was interrupted, and their digest: they are passed over
 * @throws UnusableFileError when the file does not begin with the same rows, or a column that nobody knows holds the e-mail addresses
 */
export async function* chunksOf(
  source: Source,
  done: { rows: number; digest: string },
  { country }: ChunkOptions,
): AsyncGenerator<Chunk> {
  const digest = new RowDigest();
  const unnamedEmail = done.rows === 0 ? new UnnamedEmail(source) : undefined;
  let position = done.rows;
  let last: Chunk | undefined;
  let making = new ChunkInMaking();
  const finish = () => {
    if (!last) unnamedEmail?.assertNone();
    last = last?.next(making.rows) ?? new Chunk(making.rows, digest);
    making = new ChunkInMaking();
    return last;
  };
  for await (const row of rowsAfter(done, source.rows, digest)) {
    if (!last) unnamedEmail?.look(row);
    const validation = row.problems.length > 0 ? { problems: [] } : validate(row.given, country);
    if (!making.hasRoomFor(validation)) yield finish();
    position += 1;
    making.add({ source: row, position, validation });
  }
  if (making.rows.length > 0) yield finish();
}

/**
 * Passes over rows that are done.
 *
 * @param digest - takes them in
 * @throws UnusableFileError when they are others
 */
async function* rowsAfter(
  done: { rows: number; digest: string },
  rows: AsyncIterable<SourceRow>,
  digest: RowDigest,
): AsyncGenerator<SourceRow> {
  let position = 0;
  let turnEnds = performance.now() + TURN;
  for await (const row of rows) {
    if (performance.now() > turnEnds) {
      await setImmediate();
      turnEnds = performance.now() + TURN;
    }
    position += 1;
    if (position > done.rows) {
      yield row;
      continue;
    }
    digest.add(row.text);
    if (position === done.rows && digest.value !== done.digest) throw anotherFile(done.rows);
  }
  if (position < done.rows) throw anotherFile(done.rows);
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
    `The file does not begin with the ${rows.toLocaleString('en')} rows that its last import has done: it was changed since. Leave --resume out to import it from its beginning.`,
  );
}
