// Scalars that GraphQL does not have of its own. Both only go out.
import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

function outputOnly(): never {
  throw new GraphQLError('This scalar is not accepted as input.');
}

builder.scalarType('DateTime', {
  description: 'A moment in UTC, as RFC 3339 writes it: `2026-06-10T08:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: outputOnly,
});

builder.scalarType('JSONObject', {
  description: 'A JSON object of any shape.',
  serialize: (value) => value,
  parseValue: outputOnly,
});
