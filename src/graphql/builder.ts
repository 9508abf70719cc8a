// The Pothos builder: plugins, context, scalars. It knows no type of its own.
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import ZodPlugin from '@pothos/plugin-zod';
import { ZodError, type ZodType } from 'zod';
import { ApiError } from '../errors/api-error.ts';
import { fieldProblems, withinArgument } from '../errors/validation.ts';
import type { GatewayContext } from './context.ts';
import { SCOPE_PLUGIN } from './plugins/scope.ts';
import { SHORT_STACK_PLUGIN } from './plugins/short-stack.ts';
import { readGlobalId } from './schema/global-id.ts';

export const builder = new SchemaBuilder<{
  Context: GatewayContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: never; Output: unknown };
    JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
  };
}>({
  plugins: [SCOPE_PLUGIN, ComplexityPlugin, RelayPlugin, SHORT_STACK_PLUGIN, ZodPlugin],
  defaultFieldNullability: false,
  // The cost is checked once for the whole operation, before it runs: see cost.ts.
  complexity: { disabled: true },
  zod: {
    validationError(error: Error, _args, _context, { parentType, fieldName }) {
      // A rule that fails by itself is a defect. Its message may repeat the input, and its stack is short.
      if (!(error instanceof ZodError)) {
        const defect = new Error(`a rule for the input of ${parentType.name}.${fieldName} failed: ${error.name}`);
        return Object.assign(defect, { stack: error.stack });
      }
      const fields = fieldProblems(error).map(({ path, message }) => ({ path: withinArgument(path), message }));
      return new ApiError('INTERNAL_VALIDATION_FAILED', { fields, cause: error });
    },
  },
  relay: {
    cursorType: 'String',
    nodesQueryOptions: false,
    nodeQueryOptions: {
      nullable: true,
      description: 'Finds an object by its global id. Null when there is none.',
      args: { id: { description: 'The `id` of the object.' } },
      scope: 'customer:read',
    },
    nodeTypeOptions: { description: 'An object that has a global id.' },
    idFieldOptions: { description: 'Global id, for `node(id:)`.' },
    pageInfoTypeOptions: { description: 'Position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether items precede this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first object of the page.' },
    endCursorFieldOptions: { description: 'Cursor of the last object of the page.' },
    pageInfoFieldOptions: { description: 'Position of the page in the list.' },
    // The field around it is priced by the size of the page.
    edgesFieldOptions: { description: 'The objects of the page, with their cursors.', complexity: { multiplier: 1 } },
    nodesOnConnection: {
      description: 'The objects of the page, without their cursors.',
      complexity: { multiplier: 1 },
    },
    cursorFieldOptions: { description: 'Position in the list, for `after` and `before`.' },
    nodeFieldOptions: { description: 'The object.' },
    firstArgOptions: { description: 'Number of items, counted from the start of the list.' },
    lastArgOptions: { description: 'Number of items, counted from the end of the list.' },
    afterArgOptions: { description: 'Cursor after which the page begins.' },
    beforeArgOptions: { description: 'Cursor before which the page ends.' },
    decodeGlobalID: readGlobalId,
  },
});

/** What makes the fields of an input type. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** Makes an enum of strings. `values` has them with their descriptions. */
export function stringEnum<Value extends string>(name: string, description: string, values: Record<Value, string>) {
  const entries = Object.entries<string>(values).map(([value, text]) => [value, { value, description: text }]);
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(entries) as Record<Value, { value: Value; description: string }>,
  });
}

/**
 * Declares the zod schema that validates an input type, also where GraphQL's own reading of variables refuses them first.
 * Spread it into the type's options.
 */
export function validatedBy<Schema extends ZodType>(schema: Schema) {
  return { validate: { schema: schema as never }, extensions: { schema } };
}

builder.queryType({ description: 'Root of all queries.' });
builder.mutationType({
  description:
    'Root of all mutations. With the header `Idempotency-Key` those of a document are done once in a day, all or none, however often it is sent.',
});
