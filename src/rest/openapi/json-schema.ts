// zod schemas in the OpenAPI document.
import { type ZodType, z } from 'zod';

/**
 * Writes a zod schema as JSON Schema. Answers stay open: a client must ignore members that it does not know.
 *
 * @param io - what callers send, or what they are answered
 */
export function jsonSchema(schema: ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema: written }) {
      if (written.additionalProperties === false) delete written.additionalProperties;
      // What zod says of every whole number: that JavaScript can hold it.
      if (written.minimum === Number.MIN_SAFE_INTEGER) delete written.minimum;
      if (written.maximum === Number.MAX_SAFE_INTEGER) delete written.maximum;
      // A record's names: of text, as all names are.
      delete written.propertyNames;
    },
  });
  return rest;
}
