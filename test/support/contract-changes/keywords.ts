// The keywords of JSON Schema that the check understands, each with its rule. Every other one must not change.
import type { BreakingChange } from './accepted.ts';
import type { Json, Versions } from './versions.ts';

/** What a comparison of schemas knows throughout. */
export interface Comparison {
  versions: Versions;
  direction: 'request' | 'answer';
  /** What keeps the first schema from fitting into the second one; no schema is any. */
  fit(inner: Json, outer: Json, path: string): BreakingChange[];
}

/**
 * Two flat schemas. All that fits `inner` must fit `outer`: of a request, what was sent before must be accepted now; of an answer, what is
 * answered now must have been promised before.
 */
interface Pair {
  context: Comparison;
  inner: Json;
  outer: Json;
  path: string;
}

type Rule = (pair: Pair) => BreakingChange[];

// Keywords that are only understood together share a rule.
const members = of('object', membersFit);
const places = of('array', itemsFit);
const lower = limit('minimum', 'exclusiveMinimum', 1);
const upper = limit('maximum', 'exclusiveMaximum', -1);

/** By keyword; `type`, `const`, `allOf`, `anyOf` and `oneOf` are gone when two flat schemas of one type are compared. */
export const rules: Record<string, Rule> = {
  enum: valuesFit,
  default: defaultStays,
  required: of('object', requiredFit),
  properties: members,
  additionalProperties: members,
  propertyNames: of('object', namesFit),
  dependentRequired: of('object', dependentFit),
  minProperties: of('object', bound('minProperties', isAtLeast)),
  maxProperties: of('object', bound('maxProperties', isAtMost)),
  items: places,
  prefixItems: places,
  minItems: of('array', bound('minItems', isAtLeast)),
  maxItems: of('array', bound('maxItems', isAtMost)),
  uniqueItems: of(
    'array',
    bound('uniqueItems', (inner, outer) => outer !== true || inner === true),
  ),
  minLength: of('string', bound('minLength', isAtLeast)),
  maxLength: of('string', bound('maxLength', isAtMost)),
  pattern: of('string', bound('pattern', isEqual)),
  format: bound('format', isEqual),
  minimum: lower,
  exclusiveMinimum: lower,
  maximum: upper,
  exclusiveMaximum: upper,
  multipleOf: of('number', multipleFits),
  // How text is to be read: another meaning in either direction.
  contentEncoding: stays('contentEncoding'),
  contentMediaType: stays('contentMediaType'),
  not: notFits,
};

/** The values of a schema that has only so many. */
export function valuesOf({ type, enum: values }: Json): unknown[] | undefined {
  if (values) return values;
  if (type === 'null') return [null];
  return type === 'boolean' ? [true, false] : undefined;
}

/** Makes a rule one of a single type: `maxLength` says nothing of a number. */
function of(type: string, rule: Rule): Rule {
  return (pair) => {
    const given = pair.inner.type === 'integer' ? 'number' : (pair.inner.type ?? type);
    return given === type ? rule(pair) : [];
  };
}

function versionsOf({ context, inner, outer }: Pair): { before: Json; after: Json } {
  return context.direction === 'request' ? { before: inner, after: outer } : { before: outer, after: inner };
}

function changed(pair: Pair, keyword: string): BreakingChange[] {
  const { before, after } = versionsOf(pair);
  const [was, is] = [before, after].map((schema) =>
    keyword in schema ? JSON.stringify(schema[keyword]) : 'not given',
  );
  return [{ path: pair.path, message: `${keyword} was ${was}, is ${is} now` }];
}

function bound(keyword: string, isWithin: (inner: Json, outer: Json) => boolean): Rule {
  return (pair) =>
    pair.outer[keyword] === undefined || isWithin(pair.inner[keyword], pair.outer[keyword])
      ? []
      : changed(pair, keyword);
}

function isEqual(inner: Json, outer: Json): boolean {
  return inner === outer;
}

/** Nothing is shorter than nothing: 0 bounds nothing. */
function isAtLeast(inner = 0, outer = 0): boolean {
  return inner >= outer;
}

function isAtMost(inner = Number.POSITIVE_INFINITY, outer = Number.POSITIVE_INFINITY): boolean {
  return inner <= outer;
}

function stays(keyword: string): Rule {
  return (pair) =>
    pair.context.versions.isSame(pair.inner[keyword], pair.outer[keyword], 'values') ? [] : changed(pair, keyword);
}

/** What is left out of a request means something else with another default; in an answer, a default only explains. */
function defaultStays(pair: Pair): BreakingChange[] {
  return pair.context.direction === 'request' ? stays('default')(pair) : [];
}

function valuesFit({ context, inner, outer, path }: Pair): BreakingChange[] {
  if (!outer.enum) return [];
  const allowed = outer.enum.map((value: unknown) => JSON.stringify(value));
  const values = valuesOf(inner)?.map((value) => JSON.stringify(value)) ?? ['another value'];
  const words = (value: string) =>
    context.direction === 'request' ? `must not be ${value} any more` : `may be ${value} now`;
  return values.filter((value) => !allowed.includes(value)).map((value) => ({ path, message: words(value) }));
}

