// The log: one JSON object a line for machines, one readable line for a person in demo mode.
import { isatty } from 'node:tty';
import pino, { type DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type LogHealth, LogOutput, standardOutput } from './log-output.ts';

/** What PostgreSQL quotes: in errors of class 22 (data exceptions) it is a value, hence may be a customer's. */
const quoted = /"[^"]*"|'[^']*'/g;
const STACK_LINES = 12;

/**
 * What the log says of an error: where it happened and, of a database error, the code and the names involved. Never the
 * rows or values that PostgreSQL adds (`detail`, `where`), nor the statement that MikroORM adds.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: typeof error };
  const { code, table, column, constraint } = error as Error & Record<string, string | undefined>;
  const message = (error.message.split('\n')[0] ?? '').slice(0, 300);
  return {
    type: error.name,
    message: code?.startsWith('22') ? message.replace(quoted, '…') : message,
    code,
    table,
    column,
    constraint,
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, STACK_LINES)
      .join('\n'),
  };
}

const serializers = { err: describeError };

/** The log of one gateway. Nothing that identifies a customer and no key is ever written to it. */
export type Log = pino.Logger;

/** A log that writes to a stream. */
export function logTo(level: string, stream: DestinationStream): Log {
  return pino({ level, serializers }, stream);
}

/** The log of a process, on its standard output. */
export interface OpenLog {
  log: Log;
  /** Resolves when all lines are written or cannot be; after a second at most. */
  flush(): Promise<void>;
  /** Whether the log is written, for `/health/ready`. */
  health(): LogHealth;
}

/**
 * Opens the log on standard output. It never keeps anything waiting: lines that cannot be written are dropped, and a line
 * says how many when it can be written again.
 *
 * @param level - the least severity that is written, by pino's names
 * @param readable - true writes lines for a person, false JSON
 */
export function openLog(level: string, readable: boolean): OpenLog {
  const output = new LogOutput(standardOutput(), {
    buffered: !readable,
    onDropped: (dropped) => log.error({ dropped }, 'log lines could not be written and were dropped'),
  });
  const log = logTo(level, readable ? readableLines(output) : output);
  process.once('exit', () => output.close());
  return { log, flush: () => output.flush(), health: () => output.health() };
}

/** Writes lines of JSON as lines for a person. */
function readableLines(output: DestinationStream): DestinationStream {
  const toText = prettyFactory({
    colorize: isatty(1),
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'HH:MM:ss',
  });
  return { write: (line) => output.write(toText(line)) };
}

/** What the log says about one request; filled in by whoever learns it, written once when the answer has left. */
export interface RequestRecord {
  requestId: string;
  method: string;
  /** The path without its query, which may hold a key. */
  path: string;
  status: number;
  /** Fingerprint of the key: its first eight characters. */
  key?: string;
  /** The root fields that ran, such as `createCustomer`. */
  operation?: string;
  /** Whether it was answered as an earlier one under its Idempotency-Key, and did nothing. */
  replayed?: true;
  /** Catalogue code of the first error. */
  code?: string;
  /** Why the service was not available, or what the request conflicts with. */
  reason?: string;
  /** The first eight hexadecimal digits of the SHA-256 of its Idempotency-Key, which are the same each time that it is sent. */
  idempotencyKey?: string;
  milliseconds: number;
}

/**
 * Notes that a request failed. A defect has a line of its own, with its cause; in an outage all requests fail for one reason, which stands in
 * the line that each has anyway.
 */
export function noteFailure(
  log: Log,
  record: RequestRecord,
  { code, status, message, cause }: { code: string; status: number; message: string; cause?: unknown },
): void {
  record.code ??= code;
  if (code === 'INTERNAL_SERVICE_UNAVAILABLE') record.reason ??= cause instanceof Error ? cause.message : message;
  else if (code === 'INTERNAL_CONFLICT') record.reason ??= message;
  else if (status >= 500 && cause !== undefined)
    log.error({ requestId: record.requestId, code, err: cause }, 'request failed');
}
