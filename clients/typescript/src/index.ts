// The entry `customer-gateway-client`: one client of both APIs.
import { createGraphQLClient, type GraphQLClient } from './graphql-client.ts';
import type { ClientOptions } from './options.ts';
import { createRestClient, type RestClient } from './rest-client.ts';

export {
  type ClientErrorCode,
  type FieldProblem,
  GatewayError,
  type GatewayErrorCode,
  type GraphQLErrorEntry,
} from './error.ts';
export type { GraphQLCallOptions, GraphQLClient } from './graphql-client.ts';
export type { ClientOptions } from './options.ts';
export { paginate } from './paginate.ts';
export type { RestClient } from './rest-client.ts';

/** A client of both APIs. */
export interface GatewayClient {
  /** The REST API. */
  readonly rest: RestClient;
  /** The GraphQL API. */
  readonly graphql: GraphQLClient;
}

/**
 * Makes a client of both APIs.
 *
 * @throws TypeError for options that cannot be
 */
export function createClient(options: ClientOptions): GatewayClient {
  return { rest: createRestClient(options), graphql: createGraphQLClient(options) };
}
