// What fails becomes an answer, in the envelope of the API that was called.
import type { ApiError } from '../../errors/api-error.ts';
import { toApiError } from '../../errors/classify.ts';
import { type Log, noteFailure } from '../../log.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Middleware } from '../router.ts';

/** Writes an error in the envelope of an API. */
export type WriteError = (request: HttpRequest, error: ApiError) => HttpResponse;

/**
 * Answers with the error that a handler throws, and notes it for the log.
 *
 * @param writerAt - the envelope of a path
 */
export function errorResponse(log: Log, writerAt: (path: string) => WriteError): Middleware {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      const apiError = toApiError(error);
      noteFailure(log, request.record, apiError);
      return writerAt(request.path)(request, apiError);
    }
  };
}
