// One connection: its requests are parsed and answered one after the other, however many a client sends ahead.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Client, Clients } from './clients.ts';

/** Milliseconds without a byte in either direction, after which a connection is dropped. */
export const SOCKET_TIMEOUT = 75_000;
/** The same while an answer waits for the client to take it. Node looks twice before it believes that nothing moves. */
const UNREAD_TIMEOUT = 10_000;

const HEAD_END = Buffer.from('\r\n\r\n');
/** Bytes that are parsed together although they may hold several requests; a handful of the shortest. */
const LEAST_PIECE = 128;

/** A request that is being answered, or waits for those before it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Begins the answer. */
  readonly answer: () => void;
}

/** How far an exchange is. */
interface Progress extends Exchange {
  state: 'waiting' | 'running' | 'answered' | 'done';
  /** Bytes of the answer that the client did not take at once. */
  unread: number;
}

/** What is used of Node's parser of a connection, which its types leave out. */
interface Parser {
  /** Called with the head of a request; what it returns is llhttp's, whose word for a pause is `PAUSE`. */
  onIncoming: (request: IncomingMessage, keepAlive: boolean) => number;
  resume(): void;
}

/** What is used of a connection's handle, which Node's types leave out. */
interface SocketWithHandle {
  _handle?: { reading: boolean; readStart(): unknown; readStop(): unknown } | null;
}

/** @see https://github.com/nodejs/llhttp, `HPE_PAUSED` */
const PAUSE = 21;

/** The code of the error by which a server hears that a parser was paused within a packet. */
export const PARSER_PAUSED = 'HPE_PAUSED';

