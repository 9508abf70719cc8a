// Scalars that GraphQL does not have of its own.
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { builder } from '../builder.ts';

const MOMENT = 'must be a moment as RFC 3339 writes it: 2027-01-31T12:00:00Z';
const moment = z.iso.datetime({ offset: true });

builder.scalarType('DateTime', {
  extensions: { expected: MOMENT },
  description: 'A moment, as RFC 3339 writes it; answers give it in UTC: `2026-06-10T08:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const parsed = moment.safeParse(value);
    if (!parsed.success) throw new GraphQLError(`A DateTime ${MOMENT}.`);
    return new Date(parsed.data);
  },
});

builder.scalarType('JSONObject', {
  description: 'A JSON object of any shape.',
  serialize: (value) => value,
  parseValue() {
    throw new GraphQLError('JSONObject is not accepted as input.');
  },
});
