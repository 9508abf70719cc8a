// GraphQL over HTTP: what a request asks for, the path that it takes, and errors before GraphQL itself.
import { ApiError } from '../../errors/api-error.ts';
import type { WriteError } from '../../http/middleware/error-response.ts';
import {
  errorHeaders,
  graphqlErrorBody,
  type HttpRequest,
  type HttpResponse,
  JSON_TYPE,
  json,
} from '../../http/request.ts';
import type { Handler } from '../../http/router.ts';
import { openFastPath } from './fast-path.ts';
import { isIntrospection } from './introspection.ts';
import { acceptedType } from './media-type.ts';
import { checkParams, namesPersistedQuery, persistedQueryNotSupported, readParams } from './params.ts';
import { openYoga, type ServerContext, type YogaOptions } from './yoga.ts';

/** The methods that the handler answers. */
export const GRAPHQL_METHODS = ['GET', 'HEAD', 'POST'];

/** GraphQL over HTTP. */
export interface GraphQLHandler {
  handle: Handler;
  /** The answer to a request that failed before it reached GraphQL. */
  writeError: WriteError;
  /** Whether the request asks for nothing but the schema. */
  looksOnlyAtSchema(request: HttpRequest): Promise<boolean>;
}

/** What the handler is opened with. */
export interface GraphQLHandlerOptions extends YogaOptions {
  /** False to send everything through Yoga as it is; a test compares the two. */
  fastPath?: boolean | undefined;
}

/** Whether a body cannot be read for what is in it. */
const isMalformed = (error: unknown) => error instanceof ApiError && error.code === 'INTERNAL_REQUEST_MALFORMED';

/** Opens the GraphQL handler. */
export function openGraphQLHandler(options: GraphQLHandlerOptions): GraphQLHandler {
  const { execute, fastPath = true } = options;
  const gatewayYoga = openYoga(options);
  const { yoga } = gatewayYoga;
  const answerPost = openFastPath(gatewayYoga, execute);

  /** The standard path: whatever Yoga makes of the request. */
  async function answerThroughYoga(request: HttpRequest, context: ServerContext): Promise<HttpResponse> {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const init = { method, headers: { accept: acceptedType(request) } };
    const answer = await yoga.fetch('http://gateway/graphql', init, context);
    const allow = answer.headers.get('allow');
    const retryAfter = answer.headers.get('retry-after');
    return {
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? JSON_TYPE,
      headers: {
        'Cache-Control': 'no-store',
        ...(allow && { Allow: allow }),
        ...(retryAfter && { 'Retry-After': retryAfter }),
      },
      body: await answer.text(),
    };
  }

  function writeError(request: HttpRequest, error: ApiError): HttpResponse {
    const answer = json(error.status, graphqlErrorBody(error, request), errorHeaders(error));
    return { ...answer, contentType: `${acceptedType(request)}; charset=utf-8` };
  }

  return {
    async handle(request) {
      const read = await readParams(request).catch((error: unknown) => {
        throw request.hasLargeBody && isMalformed(error) ? new ApiError('INTERNAL_PAYLOAD_TOO_LARGE') : error;
      });
      // One that names no query is for no operation that may be large.
      if (request.hasLargeBody && typeof read.query !== 'string') throw new ApiError('INTERNAL_PAYLOAD_TOO_LARGE');
      if (namesPersistedQuery(read)) {
        request.record.code = 'INTERNAL_REQUEST_MALFORMED';
        return { ...writeError(request, persistedQueryNotSupported()), status: 200 };
      }
      const context = { gatewayRequest: request, params: checkParams(read) };
      // Yoga's plugin decides what may have a large body.
      const isFast = request.method === 'POST' && fastPath && !request.hasLargeBody;
      return isFast ? answerPost(request, context) : answerThroughYoga(request, context);
    },

    writeError,

    async looksOnlyAtSchema(request) {
      try {
        return isIntrospection((await readParams(request)).query);
      } catch {
        return false;
      }
    },
  };
}
