// The report of refused rows: a CSV file that can be mended, and imported again.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { reportColumns } from '../columns.ts';
import { type CsvLayout, csvHead, csvLines } from '../csv-lines.ts';
import { fileFailure } from '../file-failure.ts';
import { defuse } from '../formula.ts';
import { shortened, UnusableFileError } from '../header.ts';
import type { RowProblem } from './source.ts';

/** A row that was refused, or of which a part was. */
export interface RefusedRow {
  readonly line: number;
  readonly problems: readonly RowProblem[];
  /** In the order of the report's header. */
  readonly cells: readonly string[];
}

/** Problems of one row that are shown. */
const MOST_PROBLEMS = 20;

function cellsOf({ line, problems, cells }: RefusedRow): (string | number)[] {
  const shown = problems.slice(0, MOST_PROBLEMS);
  const one = shown.length === 1;
  return [
    line,
    defuse(shown.flatMap(({ column }) => (column === undefined ? [] : shortened(column))).join('; ')),
    defuse(shown.flatMap(({ value }) => (value === undefined ? [] : shortened(value))).join('; ')),
    defuse(
      shown
        .map(({ column, reason }) => (one || column === undefined ? reason : `${shortened(column)} ${reason}`))
        .join('; '),
    ),
    ...cells,
  ];
}

/** How a report looks: like the file that is imported, so that the same program opens it. */
export interface ReportForm {
  /** Names of the columns of that file. */
  readonly header: readonly string[];
  readonly layout: CsvLayout;
}

/** How much of a report was committed, in bytes, and its SHA-256. */
export interface CommittedReport {
  readonly length: number;
  readonly digest: string;
}

/** The hash of the first bytes of a file; undefined where there are fewer. */
async function hashOf(file: FileHandle, length: number): Promise<Hash | undefined> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(64 * 1024);
  for (let read = 0; read < length; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - read), read);
    if (bytesRead === 0) return undefined;
    hash.update(piece.subarray(0, bytesRead));
    read += bytesRead;
  }
  return hash;
}

function unlessAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** A report in a file, which holds what was committed and no more. */
export class ReportFile {
  readonly #file: FileHandle;
  readonly #head: string;
  readonly #layout: CsvLayout;
  readonly #isContinued: boolean;
  /** Bytes that hold what was committed, and their SHA-256. */
  #length: number;
  #hash: Hash;
  /** With what was written since. */
  #written: Hash;
  /** Whether what a step has written that was not committed is gone: whoever else may go on with the import is asked before. */
  #isCut = false;
  /** What the file was when it was last written here. */
  #seen: string | undefined;

  /** Whether it goes on with what an interrupted import has written. */
  get isContinued(): boolean {
    return this.#isContinued;
  }

  private constructor(file: FileHandle, { header, layout }: ReportForm, length = 0, hash = createHash('sha256')) {
    this.#isContinued = length > 0;
    this.#hash = hash;
    this.#written = hash;
    this.#file = file;
    this.#head = csvHead([...reportColumns, ...header.map(defuse)], layout);
    this.#layout = layout;
    this.#length = length;
  }

  /**
   * Opens a report.
   *
   * @param committed - of an interrupted import's report, which is gone on with if the file begins with it
   * @throws UnusableFileError when it begins otherwise
   */
  static async open(path: string, form: ReportForm, committed: CommittedReport | undefined): Promise<ReportFile> {
    if (committed && committed.length > 0) {
      const earlier = await open(path, 'r+').catch(unlessAbsent);
      if (earlier) {
        const hash = await hashOf(earlier, committed.length);
        if (hash?.copy().digest('hex') === committed.digest) {
          return new ReportFile(earlier, form, committed.length, hash);
        }
        await earlier.close();
        throw new UnusableFileError(
          `The report ${path} was changed since the import was interrupted, and is not written on: name another file by --report.`,
        );
      }
    }
    return new ReportFile(await open(path, 'w', 0o600), form);
  }

  /**
   * Writes rows after those that were committed, and sees to it that they are stored. It may be asked again, for the same rows or others. Only within a
   * transaction that has claimed the import.
   *
   * @returns what it is then; `commit` says that it is to stay so
   * @throws UnusableFileError
   */
  async write(rows: readonly RefusedRow[]): Promise<CommittedReport> {
    this.#written = this.#hash.copy();
    if (rows.length === 0 && this.#length > 0 && this.#isCut) return { length: this.#length, digest: this.#digest() };
    const text = (this.#length === 0 ? this.#head : '') + csvLines(rows.map(cellsOf), this.#layout);
    const bytes = Buffer.from(text);
    await this.#store(bytes).catch((error: unknown) => {
      throw fileFailure('The report cannot be written', error);
    });
    this.#written.update(bytes);
    return { length: this.#length + bytes.length, digest: this.#digest() };
  }

  async #store(bytes: Buffer): Promise<void> {
    await this.#assertUntouched();
    await this.#file.truncate(this.#length);
    this.#isCut = true;
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, written, undefined, this.#length + written);
      written += bytesWritten;
    }
    await this.#file.datasync();
    this.#seen = await this.#look();
  }

  /** What tells that nobody else has written: its length, and when it was last written. */
  async #look(): Promise<string> {
    const { size, mtimeNs } = await this.#file.stat({ bigint: true });
    return `${size} ${mtimeNs}`;
  }

  /** @throws UnusableFileError */
  async #assertUntouched(): Promise<void> {
    const found = await this.#look();
    this.#seen ??= found;
    const isWhole = Number(found.split(' ', 1)[0]) >= this.#length;
    if (found !== this.#seen || !isWhole)
      throw new UnusableFileError('Another program writes to the report: name another file by --report.');
  }

  #digest(): string {
    return this.#written.copy().digest('hex');
  }

  commit({ length }: Pick<CommittedReport, 'length'>): void {
    this.#length = length;
    this.#hash = this.#written;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
