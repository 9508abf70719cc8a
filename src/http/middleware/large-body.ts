// Who may send a large body: a caller that may do what takes one. What it asks for is looked at when it is parsed.
import { isAllowed } from '../../api-key/authenticate.ts';
import type { Requirement } from '../../api-key/scopes.ts';
import type { LargeBody } from '../body.ts';
import { LargeBodies } from '../large-bodies.ts';
import type { Handler, Middleware } from '../router.ts';

/** Bytes of a large body. */
const LARGE_BODY_LIMIT = 1024 * 1024;

/**
 * Lets callers send large bodies.
 *
 * @param requirement - what they must be allowed
 */
export function largeBody(requirement: Requirement): Middleware {
  const bodies = new LargeBodies();
  return (next) => (request) => {
    const { caller } = request;
    if (!caller || !isAllowed(caller, requirement)) return next(request);
    let answer: ReturnType<Handler>;
    const body: LargeBody = {
      limit: LARGE_BODY_LIMIT,
      isThere: false,
      room() {
        body.isThere = true;
        const { granted, leave } = bodies.enter(caller);
        // Bodies arrive after the handlers were called, so that the answer is on its way.
        void Promise.resolve(answer).then(leave, leave);
        return granted;
      },
    };
    request.largeBody = body;
    answer = next(request);
    return answer;
  };
}
