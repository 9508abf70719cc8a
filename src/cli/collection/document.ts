// Both APIs as a Postman Collection v2.1, which Bruno and Insomnia import too.
import type { Endpoint } from '../../rest/endpoint.ts';
import type { Example } from '../../routes/graphiql/examples/index.ts';
import { graphqlFolder } from './graphql.ts';
import { keyOf } from './item.ts';
import { restFolder } from './rest.ts';

/**
 * Writes the collection. Its ids are names, so that it changes only with what is in it.
 *
 * @param examples - those of the demo
 * @param sampleKey - the key that a demo takes
 */
export function collectionOf(endpoints: readonly Endpoint[], examples: readonly Example[], sampleKey: string) {
  return {
    info: {
      name: 'Customer gateway',
      description:
        'Every endpoint of the REST API, and an example of every query and mutation of the GraphQL API. As it stands, it runs with a gateway in demo mode.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: keyOf('apiKey'),
    variable: [
      variable('baseUrl', 'http://localhost:4000', 'Where the gateway is, without a slash at the end.'),
      variable('apiKey', sampleKey, 'The API key. This is the sample key, which works in demo mode alone.'),
      variable('rootKey', '', 'A key with the prefix `ROOT`, for the requests that manage keys.'),
      variable(
        'keyFingerprint',
        '',
        'The fingerprint of a key that is no longer needed, for the request that deletes it.',
      ),
    ],
    item: [restFolder(endpoints), graphqlFolder(examples)],
  };
}

function variable(key: string, value: string, description: string) {
  return { id: key, key, value, type: 'string', description };
}