/** Bounds of numbers, with or without the bound itself; `sign` turns an upper one into a lower one. */
function limit(inclusive: string, exclusive: string, sign: 1 | -1): Rule {
  const strictest = (schema: Json) =>
    [
      { keyword: inclusive, value: (schema[inclusive] ?? Number.NaN) * sign, isOpen: false },
      { keyword: exclusive, value: (schema[exclusive] ?? Number.NaN) * sign, isOpen: true },
    ]
      .filter(({ value }) => !Number.isNaN(value))
      .toSorted((one, other) => other.value - one.value || Number(other.isOpen) - Number(one.isOpen))[0];
  return of('number', (pair) => {
    // In OpenAPI 3.0 it is a boolean, which is no bound to compare.
    if ([pair.inner, pair.outer].some((schema) => typeof schema[exclusive] === 'boolean'))
      return stays(exclusive)(pair);
    const [inner, outer] = [strictest(pair.inner), strictest(pair.outer)];
    if (!outer || (pair.context.direction === 'answer' && isOfEachInteger(pair.outer, outer.value))) return [];
    if (inner && (inner.value > outer.value || (inner.value === outer.value && inner.isOpen >= outer.isOpen)))
      return [];
    return changed(pair, outer.keyword);
  });
}

/** Every whole number of JavaScript is within ±(2^53 - 1); a document that says so promises nothing. */
function isOfEachInteger({ type }: Json, value: number): boolean {
  return type === 'integer' && Math.abs(value) === Number.MAX_SAFE_INTEGER;
}

function multipleFits(pair: Pair): BreakingChange[] {
  const { inner, outer } = pair;
  if (outer.multipleOf === undefined) return [];
  const step = inner.multipleOf ?? (inner.type === 'integer' ? 1 : Number.NaN);
  return Number.isInteger(step / outer.multipleOf) ? [] : changed(pair, 'multipleOf');
}

function requiredFit({ context, inner, outer, path }: Pair): BreakingChange[] {
  const message = context.direction === 'request' ? 'is required now' : 'is not always there any more';
  const given = new Set(inner.required);
  return (outer.required ?? [])
    .filter((name: string) => !given.has(name))
    .map((name: string) => ({ path: `${path}.${name}`, message }));
}

function membersFit(pair: Pair): BreakingChange[] {
  const { context, inner, outer, path } = pair;
  const { before, after } = versionsOf(pair);
  const message = context.direction === 'request' ? 'is not read any more' : 'is gone';
  const [was, is] = [before.properties ?? {}, after.properties ?? {}];
  return [
    ...Object.keys(was).flatMap((name) =>
      Object.hasOwn(is, name)
        ? context.fit(inner.properties[name], outer.properties[name], `${path}.${name}`)
        : [{ path: `${path}.${name}`, message }],
    ),
    ...Object.keys(is).flatMap((name) => (Object.hasOwn(was, name) ? [] : newMemberFits(pair, name))),
    ...otherMembersFit(pair),
  ];
}

/** A new member is no change but where the document said something of every member: `additionalProperties: {type: integer}`. */
function newMemberFits(pair: Pair, name: string): BreakingChange[] {
  const { context, path } = pair;
  const { before, after } = versionsOf(pair);
  const [any, member] = [before.additionalProperties, after.properties[name]];
  if (any === undefined || any === false) return [];
  return context.direction === 'request'
    ? context.fit(any, member, `${path}.${name}`)
    : context.fit(member, any, `${path}.${name}`);
}

function otherMembersFit(pair: Pair): BreakingChange[] {
  const { context, path } = pair;
  const { before, after } = versionsOf(pair);
  const [was, is] = [before.additionalProperties, after.additionalProperties];
  if (context.direction === 'request') {
    if (is === false && was !== false) return [{ path, message: 'unknown members are refused now' }];
    return context.fit(was, is, `${path}.*`);
  }
  // Clients ignore members that they do not know, so nobody has relied on there being none.
  if (was === undefined || was === false) return [];
  if (is === false) return [{ path: `${path}.*`, message: 'is gone' }];
  return context.fit(is, was, `${path}.*`);
}

/** Names are texts, whether a schema says so or not. */
function namesFit({ context, inner, outer, path }: Pair): BreakingChange[] {
  const [some, others] = [inner, outer].map(({ propertyNames = {} }) => ({
    allOf: [propertyNames, { type: 'string' }],
  }));
  return context.fit(some, others, `${path} propertyNames`);
}

function dependentFit(pair: Pair): BreakingChange[] {
  const { inner, outer } = pair;
  const isGiven = ([name, others]: [string, string[]]) => {
    const given = new Set([...(inner.dependentRequired?.[name] ?? []), ...(inner.required ?? [])]);
    return others.every((other) => given.has(other));
  };
  return Object.entries<string[]>(outer.dependentRequired ?? {}).every(isGiven)
    ? []
    : changed(pair, 'dependentRequired');
}

/** What stands at each place of a list: one of `prefixItems`, then `items`. */
function itemsFit({ context, inner, outer, path }: Pair): BreakingChange[] {
  const places = Math.max(inner.prefixItems?.length ?? 0, outer.prefixItems?.length ?? 0);
  const at = ({ prefixItems, items }: Json, place: number) => prefixItems?.[place] ?? items;
  return [
    ...Array.from({ length: places }, (_, place) =>
      context.fit(at(inner, place), at(outer, place), `${path}[${place}]`),
    ).flat(),
    ...context.fit(inner.items, outer.items, `${path}[]`),
  ];
}

function notFits(pair: Pair): BreakingChange[] {
  const { context, inner, outer } = pair;
  return outer.not === undefined || context.versions.isSame(inner.not, outer.not) ? [] : changed(pair, 'not');
}
