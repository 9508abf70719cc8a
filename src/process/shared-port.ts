// The port of several workers: each has its share of the connections, and none is lost with a worker that falls or stands still.
import type { Worker } from 'node:cluster';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type Client, type ClientLimits, Clients } from '../http/clients.ts';
import { turnAway } from '../http/raw-answer.ts';
import type { RefusalOptions } from '../http/refusal.ts';
import type { FromWorker, ToWorker } from './handover.ts';
import type { Heartbeat } from './heartbeat.ts';
import { closePort, listen } from './listen.ts';

/** Connections that a worker may have for each that all have on average, before it has too many. */
const TOLERANCE = 1.25;
/** Milliseconds between two looks at who has too many. */
const BALANCE_INTERVAL = 500;
/** Milliseconds that connections have to be taken once the port is closed, in steps; a worker is late before. */
const LAST_TAKEN = 2_000;
const LAST_TAKEN_STEP = 10;

/** A connection that was accepted. */
interface Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly client: Client;
}

/** What one worker has. */
interface Share {
  readonly heartbeat: Heartbeat;
  /** Whose its connections are, by number. */
  readonly open: Map<number, Client>;
  /** Those of them that it has not taken yet. Only the first is on its way: the others can still go elsewhere. */
  readonly untaken: Connection[];
  /** How many it was last told that it has too many. */
  spare: number;
}

/**
 * Hands out connections by turns. Node's own way prefers whoever answers first, which gave one of two workers three
 * quarters of 32 connections; and it forgets a connection whose worker falls before it has it.
 *
 * A worker that misses a heartbeat gets no connections while others answer. Nor does one that has too many, which happens
 * where others started later, and it closes what is too much.
 */
export class SharedPort {
  readonly #clients: Clients;
  readonly #publicUrl: string | undefined;
  readonly #server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept(socket));
  /** The workers that serve, whose turn it is first. */
  readonly #shares = new Map<Worker, Share>();
  /** Connections that came while no worker answered, or the port was about to close. */
  #waiting: Connection[] = [];
  #lastId = 0;
  #balancing: NodeJS.Timeout | undefined;
  #isClosing = false;
  #isClosed = false;

  /** @param limits - of the connections of all workers together */
  constructor(limits: ClientLimits, { log, publicUrl }: RefusalOptions) {
    this.#publicUrl = publicUrl;
    this.#clients = new Clients(limits, log);
  }

  /** @throws ConfigError when the port cannot be used */
  listen(config: Pick<Config, 'host' | 'port'>): Promise<number> {
    this.#balancing = setInterval(() => this.#balance(), BALANCE_INTERVAL);
    return listen(this.#server, config);
  }

  /** Hands connections to a worker from now on, until it ends. */
  join(worker: Worker, heartbeat: Heartbeat): void {
    const share: Share = { heartbeat, open: new Map(), untaken: [], spare: 0 };
    this.#shares.set(worker, share);
    worker.on('message', (message) => this.#hear(worker, share, message as FromWorker));
    worker.once('exit', () => this.#leave(worker, share));
    heartbeat.on('late', () => this.#takeBack(share, 1));
    heartbeat.on('answers', () => this.#handWaiting());
    this.#handWaiting();
  }

  /** Takes no further connections; those that it has are taken by the workers, or closed. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await closePort(this.#server);
    this.#isClosing = false;
    clearInterval(this.#balancing);
    this.#handWaiting();
    for (let left = LAST_TAKEN; left > 0 && this.#isHanding(); left -= LAST_TAKEN_STEP) await sleep(LAST_TAKEN_STEP);
    this.#isClosed = true;
    this.#handWaiting();
  }

  /** Whether there are connections that a worker which answers is about to take. */
  #isHanding(): boolean {
    return this.#answering().some(([, { untaken }]) => untaken.length > 0);
  }

  #accept(socket: Socket): void {
    // A client that goes away is noticed by the worker that has it.
    socket.on('error', () => {});
    const client = this.#clients.connect(socket.remoteAddress);
    if (!client) {
      // What it has sent already would otherwise have the system reset the connection, and the answer be lost.
      socket.resume();
      turnAway(socket, this.#publicUrl);
      return;
    }
    this.#lastId += 1;
    this.#hand({ id: this.#lastId, socket, client });
  }

  #hand(connection: Connection): void {
    if (this.#isClosed) {
      connection.socket.destroy();
      this.#clients.disconnect(connection.client);
      return;
    }
    const next = this.#isClosing ? undefined : this.#next();
    if (!next) {
      this.#waiting.push(connection);
      return;
    }
    const [worker, share] = next;
    // Its turn comes again after all others.
    this.#shares.delete(worker);
    this.#shares.set(worker, share);
    share.open.set(connection.id, connection.client);
    if (share.untaken.push(connection) === 1) sendFirst(worker, share);
  }

  #handWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) this.#hand(connection);
  }

  #hear(worker: Worker, share: Share, { taken, gone = [] }: FromWorker): void {
    if (taken !== undefined) {
      // What was handed over stayed open here too, and so would have outlived the worker.
      share.untaken.shift()?.socket.destroy();
      sendFirst(worker, share);
    }
    for (const id of gone) this.#forget(share, id);
  }

  #forget({ open }: Share, id: number): void {
    const client = open.get(id);
    if (client && open.delete(id)) this.#clients.disconnect(client);
  }

  #leave(worker: Worker, share: Share): void {
    this.#shares.delete(worker);
    this.#takeBack(share, 0);
    for (const id of share.open.keys()) this.#forget(share, id);
  }

  /** Has others take what a worker has not taken, but for so many that are on their way to it. */
  #takeBack({ open, untaken }: Share, onTheirWay: number): void {
    for (const connection of untaken.splice(onTheirWay)) {
      open.delete(connection.id);
      this.#hand(connection);
    }
  }

  #next(): [Worker, Share] | undefined {
    const answering = this.#answering();
    const average = averageOf(answering);
    return answering.find(([, { open }]) => !isTooMany(open.size, average)) ?? answering[0];
  }

  /** Tells workers how many connections they have too many. */
  #balance(): void {
    const answering = this.#answering();
    const average = averageOf(answering);
    for (const [worker, share] of answering) {
      const { size } = share.open;
      const spare = isTooMany(size, average) ? size - average : 0;
      if (spare > 0 || share.spare > 0) tell(worker, { spare });
      share.spare = spare;
    }
  }

  #answering(): [Worker, Share][] {
    return [...this.#shares].filter(([, { heartbeat }]) => !heartbeat.isLate);
  }
}

/** Connections that each of these would have if all had as many; a whole number. */
function averageOf(workers: readonly [Worker, Share][]): number {
  return Math.ceil(workers.reduce((sum, [, { open }]) => sum + open.size, 0) / workers.length);
}

function isTooMany(connections: number, average: number): boolean {
  return connections > average * TOLERANCE;
}

function tell(worker: Worker, message: ToWorker, connection?: Socket): void {
  worker.send(message, connection, { keepOpen: true });
}

/** Hands over the next connection that a worker has not taken, if there is one. */
function sendFirst(worker: Worker, { untaken: [first] }: Share): void {
  if (first) tell(worker, { connection: first.id }, first.socket);
}
