// The table of REST endpoints.
import type { Endpoint } from '../endpoint.ts';
import { creditEndpoints } from './credit.ts';
import { customerEndpoints } from './customer.ts';
import { pingEndpoint } from './ping.ts';

/** All endpoints; the OpenAPI document lists them in this order. */
export const endpoints: readonly Endpoint[] = [...customerEndpoints, ...creditEndpoints, pingEndpoint];
