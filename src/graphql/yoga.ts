// The GraphQL door: GraphQL over HTTP by Yoga, with the errors of the catalogue.
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Caller } from '../access/check.ts';
import { toApiError } from '../database/failure.ts';
import type { Database } from '../database/orm.ts';
import { ApiError, publicError } from '../errors.ts';
import { errorHeaders, type Inbound, JSON_TYPE, json, type Outbound } from '../http/message.ts';
import type { Log } from '../log.ts';
import { createContext, type GatewayContext } from './context.ts';
import { presentErrors } from './errors.ts';
import type { ExecuteOperation, OperationCall } from './execute.ts';
import { isIntrospection } from './introspection.ts';
import { assertShallow, parseLimits } from './limits.ts';

const METHODS = ['GET', 'POST'];

/** A door: answers a request whose caller is known, in its own form. */
export interface GraphQLDoor {
  handle(inbound: Inbound, caller: Caller | null): Promise<Outbound>;
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

/** Opens the GraphQL door. */
export function openGraphQLDoor(options: {
  schema: GraphQLSchema;
  execute: ExecuteOperation;
  database: Database;
  log: Log;
}): GraphQLDoor {
  const { schema, execute, database, log } = options;

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
    onExecute({ setExecuteFn }) {
      setExecuteFn((args) =>
        execute({
          document: args.document,
          operationName: args.operationName,
          variables: args.variableValues as OperationCall['variables'],
          context: (args.contextValue as ServerContext).gateway,
        }),
      );
    },
    onResultProcess({ result, setResult, serverContext }) {
      if (!('errors' in result) || !result.errors) return;
      const presented = result.errors.every((error) => error.extensions?.requestId);
      if (!presented) setResult({ ...result, errors: presentErrors(result.errors, serverContext.gateway, log) });
    },
  };

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
    plugins: [plugin],
  });

  async function paramsOf(inbound: Inbound): Promise<GraphQLParams | undefined> {
    return inbound.method === 'POST' ? ((await inbound.members(['application/json'])) as GraphQLParams) : undefined;
  }

  return {
    async handle(inbound, caller) {
      if (!METHODS.includes(inbound.method)) throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow: METHODS });
      const params = await paramsOf(inbound);
      const context = { gateway: createContext(database, inbound, caller), params };
      const query = inbound.query.size > 0 ? `?${inbound.query}` : '';
      const init = { method: inbound.method, headers: { accept: acceptedType(inbound) } };
      const response = await yoga.fetch(`http://gateway/graphql${query}`, init, context);
      const allow = response.headers.get('allow');
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? JSON_TYPE,
        headers: { 'Cache-Control': 'no-store', ...(allow && { Allow: allow }) },
        body: new Uint8Array(await response.arrayBuffer()),
      };
    },

    refuse(inbound, error) {
      const apiError = toApiError(error);
      const { message, ...extensions } = publicError(apiError, inbound.requestId);
      const errors = [{ message, extensions: { ...extensions, status: apiError.status } }];
      const answer = json(apiError.status, { errors }, errorHeaders(apiError));
      return { ...answer, contentType: `${acceptedType(inbound)}; charset=utf-8` };
    },

    async looksOnlyAtSchema(inbound) {
      if (inbound.method === 'GET') return isIntrospection(inbound.query.get('query'));
      if (inbound.method !== 'POST') return false;
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
