// Who is connected: how many connections there may be, in all and from one client, and whose requests go first.
import { networkOf } from '../ip/address.ts';
import type { Log } from '../log.ts';

/** Connections that one client may have, however few there may be in all. */
const LEAST_SHARE = 1_000;
/** The share of all connections that one client may have. */
const SHARE = 0.1;
/** Requests of one client that are begun in one turn of the event loop, and that run at once, while others want something too. */
const BEGUN_AT_ONCE = 8;
const RUNNING_AT_ONCE = 32;
/**
 * Bytes that the answers which run at once may have, as far as those before tell. A large answer takes the processor for as
 * long as many small ones, and more of them at once come no sooner.
 */
const RUNNING_BYTES = 1024 * 1024;
/** What is left of the size of a large answer with each that follows it. */
const FADING = 0.9;
/** Bytes of answers that one client has not taken, above which its next requests wait; and all together. */
const UNREAD_LIMIT = 8 * 1024 * 1024;
const UNREAD_LIMIT_OF_ALL = 32 * 1024 * 1024;

/** Milliseconds between two lines of the log about connections that are refused. */
const LOG_INTERVAL = 10_000;

/** Whoever calls from one address, or of IPv6 from one network of 64 bits. */
export interface Client {
  readonly network: string;
  /** Whether it is a trusted proxy, which carries the requests of many. */
  readonly isProxy: boolean;
  connections: number;
  /** Requests that were begun and have no answer yet. */
  running: number;
  /** Requests that were begun in the turn of the event loop that `turn` names. */
  begun: number;
  turn: number;
  /** Bytes of the largest of its latest answers. */
  largest: number;
  /** Bytes of answers that wait for the client to take them. */
  unread: number;
  /** Requests that wait for their turn. */
  readonly waiting: (() => void)[];
}

/** What a gateway allows its clients. */
export interface ClientLimits {
  /** Connections in all. */
  maxConnections: number;
  /** Whether an address is that of a trusted proxy. */
  isProxy(address: string): boolean;
}

/**
 * The clients that are connected. A client that is alone may have all there is; while several want something, each begins
 * a few requests in a turn of the event loop, so that nobody waits for the crowd of another.
 */
export class Clients {
  readonly #limits: ClientLimits;
  readonly #log: Log;
  readonly #share: number;
  readonly #byNetwork = new Map<string, Client>();
  #connections = 0;
  /** Clients with requests that run or wait. */
  #busy = 0;
  #unread = 0;
  readonly #waiting = new Set<Client>();
  #turn = 0;
  #refused = 0;
  #silentUntil = 0;
  #turnEnds = false;

  constructor(limits: ClientLimits, log: Log) {
    this.#limits = limits;
    this.#log = log;
    this.#share = Math.max(LEAST_SHARE, Math.floor(limits.maxConnections * SHARE));
  }

  /**
   * Counts a connection.
   *
   * @param address - of its other end; undefined where that is gone already, and is not counted
   * @returns whose it is; undefined where there are as many as there may be
   */
  connect(address: string | undefined): Client | undefined {
    if (address === undefined) return undefined;
    const network = networkOf(address);
    let client = this.#byNetwork.get(network);
    const isOver = client && !client.isProxy && client.connections >= this.#share;
    if (isOver || this.#connections >= this.#limits.maxConnections) {
      this.#noteRefused(isOver ? network : undefined);
      return undefined;
    }
    if (!client) {
      const isProxy = this.#limits.isProxy(address);
      client = { network, isProxy, connections: 0, running: 0, begun: 0, turn: 0, largest: 0, unread: 0, waiting: [] };
      this.#byNetwork.set(network, client);
    }
    client.connections += 1;
    this.#connections += 1;
    return client;
  }

  /** Forgets a connection that ended. */
  disconnect(client: Client): void {
    client.connections -= 1;
    this.#connections -= 1;
    if (client.connections === 0) this.#byNetwork.delete(client.network);
  }

  /** Begins a request of a client, as soon as it is its turn. */
  begin(client: Client, request: () => void): void {
    if (client.running === 0 && client.waiting.length === 0) this.#busy += 1;
    if (client.waiting.length === 0 && this.#isNext(client)) {
      this.#begin(client, request);
      return;
    }
    client.waiting.push(request);
    this.#waiting.add(client);
    this.#endTurn();
  }

  /**
   * Hears that a request that was begun is over.
   *
   * @param bytes - of its answer
   */
  end(client: Client, bytes: number): void {
    client.running -= 1;
    client.largest = Math.max(bytes, client.largest * FADING);
    if (client.waiting.length > 0) this.#endTurn();
    else if (client.running === 0) this.#busy -= 1;
  }

  /** Hears that so many bytes of answers wait to be taken; a negative number when they were. */
  addUnread(client: Client, bytes: number): void {
    client.unread += bytes;
    this.#unread += bytes;
    if (client.waiting.length > 0) this.#endTurn();
  }

  /** Says in the log that connections are refused, and how many, without a line for each. */
  #noteRefused(network: string | undefined): void {
    this.#refused += 1;
    if (performance.now() < this.#silentUntil) return;
    this.#log.warn(
      { refused: this.#refused, open: this.#connections, ...(network !== undefined && { address: network }) },
      network === undefined
        ? 'connections refused: MAX_CONNECTIONS is reached'
        : 'connections refused: the address has reached its share of MAX_CONNECTIONS',
    );
    this.#refused = 0;
    this.#silentUntil = performance.now() + LOG_INTERVAL;
  }

  /** Whether a client must take answers before it is given others. */
  #mustRead({ unread }: Client): boolean {
    return unread > UNREAD_LIMIT || (unread > 0 && this.#unread > UNREAD_LIMIT_OF_ALL);
  }

  #isNext(client: Client): boolean {
    if (this.#mustRead(client)) return false;
    if (this.#busy === 1 || client.isProxy) return true;
    const begun = client.turn === this.#turn ? client.begun : 0;
    if (client.running > 0 && client.running * client.largest >= RUNNING_BYTES) return false;
    return begun < BEGUN_AT_ONCE && client.running < RUNNING_AT_ONCE;
  }

  #begin(client: Client, request: () => void): void {
    client.running += 1;
    if (this.#busy > 1) {
      client.begun = client.turn === this.#turn ? client.begun + 1 : 1;
      client.turn = this.#turn;
      this.#endTurn();
    }
    request();
  }

  /** Has those that wait begin in the next turn of the event loop, one of each client after the other. */
  #endTurn(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(() => {
      this.#turnEnds = false;
      this.#turn += 1;
      for (let begun = true; begun; ) {
        begun = false;
        for (const client of this.#waiting) {
          if (!this.#isNext(client)) continue;
          begun = true;
          const request = client.waiting.shift() as () => void;
          if (client.waiting.length === 0) this.#waiting.delete(client);
          this.#begin(client, request);
        }
      }
    });
  }
}
