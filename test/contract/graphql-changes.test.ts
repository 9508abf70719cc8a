// Which changes of a GraphQL schema break clients.
import { describe, expect, it } from 'vitest';
import { breakingGraphQLChanges } from '../support/contract-changes/graphql.ts';

const schema = `
  directive @mark(level: Int = 1, text: String) repeatable on FIELD | QUERY
  scalar Time @specifiedBy(url: "https://example.com/a")
  interface Node { id: ID! }
  interface Named { name: String }
  enum Order { UP DOWN }
  enum State { ON OFF }
  enum Both { ONE TWO }
  type Thing implements Node { id: ID!, name: String, state: State, size: Int! }
  type Other implements Node { id: ID!, both: [Both!]! }
  type Third implements Node { id: ID! }
  union Any = Thing | Other
  input By @oneOf { id: ID, name: String }
  input Plain { a: Int, b: Int }
  input Filter { name: String, limit: Int = 3, size: Int!, order: Order, both: Both }
  type Query {
    things(first: Int = 20, after: String, order: Order): [Thing!]!
    thing(by: By, filter: Filter): Any
    made(plain: Plain): Time
    old: Int @deprecated(reason: "Use new.")
  }
`;

/** A text of the schema, what comes in its place, and what that breaks, if anything. */
type Case = [name: string, text: string, instead: string, broken?: string];

const breaks: Case[] = [
  ['a field gone', 'name: String, state', 'state', "Thing.name: Field 'name' was removed from object type 'Thing'"],
  [
    'a deprecated field gone',
    'old: Int @deprecated(reason: "Use new.")',
    '',
    "Query.old: Field 'old' (deprecated) was removed from object type 'Query'",
  ],
  [
    'an answer that may be null',
    'size: Int! }',
    'size: Int }',
    "Thing.size: Field 'Thing.size' changed type from 'Int!' to 'Int'",
  ],
  [
    'an input that is required',
    'input Filter { name: String',
    'input Filter { name: String!',
    "Filter.name: Input field 'Filter.name' changed type from 'String' to 'String!'",
  ],
  [
    'a required input added',
    'input Filter {',
    'input Filter { a: Int!',
    "Filter.a: Input field 'a' of type 'Int!' was added to input object type 'Filter'",
  ],
  [
    'a required argument added',
    'after: String',
    'after: String, a: Int!',
    "Query.things.a: Argument 'a: Int!' added to field 'Query.things'",
  ],
  [
    'an argument gone',
    'after: String, ',
    '',
    "Query.things.after: Argument 'after: String' was removed from field 'Query.things'",
  ],
  [
    'a value of an answered enum',
    'ON OFF',
    'ON OFF BROKEN',
    "State.BROKEN: Enum value 'BROKEN' was added to enum 'State'",
  ],
  [
    'a value of an enum that is sent and answered in a list',
    'ONE TWO',
    'ONE TWO THREE',
    "Both.THREE: Enum value 'THREE' was added to enum 'Both'",
  ],
  ['a value gone', 'UP DOWN', 'UP', "Order.DOWN: Enum value 'DOWN' was removed from enum 'Order'"],
  [
    'a member of a union',
    'Thing | Other',
    'Thing | Other | Third',
    "Any: Member 'Third' was added to Union type 'Any'",
  ],
  [
    'another default of an argument',
    'first: Int = 20',
    'first: Int = 10',
    "Query.things.first: Default value for argument 'first' on field 'Query.things' changed from '20' to '10'",
  ],
  [
    'a default of an argument added',
    'after: String',
    'after: String = "a"',
    `Query.things.after: Default value '"a"' was added to argument 'after' on field 'Query.things'`,
  ],
  [
    'a default of an argument gone',
    'first: Int = 20',
    'first: Int',
    "Query.things.first: Default value for argument 'first' on field 'Query.things' changed from '20' to 'undefined'",
  ],
  [
    'another default of an input',
    'limit: Int = 3',
    'limit: Int = 4',
    "Filter.limit: Input field 'Filter.limit' default value changed from '3' to '4'",
  ],
  [
    'a default of an input gone',
    'limit: Int = 3',
    'limit: Int',
    "Filter.limit: Input field 'Filter.limit' default value changed from '3' to 'undefined'",
  ],
  ['@oneOf gone', 'By @oneOf', 'By', "By.@oneOf: Directive 'oneOf' was removed from input object 'By'"],
  [
    '@oneOf added',
    'input Plain',
    'input Plain @oneOf',
    "Plain.@oneOf: Directive 'oneOf' was added to input object 'Plain'",
  ],
  [
    'what specifies a scalar gone',
    ' @specifiedBy(url: "https://example.com/a")',
    '',
    "Time.@specifiedBy: Directive 'specifiedBy' was removed from scalar 'Time'",
  ],
  [
    'what specifies a scalar',
    'example.com/a',
    'example.com/b',
    "Time.@specifiedBy.url: Argument 'url' was removed from '@specifiedBy'",
  ],
  [
    'an interface gone',
    'type Third implements Node',
    'type Third',
    "Third: 'Third' object type no longer implements 'Node' interface",
  ],
  ['a directive that is not repeatable', ' repeatable', '', "@mark: Directive 'mark' removed repeatable."],
  [
    'another default of a directive',
    'level: Int = 1',
    'level: Int = 2',
    "@mark.level: Default value for argument 'level' on directive 'mark' changed from '1' to '2'",
  ],
];

const harmless: Case[] = [
  ['a field', 'name: String, state', 'name: String, more: Int!, state'],
  ['an answer that is never null', 'state: State', 'state: State!'],
  ['an optional argument', 'after: String', 'after: String, a: Int'],
  ['an argument with a default', 'after: String', 'after: String, a: Int! = 1'],
  ['an optional input', 'input Filter {', 'input Filter { a: Int'],
  ['an input with a default', 'input Filter {', 'input Filter { a: Int! = 1'],
  ['an input that may be left out', 'size: Int!, order', 'size: Int, order'],
  ['one way more of an input @oneOf', '@oneOf { id: ID', '@oneOf { id: ID, code: String'],
  ['a value of an enum that is only sent', 'UP DOWN', 'UP DOWN NONE'],
  [
    'an interface of an object',
    'type Third implements Node { id: ID!',
    'type Third implements Node & Named { id: ID!, name: String',
  ],
  [
    'a new type with all that it holds',
    'type Third',
    'type Fourth implements Node { id: ID!, a(b: Int = 1): New }\n enum New { A }\n type Third',
  ],
  ['a deprecation', '): Time', '): Time @deprecated(reason: "a")'],
  ['a description', 'type Third', '"a" type Third'],
];

async function found(text: string, instead: string): Promise<string[]> {
  const changed = schema.replace(text, instead);
  expect(changed).not.toBe(schema);
  const changes = await breakingGraphQLChanges(schema, changed);
  return changes.map(({ path, message }) => `${path}: ${message}`);
}

describe('a GraphQL schema', () => {
  it.each(breaks)('is broken by %s', async (_, text, instead, broken) => {
    expect(await found(text, instead)).toEqual([broken]);
  });

  it.each(harmless)('is not broken by %s', async (_, text, instead) => {
    expect(await found(text, instead)).toEqual([]);
  });

  it('is broken by a root type that goes, which stands nowhere', async () => {
    const changes = await breakingGraphQLChanges(`${schema} type Mutation { a: Int }`, schema);
    expect(changes).toContainEqual({ path: 'schema', message: "Schema mutation type 'Mutation' was removed." });
  });
});
