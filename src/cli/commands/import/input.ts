// The file that is imported, or standard input.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileFailure } from '../../../customer/transfer/file-failure.ts';
import { UnusableFileError } from '../../../customer/transfer/header.ts';
import { beginningOf, type Encoding } from '../../../customer/transfer/read/encoding.ts';

/** Bytes at the beginning of a file by which its import is known. */
const HEAD = 64 * 1024;
/** What workbooks of today and of before, and compressed files, begin with. */
const archives = ['PK\u0003\u0004', '\u00d0\u00cf\u0011\u00e0', '\u001f\u008b'];

/** A file as it is read: how far, and how much there is. */
export class Input {
  readonly head: Buffer;
  /** Undefined for what has no size. */
  readonly size: number | undefined;
  bytesRead = 0;
  readonly #rest: AsyncIterable<Buffer>;
  readonly #stream: Readable;
  readonly #path: string;

  private constructor(
    path: string,
    stream: Readable,
    head: Buffer,
    rest: AsyncIterable<Buffer>,
    size: number | undefined,
  ) {
    this.#path = path;
    this.head = head;
    this.size = size;
    this.#rest = rest;
    this.#stream = stream;
  }

  /** @throws UnusableFileError where the file cannot be read */
  static async open(path: string): Promise<Input> {
    const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: HEAD });
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const head: Buffer[] = [];
    try {
      for (let length = 0; length < HEAD; ) {
        const { value, done } = await chunks.next();
        if (done) break;
        head.push(value);
        length += value.length;
      }
      const size = path === '-' ? undefined : (await stat(path)).size;
      return new Input(path, stream, Buffer.concat(head), { [Symbol.asyncIterator]: () => chunks }, size || undefined);
    } catch (error) {
      throw fileFailure(`The file ${path} cannot be read`, error);
    }
  }

  /** @throws UnusableFileError where the rest of it cannot be read */
  async *bytes(): AsyncGenerator<Buffer> {
    this.bytesRead += this.head.length;
    yield this.head;
    const rest = this.#rest[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = await rest.next().catch((error: unknown) => {
        throw fileFailure(`The file ${this.#path} cannot be read`, error);
      });
      if (done) return;
      this.bytesRead += value.length;
      yield value;
    }
  }

  /** Has whoever reads it fail. */
  interrupt(error: Error): void {
    this.#stream.destroy(error);
  }

  /** Lets the process end, whoever may still write to standard input. */
  close(): void {
    this.#stream.destroy();
  }

  /** The first bytes: as many of a pipe as of a file, whatever the pieces in which they come. */
  get beginning(): Buffer {
    return this.head.subarray(0, HEAD);
  }

  /** How much of it was read, from 0 to 1. */
  get part(): number | undefined {
    return this.size && Math.min(1, this.bytesRead / this.size);
  }

  /**
   * What the file is, by its beginning; by its name where it is empty.
   *
   * @param encoding - of its text, unless a byte order mark says another
   * @throws UnusableFileError where it is something that is not read
   */
  format(encoding: Encoding): 'csv' | 'ndjson' {
    const bytes = this.beginning.toString('latin1');
    const beginning = beginningOf(this.beginning, encoding).trimStart();
    if (archives.some((mark) => bytes.startsWith(mark)))
      throw new UnusableFileError('The file is a workbook of a spreadsheet, or an archive: save it as CSV.');
    if (/^\[\s*(\{|\])/.test(beginning))
      throw new UnusableFileError('The file is one JSON array: write its objects one a line (NDJSON).');
    if (/^\{\s*[\r\n]/.test(beginning))
      throw new UnusableFileError('The file is JSON over several lines: write one object a line (NDJSON).');
    if (beginning === '') return /\.(ndjson|jsonl)$/i.test(this.#path) ? 'ndjson' : 'csv';
    return beginning.startsWith('{') ? 'ndjson' : 'csv';
  }
}
