// The operations of the GraphQL API in the collection: the examples of GraphiQL, as they run in the demo.
import type { Example } from '../../routes/graphiql/examples/index.ts';
import { type CollectionFolder, type CollectionItem, keyOf, urlOf } from './item.ts';

/** What stands in examples where somebody puts the fingerprint of a key in. */
const FINGERPRINT = 'KEY_FINGERPRINT';

/** The folder of the GraphQL API, with a folder for each group of examples. */
export function graphqlFolder(examples: readonly Example[]): CollectionFolder {
  const byGroup = Map.groupBy(examples, ({ group }) => group);
  return {
    id: 'folder.graphql',
    name: 'GraphQL',
    item: [...byGroup].map(([name, own]) => ({
      id: `folder.graphql.${name}`,
      name,
      ...(own.every(({ needsRoot }) => needsRoot) && {
        description: 'These need a key with the prefix `ROOT`, in the variable `rootKey` of the collection.',
        auth: keyOf('rootKey'),
      }),
      item: own.map(itemOf),
    })),
  };
}

function itemOf({ name, about, query, variables = {} }: Example): CollectionItem {
  return {
    id: `graphql.${name}`,
    name,
    request: {
      method: 'POST',
      description: about,
      header: [],
      url: urlOf('/graphql'),
      body: {
        mode: 'graphql',
        graphql: { query, variables: JSON.stringify(variables, null, 2).replaceAll(FINGERPRINT, '{{keyFingerprint}}') },
      },
    },
    response: [],
  };
}
