// The REST endpoint to test a key with.
import { z } from 'zod';
import { PingDocument } from '../../generated/operations.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';

/** `GET /ping/v1`. */
export const pingEndpoint: Endpoint = endpoint({
  method: 'GET',
  paths: ['/ping/v1'],
  tag: { name: 'ping', description: 'Whether a key is good.' },
  summary: 'Test an API key',
  description: 'Answers a request with a good key, whatever its scopes are. It counts towards the limit of the key.',
  operation: PingDocument,
  variables: () => ({}),
  answer: () => ({ success: true as const }),
  response: z.object({ success: z.literal(true) }),
  responseDescription: 'The key is good.',
  responseName: 'Ping',
  example: { response: { success: true } },
});
