// Where the log goes: standard output, which may be full, unread or gone. What it does not take is dropped and counted.
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that a pipe takes whole or not at all, so that the lines of several processes do not mix (PIPE_BUF of Linux). */
const PIECE = 4_096;
/** Bytes that are written at once beside the event loop, which comes back to it only once in a turn. */
const BESIDE = 64 * 1024;
/** Bytes that wait to be written; further lines are dropped. */
const WAITING_LIMIT = 1024 * 1024;
/** Milliseconds that a line waits for others to be written with, and until what failed is tried again. */
const INTERVAL = 250;
/** Milliseconds that the end of a process waits for the log to be written. */
const FLUSH_TIMEOUT = 1_000;
const FLUSH_INTERVAL = 10;

const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');

/** Whether the log is written; where it is not, how many lines were dropped since it was. */
export type LogHealth = 'ok' | { dropped: number };

/** A place for bytes. */
export interface Target {
  /** File descriptor. */
  fd: number;
  /** Whether writing to it may wait, for a disk or for whoever reads. */
  mayWait: boolean;
  /** Has it wait as little as can be; to be called before each write. */
  prepare?: () => void;
}

/** What is used of a stream's handle, which Node's types leave out. */
interface StreamWithHandle {
  _handle?: { setBlocking?(blocks: boolean): unknown } | null;
}

/**
 * Standard output, in the way of writing to it that waits least.
 *
 * A pipe that nobody reads and a terminal that is stopped (Ctrl-S) keep a writer waiting. They are opened once more, since
 * whether writing waits is otherwise shared with all processes that have the same standard output. What cannot be opened
 * (sockets, or where the account may not) is set up not to wait as Node does it for `console.log`, and again before each write:
 * every worker that starts or ends undoes it.
 */
export function standardOutput(): Target {
  const stat = fstatSync(1);
  if (stat.isFile()) return { fd: 1, mayWait: true };
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return { fd: openSync('/dev/stdout', flags), mayWait: false };
  } catch {
    const stream = process.stdout as StreamWithHandle;
    return { fd: 1, mayWait: true, prepare: () => void stream._handle?.setBlocking?.(false) };
  }
}

/**
 * Writes lines without ever waiting for them to be written: what cannot be, waits up to a limit and is tried again. Where
 * writing may wait it is done beside the event loop. sonic-boom, which is pino's own way, gives up for good when a reader
 * has gone, ends the process or tries for ever when a disk is full, and waits for a pipe when the process ends.
 */
export class LogOutput {
  readonly #target: Target;
  readonly #pieceSize: number;
  readonly #onDropped: (lines: number) => void;
  /** Whole lines that are written together, not yet as many as there may be. */
  #piece = '';
  #pieceBytes = 0;
  /** What is to be written next; the first of them may be the rest of one that was written in part. */
  #pieces: Buffer[] = [];
  /** What was written of the line that the next piece goes on with. */
  #begun: Buffer = EMPTY;
  /** Bytes of all of them. */
  #waiting = 0;
  #dropped = 0;
  /** When the write that is under way beside the event loop began. */
  #writingSince: number | undefined;
  /** Why the last write failed: the code of the system. */
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param options.buffered - whether lines wait a moment for others: a write for each costs more than a request's own work
   * @param options.onDropped - hears how many lines were dropped, when it can be written again
   */
  constructor(target: Target, options: { buffered: boolean; onDropped: (lines: number) => void }) {
    this.#target = target;
    this.#pieceSize = options.buffered ? PIECE : 0;
    this.#onDropped = options.onDropped;
  }

