// What a worker does with connections: takes those that the first process hands to it, and tells of those that are gone.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What the first process says of connections. */
export interface ToWorker {
  /** The number of the connection that comes with the message. */
  connection?: number;
  /** How many connections the worker has too many: so many are to be closed, each by its next answer. */
  spare?: number;
}

/** What a worker says of them. */
export interface FromWorker {
  /** The number of a connection that it has now. */
  taken?: number;
  /** The numbers of connections that have ended. */
  gone?: number[];
}

/** Serves the connections that the process which started this one hands to it. */
export function takeConnections(server: Server): void {
  const noteGone = teller();
  const closeSpare = spareCloser(server);
  // A server that listens nowhere enforces no timeouts unless it hears this.
  server.emit('listening');
  process.on('message', (message, handle) => {
    const { connection: id, spare } = message as ToWorker;
    if (spare !== undefined) closeSpare(spare);
    if (id === undefined) return;
    say({ taken: id });
    // None comes with the message when the client has gone already.
    const connection = handle as Socket | undefined;
    if (!connection) {
      noteGone(id);
      return;
    }
    connection.once('close', () => noteGone(id));
    server.emit('connection', connection);
  });
}

function say(message: FromWorker): void {
  process.send?.(message);
}

/** Tells of connections that are gone, in one message for all of a turn of the event loop. */
function teller(): (id: number) => void {
  let gone: number[] = [];
  return (id) => {
    if (gone.push(id) > 1) return;
    setImmediate(() => {
      say({ gone });
      gone = [];
    });
  };
}

/** Closes connections by an answer, which leaves no request on its way to a closed one; whoever kept one opens another. */
function spareCloser(server: Server): (count: number) => void {
  let spare = 0;
  // Before the answer begins.
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
    if (spare === 0 || !response.shouldKeepAlive) return;
    spare -= 1;
    response.shouldKeepAlive = false;
  });
  return (count) => {
    spare = count;
  };
}
