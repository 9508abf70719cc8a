// A Pothos plugin: a field says in one line which scope it needs, and so do its description and every check.
import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLField } from 'graphql';
import type { Requirement } from '../access/scopes.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      scope: ScopePlugin<Types>;
    }
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /** What a key needs to run this field, on either door: a scope, or to be a `ROOT` key. */
      scope?: Requirement;
    }
  }
}

class ScopePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { scope } = config.pothosOptions as { scope?: Requirement };
    if (!scope) return config;
    return {
      ...config,
      description: `${config.description ?? ''} ${describe(scope)}`.trim(),
      extensions: { ...config.extensions, scope },
    };
  }
}

function describe(scope: Requirement): string {
  return scope === 'ROOT' ? 'Needs a `ROOT` key.' : `Needs the scope \`${scope}\`.`;
}

/** What a field asks of a key; undefined for nothing. */
export function requirementOf(field: GraphQLField<unknown, unknown> | undefined | null): Requirement | undefined {
  return field?.extensions.scope as Requirement | undefined;
}

export const SCOPE_PLUGIN = 'scope';
SchemaBuilder.registerPlugin(SCOPE_PLUGIN, ScopePlugin);
