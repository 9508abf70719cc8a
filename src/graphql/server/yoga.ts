// The GraphQL API: GraphQL over HTTP by Yoga, with the errors of the catalogue.
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  validate,
} from 'graphql';
import { createYoga, type FetchAPI, type Plugin, processRegularResult } from 'graphql-yoga';
import type { ApiError } from '../../errors/api-error.ts';
import { preferredType } from '../../http/accept.ts';
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
import type { Log } from '../../log.ts';
import type { GatewayContext } from '../context.ts';
import { type ExecuteOperation, type OperationCall, undeterminedOperation } from '../execution/execute.ts';
import { documentCaches } from './document-cache.ts';
import { presentResult } from './errors.ts';
import { isIntrospection } from './introspection.ts';
import { assertReadable, limitRules, parseLimits } from './limits.ts';
import {
  type CheckedParams,
  checkParams,
  namesPersistedQuery,
  persistedQueryNotSupported,
  readParams,
} from './params.ts';

/** The methods that the handler answers. */
export const GRAPHQL_METHODS = ['GET', 'HEAD', 'POST'];
/** What a document is looked at for, before the rest of it is left alone. */
const MOST_ERRORS = 20;

/** GraphQL over HTTP. */
export interface GraphQLHandler {
  handle: Handler;
  /** The answer to a request that failed before it reached GraphQL. */
  writeError: WriteError;
  /** Whether the request asks for nothing but the schema. */
  looksOnlyAtSchema(request: HttpRequest): Promise<boolean>;
}

/** What Yoga carries along; the resolvers see `gateway` alone. */
interface ServerContext {
  gateway: GatewayContext;
  params: CheckedParams;
}

/** What the handler is opened with. */
export interface GraphQLHandlerOptions {
  schema: GraphQLSchema;
  execute: ExecuteOperation;
  log: Log;
  /** Whether callers may ask for the schema. */
  introspection: boolean;
  /** Whether errors leave out which other name may have been meant. */
  hideSuggestions: boolean;
  /** Makes the context of an operation that begins now. */
  contextOf(request: HttpRequest): GatewayContext;
  /** False to send everything through Yoga as it is; a test compares the two. */
  fastPath?: boolean | undefined;
}

/** What Yoga makes an answer of, where nobody needs all of a `Response`. */
class PlainResponse {
  readonly body: string;
  readonly init: { status: number; headers: Record<string, string> };

  constructor(body: string, init: PlainResponse['init']) {
    this.body = body;
    this.init = init;
  }
}

const plainFetch = { Response: PlainResponse } as unknown as FetchAPI;
/** What Yoga's checks look at of a request whose body was read before. */
const plainPost = new Request('http://gateway/graphql', { method: 'POST' });

/** Opens the GraphQL handler. */
export function openGraphQLHandler(options: GraphQLHandlerOptions): GraphQLHandler {
  const { schema, execute, log, introspection, hideSuggestions, contextOf, fastPath = true } = options;
  const limits = limitRules(schema);
  const ownRules = introspection ? [] : [NoSchemaIntrospectionCustomRule];

  const caches = documentCaches();
  /** Documents that passed all of Yoga's steps, with the operations of theirs that did. */
  const approved = new WeakMap<DocumentNode, Set<string | undefined>>();

  const plugin: Plugin<ServerContext, ServerContext> = {
    onRequestParse({ serverContext, setRequestParser }) {
      setRequestParser(() => serverContext.params);
    },
    onParse({ setParseFn }) {
      setParseFn((source: string) => {
        assertReadable(source);
        return parse(source, parseLimits);
      });
      // Documents that were parsed before come here too.
      return ({ result, context: { params } }) => {
        const unread = result == null || result instanceof Error;
        if (!unread && !getOperationAST(result, params.operationName))
          throw undeterminedOperation(result, params.operationName);
      };
    },
    onValidate({ setValidationFn }) {
      setValidationFn((_, document, rules) => {
        const [beyondLimits] = validate(schema, document, limits, { maxErrors: 1 });
        if (beyondLimits) return [beyondLimits];
        const errors = validate(schema, document, [...rules, ...ownRules], { maxErrors: MOST_ERRORS, hideSuggestions });
        if (errors.length <= MOST_ERRORS) return errors;
        return [...errors.slice(0, MOST_ERRORS), new GraphQLError('There may be more errors; these are the first.')];
      });
    },
    onExecute({ args: { document, operationName }, setExecuteFn }) {
      approved.set(document, (approved.get(document) ?? new Set()).add(operationName ?? undefined));
      setExecuteFn((args) =>
        execute({
          document,
          operationName,
          variables: args.variableValues as OperationCall['variables'],
          context: (args.contextValue as ServerContext).gateway,
        }),
      );
    },
    onResultProcess({ result, setResult, serverContext }) {
      setResult(presented(result as ExecutionResult, serverContext.gateway));
    },
  };

  function presented(result: ExecutionResult, gateway: GatewayContext): ExecutionResult {
    const raw = result.errors?.some((error) => !error.extensions?.requestId);
    return raw ? presentResult(result, gateway, log) : result;
  }

  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
    batching: false,
    cors: false,
    multipart: false,
    parserAndValidationCache: caches,
    plugins: [plugin],
  });

  /** The document of a request, where it passed all of Yoga's steps before. */
  function approvedDocument({ query, operationName }: CheckedParams): DocumentNode | undefined {
    const document = caches.documentCache.get(query);
    return document && approved.get(document)?.has(operationName ?? undefined) ? document : undefined;
  }

  async function resultOf({ params, gateway }: ServerContext): Promise<ExecutionResult> {
    const document = approvedDocument(params);
    const { operationName, variables } = params;
    if (document) return execute({ document, operationName, variables, context: gateway });
    try {
      const result = await yoga.getResultForParams({ params, request: plainPost }, { gateway, params });
      return presented(result as ExecutionResult, gateway);
    } catch (error) {
      if (error instanceof GraphQLError) return presented({ errors: [error] }, gateway);
      throw error;
    }
  }

  /**
   * The fast path: a POST, whose body was read, goes through Yoga's steps, but without the Fetch API's requests and responses
   * around them, which take longer than they do; and when the same operation passed them before, it is run at once.
   */
  async function answerPost(request: HttpRequest, context: ServerContext): Promise<HttpResponse> {
    const shown = await resultOf(context);
    const answer = processRegularResult(shown, plainFetch, acceptedType(request)) as unknown as PlainResponse;
    const { 'Content-Type': contentType, ...headers } = answer.init.headers;
    return {
      status: answer.init.status,
      contentType,
      headers: { 'Cache-Control': 'no-store', ...headers },
      body: answer.body,
    };
  }

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
    const answer = json(error.status, graphqlErrorBody(error, request.requestId), errorHeaders(error));
    return { ...answer, contentType: `${acceptedType(request)}; charset=utf-8` };
  }

  return {
    async handle(request) {
      const gateway = contextOf(request);
      const read = await readParams(request);
      if (namesPersistedQuery(read)) {
        gateway.record.code = 'INTERNAL_REQUEST_MALFORMED';
        return { ...writeError(request, persistedQueryNotSupported()), status: 200 };
      }
      const context = { gateway, params: checkParams(read) };
      return request.method === 'POST' && fastPath ? answerPost(request, context) : answerThroughYoga(request, context);
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

/** The media types of answers. */
export const answerTypes = ['application/json', 'application/graphql-response+json'] as const;

/** The media type of the answer: JSON, but for who prefers the newer one. */
function acceptedType({ headers }: HttpRequest): string {
  return preferredType(headers.accept, answerTypes);
}
