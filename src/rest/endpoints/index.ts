// The table of REST endpoints.
import type { Endpoint } from '../endpoint.ts';
import { customerEndpoints } from './customer.ts';

export const endpoints: readonly Endpoint[] = [...customerEndpoints];
