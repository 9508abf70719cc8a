// The report of refused rows: a CSV file that can be mended, and imported again.
import { type FileHandle, open } from 'node:fs/promises';
import { reportColumns } from '../columns.ts';
import { type CsvLayout, csvHead, csvLines } from '../csv-lines.ts';
import { fileFailure } from '../file-failure.ts';
import { defuse } from '../formula.ts';
import { shortened } from '../header.ts';
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

/** A report in a file, which holds what was committed and no more. */
export class ReportFile {
  readonly #file: FileHandle;
  readonly #head: string;
  readonly #layout: CsvLayout;
  readonly #isContinued: boolean;
  /** Bytes that hold what was committed. */
  #length: number;

  /** Whether it goes on with what an interrupted import has written. */
  get isContinued(): boolean {
    return this.#isContinued;
  }

  private constructor(file: FileHandle, { header, layout }: ReportForm, length: number) {
    this.#isContinued = length > 0;
    this.#file = file;
    this.#head = csvHead([...reportColumns, ...header.map(defuse)], layout);
    this.#layout = layout;
    this.#length = length;
  }

  /**
   * Opens a report.
   *
   * @param committed - bytes of an interrupted import's report, which is gone on with if they are there
   */
  static async open(path: string, form: ReportForm, committed: number): Promise<ReportFile> {
    const earlier = committed > 0 ? await open(path, 'r+').catch(() => undefined) : undefined;
    if (earlier && (await earlier.stat()).size >= committed) return new ReportFile(earlier, form, committed);
    await earlier?.close();
    return new ReportFile(await open(path, 'w', 0o600), form, 0);
  }

  /**
   * Writes rows after those that were committed, and sees to it that they are stored. It may be asked again, for the same rows or others.
   *
   * @returns how long it is then; `commit` says that it is to stay so
   * @throws UnusableFileError
   */
  async write(rows: readonly RefusedRow[]): Promise<number> {
    if (rows.length === 0 && this.#length > 0) return this.#length;
    const text = (this.#length === 0 ? this.#head : '') + csvLines(rows.map(cellsOf), this.#layout);
    const bytes = Buffer.from(text);
    await this.#store(bytes).catch((error: unknown) => {
      throw fileFailure('The report cannot be written', error);
    });
    return this.#length + bytes.length;
  }

  async #store(bytes: Buffer): Promise<void> {
    await this.#file.truncate(this.#length);
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, written, undefined, this.#length + written);
      written += bytesWritten;
    }
    await this.#file.datasync();
  }

  commit(length: number): void {
    this.#length = length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
