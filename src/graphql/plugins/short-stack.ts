// A Pothos plugin around that of zod, which takes the stack of every input that it refuses.
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { withShortStack } from '../../errors/stackless.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      shortStack: ShortStackPlugin<Types>;
    }
  }
}

class ShortStackPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  /** What zod's plugin runs before its first await is the check of the input alone. */
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const isValidated = Object.values(args).some(({ extensions }) => extensions?.validator !== undefined);
    return isValidated ? (...given) => withShortStack(() => resolve(...given)) : resolve;
  }
}

/** Stands before zod's plugin in the list: the first one is the outermost. */
export const SHORT_STACK_PLUGIN = 'shortStack';
SchemaBuilder.registerPlugin(SHORT_STACK_PLUGIN, ShortStackPlugin);
