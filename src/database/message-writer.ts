// The messages of one query to PostgreSQL, in one piece.
import type { RowReader } from './row-reader.ts';

/** The parts of a connection of `pg` that are used here; its published types leave them out. */
export interface ProtocolConnection {
  readonly parsedStatements: Readonly<Record<string, string>>;
  bind(options: { statement: string; values: (string | null)[]; valueMapper(value: string): string }): void;
  execute(options: object): void;
  describe(options: object): void;
  _send(message: Buffer): void;
}

/**
 * A connection to which all messages of a query are written at once, rather than each as a piece of its own. It remembers how the results of prepared
 * statements are read: in one session, PostgreSQL fails rather than to change them.
 */
export class MessageWriter {
  readonly #readers = new Map<string, RowReader>();
  readonly #messages: Buffer[] = [];
  readonly #connection: ProtocolConnection;
  readonly #collecting: ProtocolConnection;
  #describes = true;

  constructor(connection: ProtocolConnection) {
    this.#connection = connection;
    this.#collecting = Object.create(connection, {
      _send: { value: (message: Buffer) => this.#messages.push(message) },
      describe: { value: (of: object) => this.#describes && connection.describe.call(this.#collecting, of) },
    });
  }

  /** How the rows of a statement are read, if PostgreSQL has described them. */
  readerOf(name: string | undefined): RowReader | undefined {
    const isKnown = name !== undefined && this.#connection.parsedStatements[name] !== undefined;
    return isKnown ? this.#readers.get(name) : undefined;
  }

  remember(name: string, reader: RowReader): void {
    this.#readers.set(name, reader);
  }

  /** @param write - hands messages to the connection that it is given */
  send(write: (connection: ProtocolConnection) => void, describes: boolean): void {
    this.#describes = describes;
    write(this.#collecting);
    this.#connection._send(Buffer.concat(this.#messages));
    this.#messages.length = 0;
  }
}

const writers = new WeakMap<ProtocolConnection, MessageWriter>();

/** The writer of a connection, the same each time. */
export function writerOf(connection: ProtocolConnection): MessageWriter {
  let writer = writers.get(connection);
  if (!writer) {
    writer = new MessageWriter(connection);
    writers.set(connection, writer);
  }
  return writer;
}
