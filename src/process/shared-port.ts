// The port of several workers: each takes the next connection in turn, and none is lost with a worker that falls.
import type { Worker } from 'node:cluster';
import { createServer, type Socket } from 'node:net';
import type { Config } from '../config.ts';
import { CONNECTION, closePort, listen, TAKEN } from './listen.ts';

/**
 * Hands out connections by turns. Node's own way prefers whoever answers first, which gave one of two workers three
 * quarters of 32 connections; and it forgets a connection whose worker falls before it has it.
 */
export class SharedPort {
  readonly #server = createServer({ pauseOnConnect: true, noDelay: true }, (connection) => {
    // A client that goes away is noticed by the worker that has it.
    connection.on('error', () => {});
    this.#hand(connection);
  });
  /** The workers that serve, whose turn it is first, each with the connections that it has not taken yet. */
  readonly #workers = new Map<Worker, Socket[]>();
  /** Connections that came while no worker served. */
  #waiting: Socket[] = [];

  /** @throws ConfigError when the port cannot be used */
  listen(config: Pick<Config, 'host' | 'port'>): Promise<number> {
    return listen(this.#server, config);
  }

  /** Hands connections to a worker from now on, until it ends. */
  join(worker: Worker): void {
    const untaken: Socket[] = [];
    this.#workers.set(worker, untaken);
    // What was handed over stays open here too, and so outlives the worker, until the worker has it.
    worker.on('message', (message) => void (message === TAKEN && untaken.shift()?.destroy()));
    worker.once('exit', () => {
      this.#workers.delete(worker);
      for (const connection of untaken) this.#hand(connection);
    });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) this.#hand(connection);
  }

  /** Takes no further connections. */
  async close(): Promise<void> {
    await closePort(this.#server);
    for (const connection of this.#waiting) connection.destroy();
  }

  #hand(connection: Socket): void {
    const [next] = this.#workers;
    if (!next) {
      this.#waiting.push(connection);
      return;
    }
    const [worker, untaken] = next;
    this.#workers.delete(worker);
    this.#workers.set(worker, untaken);
    untaken.push(connection);
    worker.send(CONNECTION, connection, { keepOpen: true });
  }
}
