// Who may send a large body: a caller that may do what takes one. What it asks for is looked at when it is parsed.
import { isAllowed } from '../../api-key/authenticate.ts';
import type { Requirement } from '../../api-key/scopes.ts';
import { LargeBodies, type LargeBodyRoom } from '../large-bodies.ts';
import type { Middleware } from '../router.ts';

/** Bytes of a large body. */
const LARGE_BODY_LIMIT = 1024 * 1024;

/**
 * Lets callers send large bodies.
 *
 * @param requirement - what they must be allowed
 */
export function largeBody(requirement: Requirement): Middleware {
  const bodies = new LargeBodies();
  return (next) => async (request) => {
    const { caller } = request;
    if (!caller || !isAllowed(caller, requirement)) return next(request);
    let room: LargeBodyRoom | undefined;
    request.largeBody = {
      limit: LARGE_BODY_LIMIT,
      room() {
        room = bodies.enter(caller);
        return room.granted;
      },
    };
    try {
      return await next(request);
    } finally {
      room?.leave();
    }
  };
}
