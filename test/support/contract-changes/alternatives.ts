// Brings a JSON Schema into a form that can be compared: the alternatives that it allows, each a flat schema of one type.
import { isAnnotation, type Json, type Versions } from './versions.ts';

/**
 * Takes a schema apart into its alternatives: by `anyOf` and `oneOf`, and by the types of `type`.
 *
 * @returns schemas without `$ref`, `const`, `anyOf` and `oneOf`, each of one type or of any; with `allOf` only where its members could not be
 *   merged; none at all for a schema that nothing fits
 */
export function alternativesOf(versions: Versions, schema: Json): Json[] {
  const { anyOf, ...flat } = flatten(versions, schema);
  if (anyOf) return anyOf.flatMap((branch: Json) => alternativesOf(versions, { allOf: [flat, branch] }));
  const { oneOf, ...rest } = flat;
  if (oneOf) return oneOf.flatMap((branch: Json) => alternativesOf(versions, { allOf: [rest, branch] }));
  return isNothing(rest) ? [] : byType(rest);
}

/** Follows the reference of a schema and merges its `allOf` into it; a `const` becomes an `enum` of one. */
export function flatten(versions: Versions, schema: Json): Json {
  const resolved = versions.resolve(schema);
  if (resolved === true || resolved === undefined) return {};
  if (resolved === false) return { not: {} };
  const { allOf = [], const: value, ...own } = resolved;
  const parts = allOf.map((part: Json) => flatten(versions, part));
  if ('const' in resolved) parts.push({ enum: [value] });
  return parts.reduce((merged: Json, part: Json) => merge(versions, merged, part), own);
}

/** The types that a value has in JSON Schema. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Whether each value of a type is one of another; no type is any. */
export function isWithinType(inner: string | undefined, outer: string | undefined): boolean {
  return outer === undefined || inner === outer || (inner === 'integer' && outer === 'number');
}

/** Whether a schema is `oneOf` alternatives of which a value may match two, which it then does not fit. */
export function hasOverlap(versions: Versions, schema: Json): boolean {
  const { oneOf = [], anyOf: _, ...rest } = flatten(versions, schema);
  const branches: Json[][] = oneOf.map((branch: Json) => alternativesOf(versions, { allOf: [rest, branch] }));
  return branches.some((some, index) =>
    branches
      .slice(index + 1)
      .some((others) => some.some((one) => others.some((other) => mayMeet(versions, one, other)))),
  );
}

/** Whether a value may fit two flat schemas: not if their types differ, their values, or a required member that tells them apart. */
function mayMeet(versions: Versions, one: Json, other: Json): boolean {
  if (!isWithinType(one.type, other.type) && !isWithinType(other.type, one.type)) return false;
  if (one.enum && other.enum) return intersection(one.enum, other.enum).length > 0;
  const required = intersection(one.required ?? [], other.required ?? []) as string[];
  return !required.some((name) => {
    const [a, b] = [one, other].map(({ properties }) => flatten(versions, properties?.[name]).enum);
    return a && b && intersection(a, b).length === 0;
  });
}

/** Merges two flat schemas that both apply. Where it is not plain what both together say, the second stays in `allOf`, as it is. */
function merge(versions: Versions, one: Json, other: Json): Json {
  const shared = Object.keys(other).filter(
    (keyword) => Object.hasOwn(one, keyword) && !isAnnotation(keyword) && !versions.isSameKeyword(keyword, one, other),
  );
  if (shared.some((keyword) => !Object.hasOwn(both, keyword)) || isClosed(one, other) || isClosed(other, one))
    return { ...one, allOf: [...(one.allOf ?? []), other] };
  const merged = shared.map((keyword) => [keyword, both[keyword]?.(one[keyword], other[keyword])]);
  return { ...other, ...one, ...Object.fromEntries(merged) };
}

/** Keywords for which it is plain what two of them together say. */
const both: Record<string, (one: Json, other: Json) => Json> = {
  type: (one, other) => typesWithin([one].flat(), [other].flat()),
  enum: intersection,
  required: (one, other) => [...new Set([...one, ...other])],
  properties: (one, other) => ({
    ...one,
    ...Object.fromEntries(
      Object.entries(other).map(([name, schema]) => [
        name,
        Object.hasOwn(one, name) ? { allOf: [one[name], schema] } : schema,
      ]),
    ),
  }),
  ...Object.fromEntries(['minLength', 'minimum', 'minItems', 'minProperties'].map((keyword) => [keyword, Math.max])),
  ...Object.fromEntries(['maxLength', 'maximum', 'maxItems', 'maxProperties'].map((keyword) => [keyword, Math.min])),
};

/** Whether one schema says something of members that only the other one names: merged, it would not say that of them any more. */
function isClosed(one: Json, other: Json): boolean {
  const names = Object.keys(other.properties ?? {}).filter((name) => !Object.hasOwn(one.properties ?? {}, name));
  return 'additionalProperties' in one && names.length > 0;
}

function typesWithin(some: string[], others: string[]): string[] {
  const within = some.filter((type) => others.some((other) => isWithinType(type, other)));
  return [...new Set([...within, ...others.filter((type) => some.some((other) => isWithinType(type, other)))])];
}

function byType(schema: Json): Json[] {
  const types: string[] | undefined = schema.type ? [schema.type].flat() : schema.enum?.map(typeOf);
  if (!types) return [schema];
  return [...new Set(types)]
    .map((type) => {
      const values = schema.enum?.filter((value: unknown) => isWithinType(typeOf(value), type));
      return { ...schema, type, ...(values && { enum: values }) };
    })
    .filter((alternative) => alternative.enum?.length !== 0);
}

function isNothing({ not }: Json): boolean {
  return not === true || (typeof not === 'object' && Object.keys(not).length === 0);
}

function intersection(some: readonly unknown[], others: readonly unknown[]): unknown[] {
  const known = others.map((value) => JSON.stringify(value));
  return some.filter((value) => known.includes(JSON.stringify(value)));
}
