// The entry `customer-gateway-client/rest`: the REST API alone, and its types.
import type { components } from './generated/rest.ts';

export { type ClientErrorCode, type FieldProblem, GatewayError, type GatewayErrorCode } from './error.ts';
export type { components, operations, paths } from './generated/rest.ts';
export type { ClientOptions } from './options.ts';
export { createRestClient, type RestClient } from './rest-client.ts';

/** The schemas of the OpenAPI document by their names: `Schemas['CustomerDetail']`. */
export type Schemas = components['schemas'];
