// Yoga with the gateway's plugin: limits before validation, execution by our own executor, errors of the catalogue.
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { ApiError } from '../../errors/api-error.ts';
import { errorHeaders } from '../../http/request.ts';
import type { Log } from '../../log.ts';
import type { OperationRequest } from '../context.ts';
import { presentResult, requestError } from '../execution/errors.ts';
import { type ExecuteOperation, type OperationCall, undeterminedOperation } from '../execution/execute.ts';
import { fragmentsByName } from '../execution/operation.ts';
import { rootFieldsOf } from '../execution/root-fields.ts';
import { documentCaches } from './document-cache.ts';
import { assertReadable, limitRules, parseLimits } from './limits.ts';
import type { CheckedParams } from './params.ts';

/** What a document is looked at for, before the rest of it is left alone. */
const MOST_ERRORS = 20;

/** What Yoga carries along, beside a `request` of its own; the resolvers do not see it. */
export interface ServerContext {
  gatewayRequest: OperationRequest;
  params: CheckedParams;
}

/** What Yoga is opened with. */
export interface YogaOptions {
  schema: GraphQLSchema;
  execute: ExecuteOperation;
  log: Log;
  /** Whether callers may ask for the schema. */
  introspection: boolean;
  /** Whether errors leave out which other name may have been meant. */
  hideSuggestions: boolean;
}

/** Yoga, and what is known of the documents that it has seen. */
export type GatewayYoga = ReturnType<typeof openYoga>;

/** Makes Yoga's plugin; `approve` hears of each operation that passed all steps. */
function gatewayPlugin(
  { schema, execute, introspection, hideSuggestions }: YogaOptions,
  presented: (result: ExecutionResult, request: OperationRequest) => ExecutionResult,
  approve: (document: DocumentNode, operationName: string | undefined) => void,
): Plugin<ServerContext, ServerContext> {
  const limits = limitRules(schema);
  const ownRules = introspection ? [] : [NoSchemaIntrospectionCustomRule];
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      setRequestParser(() => serverContext.params);
    },
    onParse({ setParseFn }) {
      setParseFn((source: string) => {
        assertReadable(source);
        return parse(source, parseLimits);
      });
      // Documents that were parsed before come here too.
      return ({ result, context: { params, gatewayRequest } }) => {
        const document = result == null || result instanceof Error ? undefined : (result as DocumentNode);
        const operation = document && getOperationAST(document, params.operationName);
        if (gatewayRequest.hasLargeBody && !(operation && mayBeLarge(schema, document, operation))) throw tooLarge();
        if (document && !operation) throw undeterminedOperation(document, params.operationName);
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
      approve(document, operationName ?? undefined);
      setExecuteFn((args) =>
        execute({
          document,
          operationName,
          variables: args.variableValues as OperationCall['variables'],
          request: (args.contextValue as ServerContext).gatewayRequest,
        }),
      );
    },
    onResultProcess({ result, setResult, serverContext }) {
      setResult(presented(result as ExecutionResult, serverContext.gatewayRequest));
    },
  };
}

/** Whether an operation is one field for which a large body is read, and nothing else. */
function mayBeLarge(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const [field, ...others] = rootFieldsOf(operation, fragmentsByName(document));
  const type = schema.getRootType(operation.operation);
  return (
    others.length === 0 && field !== undefined && type?.getFields()[field.name.value]?.extensions.largeBody === true
  );
}

/** The failure of a large body that is not for such an operation, whatever else is wrong with it. */
function tooLarge(): GraphQLError {
  const error = new ApiError('INTERNAL_PAYLOAD_TOO_LARGE');
  return requestError(error, { status: error.status, headers: errorHeaders(error) });
}

/** Opens Yoga. */
export function openYoga(options: YogaOptions) {
  const { schema, log } = options;
  const caches = documentCaches();
  /** Documents that passed all of Yoga's steps, with the operations of theirs that did. */
  const approved = new WeakMap<DocumentNode, Set<string | undefined>>();
  const approve = (document: DocumentNode, operationName: string | undefined) =>
    void approved.set(document, (approved.get(document) ?? new Set()).add(operationName));

  function presented(result: ExecutionResult, request: OperationRequest): ExecutionResult {
    const raw = result.errors?.some((error) => !error.extensions?.requestId);
    return raw ? presentResult(result, request, log) : result;
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
    plugins: [gatewayPlugin(options, presented, approve)],
  });

  /** The document of a request, where it passed all of Yoga's steps before. */
  function approvedDocument({ query, operationName }: CheckedParams): DocumentNode | undefined {
    const document = caches.documentCache.get(query);
    return document && approved.get(document)?.has(operationName ?? undefined) ? document : undefined;
  }

  return { yoga, presented, approvedDocument };
}
