// Runs documents against the GraphQL API.
import { type TypedDocument, textOf } from './document.ts';
import { errorOfAnswer, type GraphQLErrorEntry, membersOf } from './error.ts';
import { operationOf } from './operation.ts';
import { type ClientOptions, type Settings, settingsOf } from './options.ts';
import { withRetries } from './retry.ts';
import { parsed, type RequestEnds, send } from './transport.ts';

/** What differs from call to call. */
export interface GraphQLCallOptions {
  /** Key under which a mutation is done once in a day. One is made unless told; null for none, and then nothing is sent again. */
  idempotencyKey?: string | null | undefined;
  /** Ends the call, its retries too. */
  signal?: AbortSignal | undefined;
}

/** The variables and options of a call: variables may be left out where a document has none that it needs. */
export type GraphQLArguments<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: GraphQLCallOptions]
    : [variables: Variables, options?: GraphQLCallOptions];

/** Runs documents. */
export interface GraphQLClient {
  /**
   * Runs a document.
   *
   * @param document - one of `customer-gateway-client/graphql`, or your own
   * @returns its data
   * @throws GatewayError for each answer that has errors, with `data` where some fields have a value; TypeError for a document without its text
   */
  <Result, Variables>(
    document: TypedDocument<Result, Variables>,
    ...rest: GraphQLArguments<NoInfer<Variables>>
  ): Promise<Result>;
  /**
   * Runs a document that is written as text, whose types you name.
   *
   * @throws as the other one
   */
  <Result = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
    options?: GraphQLCallOptions,
  ): Promise<Result>;
}

/**
 * Makes a client of the GraphQL API alone.
 *
 * @throws TypeError for options that cannot be
 */
export function createGraphQLClient(options: ClientOptions): GraphQLClient {
  const settings = settingsOf(options);
  const run = async (
    document: TypedDocument<unknown, never> | string,
    variables?: unknown,
    callOptions?: GraphQLCallOptions,
  ): Promise<unknown> => runDocument(settings, textOf(document), variables, callOptions);
  return run as GraphQLClient;
}

async function runDocument(
  settings: Settings,
  query: string,
  variables: unknown,
  { idempotencyKey, signal }: GraphQLCallOptions = {},
): Promise<unknown> {
  const { isMutation, takesKey } = operationOf(query);
  const key = isMutation && idempotencyKey === undefined && takesKey ? crypto.randomUUID() : idempotencyKey;
  const headers = {
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'content-type': 'application/json',
    ...(isMutation && typeof key === 'string' && { 'idempotency-key': key }),
  };
  const body = JSON.stringify({ query, variables });
  const isSafe = !isMutation || typeof key === 'string';
  return withRetries(
    async () => {
      const requestWith = (ends: RequestEnds) =>
        new Request(`${settings.url}/graphql`, { method: 'POST', headers, body, ...ends });
      const { response, text } = await send(requestWith, settings, signal);
      return dataOf(response, parsed(text), settings.url);
    },
    { isSafe, maxRetries: settings.maxRetries, signal },
  );
}

function dataOf(response: Response, body: unknown, url: string): unknown {
  const { data, errors } = membersOf(body);
  if (Array.isArray(errors) && errors.length > 0) {
    const { message, extensions } = membersOf(errors[0]);
    const written = { ...membersOf(extensions), message };
    throw errorOfAnswer({ response, written, data: data ?? undefined, errors: errors.filter(isEntry) }, url);
  }
  if (!response.ok || typeof data !== 'object' || data === null) throw errorOfAnswer({ response, written: {} }, url);
  return data;
}

const isEntry = (value: unknown): value is GraphQLErrorEntry => typeof membersOf(value).message === 'string';
