// Which operations are compiled: our own, and of them those that graphql-jit runs as graphql does.
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { isCompilable } from '../../src/graphql/execution/compile.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';

it('compiles the operations of the REST API, but for those with variables that may be absent', () => {
  const compiled = endpoints.filter(({ operation }) => isCompilable(schema, operation)).map(({ paths }) => paths[0]);
  expect(compiled).toEqual(['/api/v1/customer/create', '/api/v1/customer/detail', '/ping/v1']);
});

it.each([
  ['a fragment', '{ ...F } fragment F on Query { __typename }'],
  [
    'fragments within fragments',
    '{ ...F } fragment F on Query { customers { edges { node { ...C } } } } fragment C on Customer { email }',
  ],
])('compiles %s of the type that it is spread in', (_, text) => expect(isCompilable(schema, parse(text))).toBe(true));

it.each([
  ['a fragment of another type', '{ node(id: "x") { ...F } } fragment F on Customer { email }'],
  ['a fragment with a condition', '{ ...F @include(if: true) } fragment F on Query { __typename }'],
  ['a field that a fragment has too', '{ __typename ...F } fragment F on Query { __typename }'],
  ['a fragment that is spread twice', '{ ...F ...F } fragment F on Query { __typename }'],
  ['an inline fragment', '{ ... { __typename } }'],
  ['a condition', '{ __typename @include(if: true) }'],
  ['a repeated field', '{ __typename __typename }'],
  ['a repeated field further down', '{ customer(by: { email: "a@b.cz" }) { email email } }'],
  ['the alias __proto__', '{ __proto__: __typename }'],
  ['a variable with a default', 'query ($b: String! = "a@b.cz") { customer(by: { email: $b }) { email } }'],
  ['a variable that may be absent', 'query ($n: Int) { customers(first: $n) { edges { cursor } } }'],
  ['an input with a default', 'mutation { rotateApiKey(input: { fingerprint: "PRODnone" }) { key } }'],
  ['a second operation', 'query A { __typename } query B { __typename }'],
])('compiles nothing with %s', (_, text) => expect(isCompilable(schema, parse(text))).toBe(false));
