// What must hold of the table of endpoints, checked at the start.
import { type GraphQLSchema, getOperationAST, OperationTypeNode, validate } from 'graphql';
import { API_KEY } from '../http/middleware/presented-key.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Checks that every endpoint's operation fits the schema, that a GET changes nothing, and that each request and each name in it means
 * one thing.
 *
 * @throws Error naming the endpoint that does not
 */
export function assertEndpoints(endpoints: readonly Endpoint[], schema: GraphQLSchema): void {
  const seen = new Set<string>();
  for (const endpoint of endpoints) {
    for (const path of endpoint.paths) {
      const place = `${endpoint.method} ${path}`;
      if (seen.has(place)) throw new Error(`two endpoints answer ${place}`);
      seen.add(place);
    }
    const fault = faultOf(endpoint, schema);
    if (fault) throw new Error(`${endpoint.method} ${endpoint.paths[0]}: ${fault}`);
  }
}

function faultOf({ method, operation, query, body }: Endpoint, schema: GraphQLSchema): string | undefined {
  const [error] = validate(schema, operation);
  if (error) return `the operation does not fit the schema: ${error.message}`;
  if (method === 'GET' && body) return 'a GET has no body';
  if (method === 'GET' && getOperationAST(operation)?.operation !== OperationTypeNode.QUERY)
    return 'the operation of a GET must be a query';
  const names = [API_KEY, ...Object.keys(query?.shape ?? {}), ...(body?.members ?? [])];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return twice && `${twice} has two meanings`;
}