/**
 * Node's parser announces all requests of a packet at once, and each would be answered and its answer kept, whether anybody
 * reads it or not. Here the parser is paused as soon as a request comes before the answer to the one before it; from then on
 * what the connection brings reaches the parser in pieces, and what comes after a request is neither parsed nor read until
 * that one's answer has left. Clients that send nothing ahead are served as Node does it.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #clients: Clients;
  readonly #parser: Parser;
  /** Requests that were parsed and are not done with, in their order. */
  readonly #exchanges: Progress[] = [];
  /** Hands bytes to Node's parser; undefined while it has them from the connection itself. */
  #parse: ((bytes: Buffer) => void) | undefined;
  /** What was read and is not parsed yet. */
  #unparsed: Buffer | undefined;
  /** Bytes of the answers so far. */
  #written = 0;
  #paused = false;
  #closed = false;

  constructor(socket: Socket, client: Client, clients: Clients) {
    this.#socket = socket;
    this.#client = client;
    this.#clients = clients;
    socket.once('close', () => this.#leave());
    const { parser } = socket as { parser?: Parser };
    if (!parser) throw new Error('Node parses HTTP in a way of its own: requests cannot be held back');
    this.#parser = parser;
    const { onIncoming } = parser;
    parser.onIncoming = (request, keepAlive) => {
      const answer = onIncoming(request, keepAlive);
      return this.#exchanges.length > 1 && !this.#parse ? PAUSE : answer;
    };
  }

  /** Requests that were parsed and are not done with, in their order. */
  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** Answers a request as soon as those before it are done with, and its client's turn has come. */
  add(exchange: Exchange): void {
    const progress: Progress = Object.assign(exchange, { state: 'waiting' as const, unread: 0 });
    if (this.#exchanges.push(progress) === 1) this.#begin(progress);
  }

  /**
   * Goes on in pieces, after the parser was paused.
   *
   * @param rest - what came in the same packet and was not parsed
   */
  readInPieces(rest: Buffer): void {
    const socket = this.#socket;
    const [parse] = socket.listeners('data');
    if (!parse || socket.destroyed) return;
    this.#parse = parse as (bytes: Buffer) => void;
    socket.removeListener('data', this.#parse).on('data', (bytes: Buffer) => this.#receive(bytes));
    const { resume, _read } = socket;
    // Node resumes a connection whenever the body of a request is read.
    socket.resume = () => (this.#unparsed ? socket : resume.call(socket));
    // A paused stream still reads ahead.
    socket._read = (size) => {
      if (!this.#paused) _read.call(socket, size);
    };
    this.#parser.resume();
    if (rest.length > 0) this.#receive(rest);
  }

  /** Parses nothing any more: whatever else comes is not looked at. */
  stopParsing(): void {
    this.#closed = true;
    this.#unparsed = undefined;
  }

  #begin(exchange: Progress): void {
    const { response } = exchange;
    response.once('prefinish', () => this.#noteAnswered(exchange));
    response.once('close', () => this.#finish(exchange));
    this.#clients.begin(this.#client, () => {
      if (exchange.state === 'done') {
        this.#clients.end(this.#client, 0);
        return;
      }
      exchange.state = 'running';
      exchange.answer();
    });
  }

  /** The gateway is done with an answer; what the client did not take of it is still here. */
  #noteAnswered(exchange: Progress): void {
    exchange.state = 'answered';
    const written = this.#socket.bytesWritten;
    this.#clients.end(this.#client, written - this.#written);
    this.#written = written;
    const unread = this.#socket.writableLength;
    if (unread === 0) return;
    exchange.unread = unread;
    this.#clients.addUnread(this.#client, unread);
    // Node counts as standing still what makes no progress in writing either.
    this.#socket.setTimeout(UNREAD_TIMEOUT);
  }

  #finish(exchange: Progress): void {
    if (exchange.state === 'done') return;
    if (exchange.state === 'running') this.#clients.end(this.#client, 0);
    exchange.state = 'done';
    if (exchange.unread > 0) this.#clients.addUnread(this.#client, -exchange.unread);
    this.#exchanges.shift();
    if (this.#closed) return;
    const [next] = this.#exchanges;
    if (next) {
      this.#socket.setTimeout(SOCKET_TIMEOUT);
      this.#begin(next);
    }
    if (!this.#socket.writable) this.stopParsing();
    // Others have their turn before what was sent ahead.
    else if (this.#unparsed) setImmediate(() => this.#parseNext());
  }

  #leave(): void {
    this.stopParsing();
    for (const exchange of [...this.#exchanges]) this.#finish(exchange);
    this.#clients.disconnect(this.#client);
  }

  #receive(bytes: Buffer): void {
    if (this.#closed) return;
    // What was on its way when the connection was paused.
    if (this.#unparsed) {
      this.#unparsed = Buffer.concat([this.#unparsed, bytes]);
      return;
    }
    this.#unparsed = bytes;
    this.#parseNext();
  }

  /** Parses as much as may be parsed now, and reads on when nothing is left. */
  #parseNext(): void {
    while (this.#unparsed && !this.#isHeldBack()) {
      const bytes = this.#unparsed;
      const end = endOfPiece(bytes);
      this.#unparsed = end < bytes.length ? bytes.subarray(end) : undefined;
      this.#parse?.(end < bytes.length ? bytes.subarray(0, end) : bytes);
    }
    if (this.#unparsed && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
      setReading(this.#socket, false);
    } else if (!this.#unparsed && this.#paused) {
      this.#paused = false;
      setReading(this.#socket, true);
      this.#socket.resume();
    }
  }

  /** Whether there is a whole request that is not answered yet. */
  #isHeldBack(): boolean {
    const [first, second] = this.#exchanges;
    return second !== undefined || first?.request.complete === true;
  }
}

/** Has the system keep what comes while a connection is paused. */
function setReading(socket: Socket, reading: boolean): void {
  const { _handle: handle } = socket as SocketWithHandle;
  if (!handle || handle.reading === reading) return;
  handle.reading = reading;
  if (reading) handle.readStart();
  else handle.readStop();
}

/** Where to cut bytes that may hold several requests: behind the end of a head, if that of another follows. */
function endOfPiece(bytes: Buffer): number {
  const head = bytes.indexOf(HEAD_END, LEAST_PIECE - HEAD_END.length);
  if (head < 0) return bytes.length;
  const end = head + HEAD_END.length;
  return bytes.indexOf(HEAD_END, end) < 0 ? bytes.length : end;
}
