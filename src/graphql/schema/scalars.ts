// Scalars that GraphQL does not have of its own.
import { GraphQLError, valueFromASTUntyped, visit } from 'graphql';
import { echo } from '../../errors/api-error.ts';
import { isObject } from '../../json-members.ts';
import { isTooDeep } from '../../json-object.ts';
import { MUST_BE_MOMENT, moment } from '../../moment.ts';
import { builder } from '../builder.ts';

/** A value of a document without the members whose variable was not sent, as the language leaves out fields of inputs; in a list, such an item is null. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item) ?? null);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutAbsent(member)]));
}

const JSON_SPECIFICATION = 'https://www.rfc-editor.org/rfc/rfc8259';
const MUST_BE_OBJECT = 'must be an object';

builder.scalarType('DateTime', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
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
  specifiedByURL: JSON_SPECIFICATION,
  extensions: { expected: MUST_BE_OBJECT },
  description: 'A JSON object of any shape. As input, at most 16 levels deep, with whole numbers of at most 53 bits.',
  serialize: (value) => value,
  // What else it may hold is for the rules of the input that it stands in. One that is too deep would not even be compared with another.
  parseValue(value) {
    if (!isObject(value) || isTooDeep(value)) throw new GraphQLError(`A JSONObject ${MUST_BE_OBJECT}.`);
    return value;
  },
  parseLiteral(node, variables) {
    visit(node, {
      EnumValue({ value }) {
        throw new GraphQLError(`A JSONObject holds no ${echo(value)}: text stands in quotes.`, { nodes: node });
      },
    });
    const value = withoutAbsent(valueFromASTUntyped(node, variables));
    if (!isObject(value)) throw new GraphQLError(`A JSONObject ${MUST_BE_OBJECT}.`, { nodes: node });
    return value;
  },
});

builder.scalarType('JSON', {
  specifiedByURL: JSON_SPECIFICATION,
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue() {
    throw new GraphQLError('JSON is not accepted as input.');
  },
});
