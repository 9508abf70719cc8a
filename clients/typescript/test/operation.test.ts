// What is read from the text of a document: whether it is a mutation, and whether that may have an Idempotency-Key.
import { expect, it } from 'vitest';
import { operationOf } from '../src/operation.ts';

it.each([
  ['a query', '{ viewer { id } }'],
  ['a query of that name', 'query mutation { mutation: viewer { id } }'],
  ['a fragment of that name', '{ viewer { ...mutation } } fragment mutation on Viewer { id }'],
  ['a comment', '# mutation { x }\n{ viewer { id } }'],
])('%s is no mutation', (_, text) => {
  expect(operationOf(text)).toEqual({ isMutation: false, takesKey: false });
});

it.each([
  ['a field', 'mutation { createApiKey(input: {}) { key } }'],
  ['one of several', 'mutation M($id: ID!) { banCustomer(id: $id) { id } rotateApiKey { key } }'],
  ['a field with another name', 'mutation { made: createApiKey @include(if: true) { key } }'],
  ['a field of an inline fragment', 'mutation { ... on Mutation @skip(if: false) { createApiKey { key } } }'],
  ['a field of one without a type', 'mutation { ... @include(if: true) { ... { createApiKey { key } } } }'],
  ['a field of a fragment', 'mutation { ...F } fragment F on Mutation { createApiKey { key } }'],
  [
    'a field after what is nested',
    'mutation ($a: I = {b: [{c: "{("}]} @d(e: 1)) { a(b: {c: {}}) { d { e } } createApiKey { key } }',
  ],
  ['a field of a later definition', 'query { viewer { id } }, mutation M @live { createApiKey { key } }'],
])('%s refuses a key', (_, text) => {
  expect(operationOf(text)).toEqual({ isMutation: true, takesKey: false });
});

it.each([
  ['an operation of that name', 'mutation createApiKey { createCustomer(input: {}) { id } }'],
  ['another name of a field', 'mutation { createApiKey: createCustomer { id } }'],
  ['a field below', 'mutation { createCustomer { createApiKey ... on Customer { rotateApiKey } } }'],
  [
    'an argument, and what is in it',
    'mutation { createCustomer(createApiKey: { rotateApiKey: createApiKey }) { id } }',
  ],
  ['a string', 'mutation { createCustomer(name: "createApiKey") { id } }'],
  ['a text', 'mutation { createCustomer(name: """createApiKey { \\""" """) { id } }'],
  ['a comment', 'mutation { # createApiKey\n createCustomer { id } }'],
  ['a variable', 'mutation ($createApiKey: Int) { createCustomer(a: $createApiKey) { id } }'],
  ['a directive', 'mutation @createApiKey { createCustomer @rotateApiKey { id } }'],
  ['a fragment', 'mutation { createCustomer { ...createApiKey } } fragment createApiKey on Customer { rotateApiKey }'],
  ['a field of a query beside it', 'query { createApiKey } mutation { createCustomer { id } }'],
])('%s that is called like what refuses a key refuses none', (_, text) => {
  expect(operationOf(text)).toEqual({ isMutation: true, takesKey: true });
});