  /** Takes a line, with its end. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waiting + bytes > WAITING_LIMIT) {
      this.#dropped += 1;
      return;
    }
    if (this.#pieceBytes + bytes > this.#pieceSize) this.#closePiece();
    this.#piece += line;
    this.#pieceBytes += bytes;
    this.#waiting += bytes;
    if (this.#pieceBytes >= this.#pieceSize) this.#closePiece();
    // A reader that lags behind has read on meanwhile; a disk that is full is looked at now and then.
    if (this.#failure === undefined || this.#failure === 'EAGAIN') this.#writeOut();
    this.#timer ??= setTimeout(() => this.#tryAgain(), INTERVAL).unref();
  }

  /** Whether the log is written. */
  health(): LogHealth {
    return this.#failure === undefined && this.#dropped === 0 ? 'ok' : { dropped: this.#dropped };
  }

  /** Resolves when all is written, or cannot be; after a second at most. */
  async flush(): Promise<void> {
    const until = performance.now() + FLUSH_TIMEOUT;
    this.#closePiece();
    this.#writeOut();
    while (this.#waiting > 0 && performance.now() < until) {
      if (this.#failure !== undefined && this.#failure !== 'EAGAIN') return;
      await sleep(FLUSH_INTERVAL);
      this.#writeOut();
    }
  }

  /** The last thing that a process does: writes what can be written at once. */
  close(): void {
    if (this.#writingSince === undefined) {
      this.#closePiece();
      this.#writeNow();
    } else if (performance.now() - this.#writingSince > FLUSH_TIMEOUT / 2) {
      // Node would wait for a write that stands still.
      process.kill(process.pid, 'SIGKILL');
    }
  }

  #closePiece(): void {
    if (this.#pieceBytes === 0) return;
    this.#pieces.push(Buffer.from(this.#piece));
    this.#piece = '';
    this.#pieceBytes = 0;
  }

  #tryAgain(): void {
    this.#timer = undefined;
    this.#closePiece();
    this.#writeOut();
    if (this.#waiting > 0) this.#timer = setTimeout(() => this.#tryAgain(), INTERVAL).unref();
  }

  #writeOut(): void {
    if (this.#writingSince !== undefined || this.#pieces.length === 0) return;
    if (this.#target.mayWait) this.#writeBeside();
    else this.#writeNow();
  }

  #writeNow(): void {
    this.#target.prepare?.();
    try {
      for (let [next] = this.#pieces; next; [next] = this.#pieces) this.#noteWritten(writeSync(this.#target.fd, next));
    } catch (error) {
      this.#noteFailed(error);
    }
  }

  #writeBeside(): void {
    let count = 0;
    for (let bytes = 0; bytes < BESIDE && count < this.#pieces.length; count++)
      bytes += this.#pieces[count]?.length ?? 0;
    const together = Buffer.concat(this.#pieces.splice(0, count));
    this.#pieces.unshift(together);
    this.#writingSince = performance.now();
    this.#target.prepare?.();
    write(this.#target.fd, together, (error, written) => {
      this.#writingSince = undefined;
      if (error) {
        this.#noteFailed(error);
        return;
      }
      this.#noteWritten(written);
      this.#writeOut();
    });
  }

  #noteWritten(bytes: number): void {
    this.#failure = undefined;
    this.#waiting -= bytes;
    const piece = this.#pieces.shift() as Buffer;
    const written = piece.subarray(0, bytes);
    const lineEnd = written.lastIndexOf(NEWLINE) + 1;
    this.#begun = lineEnd > 0 ? written.subarray(lineEnd) : Buffer.concat([this.#begun, written]);
    if (bytes < piece.length) this.#pieces.unshift(piece.subarray(bytes));
    if (this.#dropped === 0 || this.#pieces.length > 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#onDropped(dropped);
  }

  /**
   * Has a line that was cut begin again, on a line of its own: until it can be written, another worker may have written to the
   * same file.
   */
  #noteFailed(error: unknown): void {
    const code = codeOf(error);
    const next = this.#pieces[0];
    if (next && code !== 'EAGAIN' && (this.#failure === undefined || this.#failure === 'EAGAIN')) {
      this.#pieces[0] = Buffer.concat([NEWLINE, this.#begun, next]);
      this.#waiting += NEWLINE.length + this.#begun.length;
      this.#begun = EMPTY;
    }
    this.#failure = code;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
