// A Pothos plugin around that of zod, which goes through an operation's input before the resolver is called.
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { withShortStack } from '../../errors/stackless.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      validation: ValidationPlugin<Types>;
    }
  }
}

class ValidationPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  /** zod takes the stack of every refusal. What it runs before its first await is the check of the input alone. */
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const isValidated = Object.values(args).some(({ extensions }) => extensions?.validator !== undefined);
    return isValidated ? (...given) => withShortStack(() => resolve(...given)) : resolve;
  }
}

/** Stands before zod's plugin in the list: the first one is the outermost. */
export const VALIDATION_PLUGIN = 'validation';
SchemaBuilder.registerPlugin(VALIDATION_PLUGIN, ValidationPlugin);
