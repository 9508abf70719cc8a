// One line of the log for each request, when its answer has left.
import type { ServerResponse } from 'node:http';
import type { Log } from '../../log.ts';
import type { HttpRequest } from '../request.ts';

/**
 * Writes the line of a request when its connection is done with it.
 *
 * @param startedAt - when it came, by `performance.now()`
 */
export function logWhenClosed(log: Log, request: HttpRequest, outgoing: ServerResponse, startedAt: number): void {
  outgoing.once('close', () => {
    const { record } = request;
    record.milliseconds = Math.round((performance.now() - startedAt) * 10) / 10;
    if (outgoing.writableFinished) log.info(record, 'request');
    else log.info(record, 'request aborted by the client');
  });
}
