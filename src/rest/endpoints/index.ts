// The table of REST endpoints.
import type { Endpoint } from '../endpoint.ts';
import { customerEndpoints } from './customer.ts';

/** All endpoints; the OpenAPI document lists them in this order. */
export const endpoints: readonly Endpoint[] = [...customerEndpoints];
