// Refuses requests whose head the parser accepts and HTTP does not.
import { badHead } from '../head.ts';
import type { Middleware } from '../router.ts';

/** @throws ApiError `INTERNAL_REQUEST_MALFORMED` */
export const rejectBadHead: Middleware = (next) => (request) => {
  if (request.fault === undefined) return next(request);
  // Where such a request ends, others may see it otherwise.
  request.answerHeaders.Connection = 'close';
  throw badHead(request.fault);
};
