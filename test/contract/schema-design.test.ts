// The design of the GraphQL schema, by the rules of GraphQL-ESLint: all that it recommends, and all of Relay's.
import graphqlESLint from '@graphql-eslint/eslint-plugin';
import { ESLint, type Linter } from 'eslint';
import { expect, it } from 'vitest';

const SCHEMA = 'schema/schema.graphql';

/** Types whose objects are parts of others, or of an answer, and have no identity of their own. */
const partsOfOthers = [
  'Address',
  'AuditEntry',
  'BulkCreateCustomersRow',
  'BulkRowError',
  'BulkRowField',
  'Country',
  'FieldChange',
  'IpInfo',
  'IpSource',
  'MergeConflict',
  'MergeCustomersPreview',
  'Organisation',
  'RateLimit',
  // Named by its `code`, which is the other customer's `cuRefNo`.
  'Referral',
  'ReverseDns',
  'Viewer',
  'ViewerKey',
];

const exceptions: Linter.RulesRecord = {
  '@graphql-eslint/strict-id-in-types': [
    'error',
    { exceptions: { types: ['PageInfo', ...partsOfOthers], suffixes: ['Payload', 'Connection', 'Edge'] } },
  ],
  // Short lists that have no pages are plain lists, and `nodes` stands beside `edges`.
  '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, listTypeCanWrapOnlyEdgeType: false }],
};

const MUST_BE_NODE = "Edge type's field `node` must implement `Node` interface.";
const explained = [
  // The first four characters of a key, as the contract has them.
  'ApiKeyPrefix.DEV_ Trailing underscores are not allowed',
  // Entries of a ledger, of a log, and of a history: they never change, and are read with whose they are.
  `CreditEntryEdge.type CreditEntryEdge { ${MUST_BE_NODE}`,
  `CustomerChangeEdge.type CustomerChangeEdge { ${MUST_BE_NODE}`,
  `IpHistoryEdge.type IpHistoryEdge { ${MUST_BE_NODE}`,
];

it('follows the rules, each exception aside', async () => {
  const { configs, parser } = graphqlESLint;
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.graphql'],
        plugins: { '@graphql-eslint': graphqlESLint as never },
        languageOptions: { parser: parser as never, parserOptions: { graphQLConfig: { schema: SCHEMA } } },
        rules: {
          ...configs['flat/schema-recommended'].rules,
          ...configs['flat/schema-relay'].rules,
          ...exceptions,
        } as never,
      },
    ],
  });
  const [result] = await eslint.lintFiles([SCHEMA]);
  const lines = result?.source?.split('\n') ?? [];
  const found = result?.messages.map(({ line, message }) => {
    const name = lines[line - 1]?.trim();
    const type = lines
      .slice(0, line)
      .findLast((text) => /^(type|enum|input|interface|scalar) /.test(text))
      ?.split(' ')[1];
    return `${type}.${name} ${message}`;
  });
  expect(found).toEqual(explained);
});

it('says in every object that has an identity which it is', async () => {
  const { schema } = await import('../../src/graphql/schema/schema.ts');
  const node = schema.getType('Node') as Parameters<typeof schema.getPossibleTypes>[0];
  const names = schema.getPossibleTypes(node).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['ApiKey', 'Customer', 'CustomerGroup', 'CustomerSubscription']));
});
