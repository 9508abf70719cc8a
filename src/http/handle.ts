// From Node's request to the answer on its connection.
import type { Log } from '../log.ts';
import { logWhenClosed } from './middleware/access-log.ts';
import { fromNode, type HttpResponse, type Reached, send } from './request.ts';
import { ResponseWrites } from './response-writes.ts';
import type { Handler } from './router.ts';
import type { HandleRequest } from './server.ts';

/**
 * Makes what the HTTP server calls.
 *
 * @param handler - answers a request; should it reject, the connection is closed
 * @param reached - how callers reach the gateway
 */
export function handleWith(handler: Handler, reached: Reached, log: Log): HandleRequest {
  const writes = new ResponseWrites();
  return (incoming, outgoing, fault) => {
    const startedAt = performance.now();
    const turn = writes.turn(startedAt);
    const request = fromNode(incoming, reached, fault);
    logWhenClosed(log, request, outgoing, startedAt);
    const failed = (error: unknown) => {
      log.error(
        { requestId: request.requestId, err: error },
        'the response could not be sent; the connection is closed',
      );
      outgoing.destroy();
    };
    const write = (response: HttpResponse) => {
      try {
        if (!outgoing.destroyed) send(outgoing, request, response);
      } catch (error) {
        failed(error);
      }
    };
    Promise.resolve(handler(request))
      .then((response) => {
        request.record.status = response.status;
        writes.add(turn, response.body.length, () => write(response));
      })
      .catch(failed);
  };
}
