// The operations of the package: one for every root field, each of which runs, with no more than it says that it needs.
import { readFileSync } from 'node:fs';
import { buildSchema, Kind, type OperationDefinitionNode, parse, print, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../../src/api-key/key.ts';
import { createKey, runSql } from '../../../test/support/database.ts';
import { startDemo } from '../../../test/support/demo.ts';
import type { TestGateway } from '../../../test/support/gateway.ts';
import { type TypedDocument, textOf } from '../src/document.ts';
import * as generated from '../src/generated/graphql.ts';
import { createGraphQLClient, type GraphQLClient } from '../src/graphql.ts';
import { GatewayError } from '../src/index.ts';
import { operationOf } from '../src/operation.ts';
import { type Call, calls } from './support/calls.ts';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
const documents = new Map<string, TypedDocument<Record<string, unknown>, Record<string, unknown>>>(
  Object.entries(generated).map(([name, document]) => [name.replace(/Document$/, ''), document as never]),
);
const documentOf = (name: string) => {
  const document = documents.get(name);
  if (!document) throw new Error(`there is no operation ${name}`);
  return document;
};
const operationIn = (name: string) => parse(textOf(documentOf(name))).definitions[0] as OperationDefinitionNode;

let demo: TestGateway;
let organisationId: number;
let rootKey: string;
beforeAll(async () => {
  ({ demo, rootKey } = await startDemo());
  const [found] = await runSql<{ id: number }>(demo.databaseUrl, "select id from organisation where slug = 'demo'");
  organisationId = found?.id ?? 0;
});
afterAll(() => demo.close());

it('there is one for every root field, named as it is', () => {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  );
  expect(fields.length).toBeGreaterThan(30);
  for (const { name } of fields) {
    const operation = operationIn(name.replace(/^./, (first) => first.toUpperCase()));
    const [root, ...others] = operation.selectionSet.selections;
    expect(root?.kind === Kind.FIELD && root.name.value, name).toBe(name);
    expect(others, name).toEqual([]);
  }
});

it.each([...documents.keys()])('%s is what its text says, valid, and has every argument as a variable', (name) => {
  const document = documentOf(name);
  const text = textOf(document);
  const parsed = parse(text, { noLocation: true });
  expect(validate(schema, parsed)).toEqual([]);
  expect(document.definitions).toEqual(JSON.parse(JSON.stringify(parsed.definitions)));
  expect(print(document as never)).toBe(text);
  const operation = operationIn(name);
  const root = operation.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD) throw new Error('its root is no field');
  const type = schema.getRootType(operation.operation);
  const given = root.arguments?.map((argument) => argument.name.value) ?? [];
  expect(
    type
      ?.getFields()
      [root.name.value]?.args.map((argument) => argument.name)
      .sort(),
  ).toEqual(given.toSorted());
});

/** The scopes that the schema's description of a root field asks for. */
function scopesOf(name: string): string[] {
  const operation = operationIn(name);
  const [root] = operation.selectionSet.selections;
  const field =
    root?.kind === Kind.FIELD ? schema.getRootType(operation.operation)?.getFields()[root.name.value] : undefined;
  return Array.from(field?.description?.matchAll(/Needs the scope `([^`]+)`/g) ?? [], ([, scope = '']) => scope);
}
/** Lists of a customer that ask for more than the customer. */
const furtherScopes: Record<string, string[]> = { CustomerChanges: ['customer:write'] };

it('every operation has a call', () => {
  expect(new Set(calls.map(([name]) => name))).toEqual(new Set(documents.keys()));
});

/** Runs an operation, a mutation with an `Idempotency-Key` unless the gateway refuses it for that. @returns its data, and whether it was refused */
async function runKeyed(graphql: GraphQLClient, name: string, variables: Record<string, unknown> = {}) {
  const run = (idempotencyKey: string | null) => graphql(documentOf(name), variables, { idempotencyKey });
  try {
    return { data: await run(crypto.randomUUID()), refusesKey: false };
  } catch (error) {
    if (!(error instanceof GatewayError && error.fields.some(({ path }) => path === 'Idempotency-Key'))) throw error;
    return { data: await run(null), refusesKey: true };
  }
}

it('all run, one after the other, with a key that has just the scopes of their root fields', async () => {
  const refusing = new Set<string>();
  for (const [name, variables] of calls as readonly Call[]) {
    const isOfKeys = /ApiKey/.test(name);
    const scopes = [...scopesOf(name), ...(furtherScopes[name] ?? [])];
    expect(scopes.length > 0 || isOfKeys || name === 'Viewer', name).toBe(true);
    const apiKey = isOfKeys ? rootKey : await createKey(demo.databaseUrl, organisationId, { scopes });
    const graphql = createGraphQLClient({ url: demo.url, apiKey });
    const { data, refusesKey } = await runKeyed(graphql, name, variables).catch((error) => {
      throw new Error(`${name}: ${error.message} ${JSON.stringify(error.fields)}`, { cause: error });
    });
    expect(Object.values(data), name).not.toContain(null);
    if (refusesKey) refusing.add(name);
  }
  // The package sends a key to all mutations but those that the gateway refuses for it.
  const keyless = [...documents.keys()].filter((name) => {
    const { isMutation, takesKey } = operationOf(textOf(documentOf(name)));
    return isMutation && !takesKey;
  });
  expect([...refusing].sort()).toEqual(keyless.sort());
  expect(refusing.size).toBeGreaterThan(0);
});

it('documents that `parse` has made run too', async () => {
  const graphql = createGraphQLClient({ url: demo.url, apiKey: SAMPLE_KEY });
  const data = await graphql(parse('query ($ip: String!) { ipInfo(ip: $ip) { kind } }'), { ip: '10.0.0.1' });
  expect(data).toEqual({ ipInfo: { kind: 'PRIVATE' } });
});

const full = 100;
const largest: [operation: string, variables: Record<string, unknown>][] = [
  ['Customers', { search: 'a', filter: { premium: false }, first: full }],
  ['CustomersByReference', { cuRefNos: Array.from({ length: full }, (_, i) => `A${i}`.padEnd(16, 'x')) }],
  ['CustomerGroups', { first: full }],
  ['CustomerCreditEntries', { by: { email: 'jana.novakova@example.com' }, first: full }],
  ['CustomerChanges', { by: { email: 'jana.novakova@example.com' }, first: full }],
  ['CustomerIpHistory', { by: { email: 'jana.novakova@example.com' }, first: full }],
  ['ApiKeys', { first: full }],
  [
    'BulkCreateCustomers',
    {
      input: {
        customers: Array.from({ length: 500 }, (_, i) => ({
          clientRef: String(i),
          email: `${'long'.repeat(10)}.${i}@example.com`,
          companyName: 'x'.repeat(255),
        })),
      },
    },
  ],
];

it.each(largest)('%s keeps within the limits with the longest page', async (name, variables) => {
  const response = await fetch(`${demo.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${name === 'ApiKeys' ? rootKey : SAMPLE_KEY}`,
      'x-graphql-cost': '1',
    },
    body: JSON.stringify({ query: textOf(documentOf(name)), variables }),
  });
  const { errors, extensions } = (await response.json()) as {
    errors?: unknown;
    extensions: { cost: { complexity: number; requests: number } };
  };
  expect(errors).toBeUndefined();
  console.log(`${name}: ${extensions.cost.complexity} points, ${extensions.cost.requests} requests`);
  expect(extensions.cost.complexity).toBeLessThan(25_000);
});
