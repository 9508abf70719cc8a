// The file that is imported, or standard input.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { UnusableFileError } from '../../../customer/transfer/header.ts';

/** Bytes at the beginning of a file by which its import is known. */
const HEAD = 64 * 1024;

/** A file as it is read: how far, and how much there is. */
export class Input {
  readonly head: Buffer;
  /** Undefined for what has no size. */
  readonly size: number | undefined;
  bytesRead = 0;
  readonly #rest: AsyncIterable<Buffer>;
  readonly #stream: Readable;

  private constructor(stream: Readable, head: Buffer, rest: AsyncIterable<Buffer>, size: number | undefined) {
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
      return new Input(stream, Buffer.concat(head), { [Symbol.asyncIterator]: () => chunks }, size || undefined);
    } catch (error) {
      throw new UnusableFileError(
        `The file cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}.`,
        {
          cause: error,
        },
      );
    }
  }

  async *bytes(): AsyncGenerator<Buffer> {
    this.bytesRead += this.head.length;
    yield this.head;
    for await (const chunk of this.#rest) {
      this.bytesRead += chunk.length;
      yield chunk;
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

  /** What begins so is JSON; the extension may say that too. */
  formatOf(path: string): 'csv' | 'ndjson' {
    if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
    if (/\.(csv|tsv|txt)$/i.test(path)) return 'csv';
    return this.head
      .subarray(0, 1_024)
      .toString('latin1')
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .trimStart()
      .startsWith('{')
      ? 'ndjson'
      : 'csv';
  }
}
