// The examples of GraphiQL: there is one for every root field, and in demo mode each runs, in any order and again.
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { type Example, examplesFor, firstExamples } from '../../src/routes/graphiql/examples/index.ts';
import { runSql } from '../support/database.ts';
import { createUnneededKey, startDemo } from '../support/demo.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
);

/** The root fields that an example asks for. */
function rootFieldsOf({ query }: Example): string[] {
  const found: string[] = [];
  const types = new TypeInfo(schema);
  visit(
    parse(query),
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType()?.name;
        if (parent === 'Query' || parent === 'Mutation') found.push(`${parent}.${node.name.value}`);
      },
    }),
  );
  return found;
}

describe.each([
  ['in demo mode', true],
  ['otherwise', false],
])('%s', (_, isDemo) => {
  const examples = examplesFor(isDemo);

  it('there is an example for every root field', () => {
    const shown = new Set(examples.flatMap(rootFieldsOf));
    expect(rootFields.length).toBeGreaterThan(30);
    expect(rootFields.filter((field) => !shown.has(field))).toEqual([]);
  });

  it('each is valid, named as its operation, and says what it does', () => {
    for (const { name, group, about, query, variables } of examples) {
      const document = parse(query);
      expect(validate(schema, document), name).toEqual([]);
      const [operation, ...others] = document.definitions as OperationDefinitionNode[];
      expect([operation?.kind, operation?.name?.value, others], name).toEqual([Kind.OPERATION_DEFINITION, name, []]);
      const declared = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
      expect(Object.keys(variables ?? {}).sort(), name).toEqual(declared.sort());
      expect(about, name).toMatch(/^[A-Z].*\.$/);
      expect(query, name).toContain(`# ${about}\n`);
      expect(group, name).not.toBe('');
    }
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
  });

  it('each that asks for what a ROOT key alone may says so', () => {
    for (const example of examples)
      expect(example.needsRoot ?? false, example.name).toBe(
        rootFieldsOf(example).some((field) => /ApiKey/i.test(field)),
      );
  });
});

it('a first visitor finds one or two open, which change nothing outside demo mode', () => {
  expect(firstExamples(examplesFor(true), true).map(({ name }) => name)).toEqual(['CreateCustomer', 'Customer']);
  const opened = firstExamples(examplesFor(false), false);
  expect(opened.map(({ name }) => name)).toEqual(['Customers']);
  expect(opened.flatMap(rootFieldsOf)).toEqual(['Query.customers']);
});

it('outside demo mode they name nothing of the demo organisation', () => {
  const text = JSON.stringify(examplesFor(false));
  for (const name of ['jana', 'petr.', 'Demo', 'DEV_']) expect(text).not.toContain(name);
  expect(text).toContain('CUSTOMER_REF_NO');
});

const examples = examplesFor(true);

/** Runs an example in a demo, as whoever may. */
async function run(demo: TestGateway, rootKey: string, { query, variables, needsRoot, name }: Example) {
  const call = { key: needsRoot ? rootKey : SAMPLE_KEY };
  // Whoever deletes a key has read its fingerprint before.
  const fingerprint = name === 'DeleteApiKey' && (await createUnneededKey(demo, rootKey));
  return demo.graphql(query, fingerprint ? { input: { fingerprint } } : variables, call);
}

it.each([
  ['in the order in which they are listed, twice', [...examples, ...examples]],
  ['from the last to the first, each twice', examples.toReversed().flatMap((example) => [example, example])],
  ['in another order', examples.toSorted((a, b) => a.query.length - b.query.length)],
])('every example runs in demo mode: %s', async (_, order) => {
  const { demo, rootKey } = await startDemo();
  for (const example of order) {
    const { status, body } = await run(demo, rootKey, example);
    expect([status, body.errors], example.name).toEqual([200, undefined]);
    expect(Object.values(body.data), example.name).not.toContain(null);
  }
  await demo.close();
});

it('every example that changes something runs as the first that is tried', async () => {
  for (const example of examples.filter(({ query }) => query.includes('mutation '))) {
    const { demo, rootKey } = await startDemo();
    expect((await run(demo, rootKey, example)).body.errors, example.name).toBeUndefined();
    await demo.close();
  }
});

it('a demo of an earlier version gets what examples name when it starts again', async () => {
  const { demo } = await startDemo();
  await runSql(demo.databaseUrl, "delete from subscription where external_id like 'Demo%'");
  await runSql(demo.databaseUrl, "delete from customer where cu_ref_no like 'Demo%'");
  await runSql(demo.databaseUrl, "delete from api_key where fingerprint = 'DEV_Demo'");
  await demo.close();
  const again = await startGateway({ demo: true, databaseUrl: demo.databaseUrl });
  const find = examples.find(({ name }) => name === 'CustomersByReference') as Example;
  const { body } = await again.graphql(find.query, find.variables, { key: SAMPLE_KEY });
  expect(body.data.customersByReference).toMatchObject([{ email: 'lucie.vesela@example.com' }]);
  await again.close();
});
