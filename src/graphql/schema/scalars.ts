// Scalars that GraphQL does not have of its own.
import { GraphQLError } from 'graphql';
import { MUST_BE_MOMENT, moment } from '../../moment.ts';
import { builder } from '../builder.ts';

builder.scalarType('DateTime', {
  extensions: { expected: MUST_BE_MOMENT },
  description: 'A date and time in the format of RFC 3339; answers give it in UTC: `2026-06-10T08:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const parsed = moment.safeParse(value);
    if (!parsed.success) throw new GraphQLError(`A DateTime ${MUST_BE_MOMENT}.`);
    return parsed.data;
  },
});

builder.scalarType('JSONObject', {
  description: 'A JSON object of any shape.',
  serialize: (value) => value,
  parseValue() {
    throw new GraphQLError('JSONObject is not accepted as input.');
  },
});
