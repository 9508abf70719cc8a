// A Pothos plugin: a type or a field says in one line which scope it needs, and so do its description and every check.
import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import type { Requirement } from '../../api-key/scopes.ts';

/** What a type says of itself. */
interface TypeScopes {
  /** What every field that leads to an object of the type needs, wherever it stands. */
  scope?: Requirement | undefined;
  /** What every field of the type needs, wherever the object comes from. */
  fieldScope?: Requirement | undefined;
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      scope: ScopePlugin<Types>;
    }
    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> extends TypeScopes {}
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /**
       * What a key needs to run this field, on either API, besides what its types ask for: a scope, or to be a `ROOT` key.
       * Null lifts what its types ask for.
       */
      scope?: Requirement | null;
    }
  }
}

class ScopePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    const { scope, fieldScope } = config.pothosOptions as TypeScopes;
    return { ...config, extensions: { ...config.extensions, typeScopes: { scope, fieldScope } satisfies TypeScopes } };
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { scope } = config.pothosOptions as { scope?: Requirement | null };
    return { ...config, extensions: { ...config.extensions, ownScope: scope } };
  }

  /** Only now is it known what every field leads to. */
  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    for (const type of Object.values(schema.getTypeMap())) {
      if ((!isObjectType(type) && !isInterfaceType(type)) || isIntrospectionType(type)) continue;
      for (const field of Object.values(type.getFields())) settle(schema, type, field);
    }
    return schema;
  }
}

/** Finds all that a field needs, and has the field say so. */
function settle(
  schema: GraphQLSchema,
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
): void {
  const own = field.extensions.ownScope as Requirement | null | undefined;
  // What a type asks for its fields is not asked of those of an interface: whatever gives an object by its id alone checks that.
  const asked = own === null ? [] : [own, typeScopesOf(type)?.fieldScope];
  if (own !== null) asked.push(...scopesOf(schema, getNamedType(field.type)));
  const requirements = [...new Set(asked.filter((requirement) => requirement !== undefined))];
  const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(
    type as never,
  );
  if (isRoot && own === undefined && requirements.length === 0)
    throw new Error(`${type}.${field.name} does not say which scope it needs: null, if it needs none`);
  if (requirements.length === 0) return;
  field.description = `${field.description ?? ''} ${describe(requirements)}`.trim();
  field.extensions = { ...field.extensions, requirements };
}

/** What is asked of fields that lead to a type; to an abstract one, all that is asked for its objects. */
function scopesOf(schema: GraphQLSchema, type: GraphQLNamedOutputType) {
  const types = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  return types.map((each) => typeScopesOf(each)?.scope);
}

function typeScopesOf({ extensions }: GraphQLNamedOutputType): TypeScopes | undefined {
  return extensions.typeScopes as TypeScopes | undefined;
}

function describe(requirements: readonly Requirement[]): string {
  if (requirements.includes('ROOT')) return 'Needs a `ROOT` key.';
  const names = requirements.map((scope) => `\`${scope}\``).join(' and ');
  return `Needs the scope${requirements.length > 1 ? 's' : ''} ${names}.`;
}

/** All that a field asks of a key; empty for nothing. */
export function requirementOf(field: GraphQLField<unknown, unknown> | undefined | null): readonly Requirement[] {
  return (field?.extensions.requirements as readonly Requirement[] | undefined) ?? [];
}

export const SCOPE_PLUGIN = 'scope';
SchemaBuilder.registerPlugin(SCOPE_PLUGIN, ScopePlugin);
