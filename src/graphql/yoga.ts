// The GraphQL door: GraphQL over HTTP by Yoga, with the errors of the catalogue.
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  validate,
} from 'graphql';
import { createYoga, type FetchAPI, type GraphQLParams, type Plugin, processRegularResult } from 'graphql-yoga';
import { toApiError } from '../database/failure.ts';
import { ApiError, publicError } from '../errors.ts';
import { assertOwnSite } from '../http/cross-origin.ts';
import { errorHeaders, type Inbound, JSON_TYPE, json, type Outbound } from '../http/message.ts';
import type { Log } from '../log.ts';
import type { GatewayContext } from './context.ts';
import { documentCaches } from './document-cache.ts';
import { presentErrors } from './errors.ts';
import type { ExecuteOperation, OperationCall } from './execute.ts';
import { isIntrospection } from './introspection.ts';
import { assertShallow, limitRules, parseLimits } from './limits.ts';

/** The methods that the door answers. */
export const GRAPHQL_METHODS = ['GET', 'HEAD', 'POST'];
const MOST_ERRORS = 20;

/** A door: answers a request whose caller is known, in its own form. */
export interface GraphQLDoor {
  handle(inbound: Inbound, context: GatewayContext): Promise<Outbound>;
  /** The answer to a request that failed before it reached GraphQL. */
  refuse(inbound: Inbound, error: unknown): Outbound;
  /** Whether the request asks for nothing but the schema. */
  looksOnlyAtSchema(inbound: Inbound): Promise<boolean>;
}

/** What Yoga carries along; the resolvers see `gateway` alone. */
interface ServerContext {
  gateway: GatewayContext;
  /** The members of a POST body. */
  params: GraphQLParams | undefined;
}

/** What the door is opened with. */
export interface GraphQLDoorOptions {
  schema: GraphQLSchema;
  execute: ExecuteOperation;
  log: Log;
  /** Whether callers may ask for the schema. */
  introspection: boolean;
  /** Whether errors leave out which other name may have been meant. */
  hideSuggestions: boolean;
  /** Origins whose pages may call, or `*` for all. */
  corsOrigins: readonly string[];
  /** False to send everything through Yoga as it is; a test compares the two. */
  shortWay?: boolean | undefined;
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

/** Whether there is nothing in the members of a body that Yoga would look at twice. */
function isPlain(params: GraphQLParams): params is GraphQLParams & { query: string } {
  for (const name in params) if (name !== 'query' && name !== 'variables' && name !== 'operationName') return false;
  const { query, variables, operationName } = params;
  return (
    typeof query === 'string' &&
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    (operationName == null || typeof operationName === 'string')
  );
}

const plainFetch = { Response: PlainResponse } as unknown as FetchAPI;
/** What Yoga's checks look at of a request whose body was read before. */
const plainPost = new Request('http://gateway/graphql', { method: 'POST' });

/** Opens the GraphQL door. */
export function openGraphQLDoor(options: GraphQLDoorOptions): GraphQLDoor {
  const { schema, execute, log, introspection, hideSuggestions, corsOrigins, shortWay = true } = options;
  const ownRules = introspection ? [] : [NoSchemaIntrospectionCustomRule];

  const caches = documentCaches();
  /** Documents that passed all of Yoga's steps, with the operations of theirs that did. */
  const approved = new WeakMap<DocumentNode, Set<string | undefined>>();

  const plugin: Plugin<ServerContext, ServerContext> = {
    onRequestParse({ serverContext, setRequestParser }) {
      const { params } = serverContext;
      if (params) setRequestParser(() => params);
    },
    onParse({ setParseFn }) {
      setParseFn((source: string) => {
        assertShallow(source);
        return parse(source, parseLimits);
      });
    },
    onValidate({ setValidationFn }) {
      setValidationFn((_, document, rules) => {
        const beyondLimits = validate(schema, document, limitRules, { maxErrors: 1 });
        if (beyondLimits.length > 0) return beyondLimits;
        return validate(schema, document, [...rules, ...ownRules], { maxErrors: MOST_ERRORS, hideSuggestions });
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
    return raw ? { ...result, errors: presentErrors(result.errors ?? [], gateway, log) } : result;
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

  /** The document of a plain request, where it passed all of Yoga's steps before. */
  function approvedDocument(params: GraphQLParams): DocumentNode | undefined {
    if (!isPlain(params)) return undefined;
    const document = caches.documentCache.get(params.query);
    return document && approved.get(document)?.has(params.operationName ?? undefined) ? document : undefined;
  }

  async function resultOf({ params, gateway }: ServerContext & { params: GraphQLParams }): Promise<ExecutionResult> {
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
   * The short way: a POST, whose body was read, goes through Yoga's steps, but without the Fetch API's requests and responses
   * around them, which take longer than they do; and when the same operation passed them before, it is run at once.
   */
  async function answerPost(inbound: Inbound, context: ServerContext & { params: GraphQLParams }): Promise<Outbound> {
    const shown = await resultOf(context);
    const answer = processRegularResult(shown, plainFetch, acceptedType(inbound)) as unknown as PlainResponse;
    const { 'Content-Type': contentType, ...headers } = answer.init.headers;
    return {
      status: answer.init.status,
      contentType,
      headers: { 'Cache-Control': 'no-store', ...headers },
      body: answer.body,
    };
  }

  /** The long way: whatever Yoga makes of the request. */
  async function answerThroughYoga(inbound: Inbound, context: ServerContext): Promise<Outbound> {
    const query = inbound.query.size > 0 ? `?${inbound.query}` : '';
    const method = inbound.method === 'HEAD' ? 'GET' : inbound.method;
    const init = { method, headers: { accept: acceptedType(inbound) } };
    const response = await yoga.fetch(`http://gateway/graphql${query}`, init, context);
    const allow = response.headers.get('allow');
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? JSON_TYPE,
      headers: { 'Cache-Control': 'no-store', ...(allow && { Allow: allow }) },
      body: await response.text(),
    };
  }

  async function paramsOf(inbound: Inbound): Promise<GraphQLParams | undefined> {
    return inbound.method === 'POST' ? ((await inbound.members(['application/json'])) as GraphQLParams) : undefined;
  }

  return {
    async handle(inbound, gateway) {
      if (!GRAPHQL_METHODS.includes(inbound.method)) {
        throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow: GRAPHQL_METHODS });
      }
      assertOwnSite(inbound, corsOrigins);
      const params = await paramsOf(inbound);
      return params && shortWay
        ? answerPost(inbound, { gateway, params })
        : answerThroughYoga(inbound, { gateway, params });
    },

    refuse(inbound, error) {
      const apiError = toApiError(error);
      const { message, ...extensions } = publicError(apiError, inbound.requestId);
      const errors = [{ message, extensions: { ...extensions, status: apiError.status } }];
      const answer = json(apiError.status, { errors }, errorHeaders(apiError));
      return { ...answer, contentType: `${acceptedType(inbound)}; charset=utf-8` };
    },

    async looksOnlyAtSchema(inbound) {
      if (inbound.method !== 'POST') return isIntrospection(inbound.query.get('query'));
      try {
        return isIntrospection((await paramsOf(inbound))?.query);
      } catch {
        return false;
      }
    },
  };
}

/** The media type of the answer: the newer one for who asks for it first, JSON for all others, whatever they accept. */
function acceptedType({ headers }: Inbound): string {
  const asked = /application\/(graphql-response\+)?json/.exec(headers.accept ?? '');
  return asked?.[0] ?? 'application/json';
}
