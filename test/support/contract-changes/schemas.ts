// Tells how a JSON Schema of a request must not become narrower, and one of an answer not wider.
import type { BreakingChange } from './accepted.ts';
import { alternativesOf, flatten, hasOverlap, isWithinType } from './alternatives.ts';
import { type Comparison, rules, valuesOf } from './keywords.ts';
import { isAnnotation, type Json, type Versions } from './versions.ts';

/**
 * Compares what may be sent: all that fitted before must still fit.
 *
 * @param path - where the schemas stand, for the changes
 */
export function changesOfRequest(versions: Versions, before: Json, after: Json, path: string): BreakingChange[] {
  return comparison(versions, 'request').fit(before, after, path);
}

/**
 * Compares what may be answered: all that fits now must have fitted before, but for members that are new, which clients ignore.
 *
 * @param path - where the schemas stand, for the changes
 */
export function changesOfAnswer(versions: Versions, before: Json, after: Json, path: string): BreakingChange[] {
  return comparison(versions, 'answer').fit(after, before, path);
}

function comparison(versions: Versions, direction: Comparison['direction']): Comparison {
  const visiting = new Set<string>();
  const context: Comparison = {
    versions,
    direction,
    fit(inner, outer, path) {
      // A schema that holds itself: what is being compared further out is not compared again.
      const pair = JSON.stringify([inner ?? true, outer ?? true]);
      if (visiting.has(pair)) return [];
      visiting.add(pair);
      const changes = changesOf(context, inner, outer, path);
      visiting.delete(pair);
      return unique(changes);
    },
  };
  return context;
}

/** Each alternative that is let in or given must fit one that was promised. */
function changesOf(context: Comparison, inner: Json, outer: Json, path: string): BreakingChange[] {
  const [inners, outers] = [inner, outer].map((schema) => alternativesOf(context.versions, schema)) as [Json[], Json[]];
  return [
    ...overlaps(context, inner, outer, path),
    ...(context.direction === 'answer' ? goneFromAll(outers, inners, path) : []),
    ...inners.flatMap((alternative) => misfits(context, alternative, outers, path)),
  ];
}

/** A request that matches two branches of `oneOf` is refused; nobody minds such an answer. */
function overlaps({ versions, direction }: Comparison, before: Json, after: Json, path: string): BreakingChange[] {
  if (direction === 'answer' || !hasOverlap(versions, after)) return [];
  const [was, is] = [before, after].map((schema) => flatten(versions, schema).oneOf);
  if (was && versions.isSame(was, is)) return [];
  return [{ path, message: 'oneOf: what matches two of its schemas is refused now' }];
}

/** Members that no alternative has any more, although another one covers what is left of the alternative that had them. */
function goneFromAll(before: Json[], after: Json[], path: string): BreakingChange[] {
  const names = (schemas: Json[]) => schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const left = names(after);
  return names(before)
    .filter((name) => !left.includes(name))
    .map((name) => ({ path: `${path}.${name}`, message: 'is gone' }));
}

/** What keeps an alternative from fitting the one of the others that it comes nearest to. */
function misfits(context: Comparison, inner: Json, outers: Json[], path: string): BreakingChange[] {
  const near = outers.filter((outer) => isWithinType(inner.type, outer.type));
  const attempts = near.map((outer) => changesOfKeywords(context, inner, outer, path));
  if (attempts.some((changes) => changes.length === 0)) return [];
  const values = valuesOf(inner);
  // Each of several values may fit another alternative: `enum: [a, b]` is `anyOf: [{const: a}, {const: b}]`.
  if (values && values.length > 1 && near.length > 1)
    return values.flatMap((value) => misfits(context, { ...inner, enum: [value] }, outers, path));
  const [nearest] = attempts.toSorted((one, other) => one.length - other.length);
  return nearest ?? [{ path, message: typeChange(context, inner, outers) }];
}

function typeChange({ direction }: Comparison, inner: Json, outers: Json[]): string {
  if (direction === 'answer') return `may be ${inner.type ?? 'anything'} now`;
  if (inner.type) return `must not be ${inner.type} any more`;
  return `must be ${outers.map(({ type }) => type).join(' or ') || 'left out'} now`;
}

/** Every keyword of two flat schemas has a rule, or must not change at all. */
function changesOfKeywords(context: Comparison, inner: Json, outer: Json, path: string): BreakingChange[] {
  const keywords = [...new Set([...Object.keys(inner), ...Object.keys(outer)])].filter(
    (keyword) => keyword !== 'type' && !isAnnotation(keyword),
  );
  // Keywords that are only understood together share a rule.
  const known = new Set(keywords.filter((keyword) => Object.hasOwn(rules, keyword)).map((keyword) => rules[keyword]));
  const unknown = keywords.filter(
    (keyword) => !Object.hasOwn(rules, keyword) && !context.versions.isSameKeyword(keyword, inner, outer),
  );
  return [
    ...[...known].flatMap((rule) => rule?.({ context, inner, outer, path }) ?? []),
    ...unknown.map((keyword) => ({ path, message: `${keyword} changed: this check does not know what that breaks` })),
  ];
}

function unique(changes: BreakingChange[]): BreakingChange[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}
