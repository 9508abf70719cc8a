// The entry `customer-gateway-client/graphql`: the GraphQL API alone, and a typed document for each of its root fields.
export type { ResultOf, TypedDocument, VariablesOf } from './document.ts';
export {
  type ClientErrorCode,
  type FieldProblem,
  GatewayError,
  type GatewayErrorCode,
  type GraphQLErrorEntry,
} from './error.ts';
export * from './generated/graphql.ts';
export {
  createGraphQLClient,
  type GraphQLArguments,
  type GraphQLCallOptions,
  type GraphQLClient,
} from './graphql-client.ts';
export type { ClientOptions } from './options.ts';
export { type Connection, type ItemOf, type PageVariables, paginate } from './paginate.ts';
