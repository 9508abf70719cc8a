// JSON objects that callers store: what they may hold, how a patch changes them, and what a change changed.
import { z } from 'zod';
import { assertWellFormed, invalid, REQUIRED, transformWith } from './text.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object. Whatever its members are called (`constructor`, `__proto__`), they are its own. */
export interface JsonObject {
  [name: string]: Json;
}

/** Bytes that a stored object may take, as JSON in UTF-8. */
export const LARGEST_OBJECT = 32 * 1024;
/** Objects and arrays within each other, the outermost counted. */
export const DEEPEST = 16;
/** PostgreSQL writes numbers out: one this near to 0 takes as many digits as it has zeros. */
const NEAREST_TO_ZERO = 1e-20;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Refuses what jsonb would not hold, or give back as something else.
 *
 * @param value - anything that was read from JSON
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` unless it is an object, at most 16 levels deep, of text without U+0000 and
 *   lone surrogates, numbers that are exact, and members none of which is named `__proto__`
 */
export function assertStorableJson(value: unknown): asserts value is JsonObject {
  if (!isObject(value)) throw invalid('must be an object');
  assertStorableValue(value, 1);
}

/** Whether a value is deeper than one may be that is stored, however deep it is. */
export function isTooDeep(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > DEEPEST || Object.values(value).some((member) => isTooDeep(member, depth + 1));
}

/** Goes no deeper than a value may be, however deep it is. */
function assertStorableValue(value: unknown, depth: number): void {
  if (typeof value === 'string') assertStorableString(value);
  else if (typeof value === 'number') assertStorableNumber(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) throw invalid(`must be at most ${DEEPEST} levels deep`);
  if (Array.isArray(value)) {
    for (const element of value) assertStorableValue(element, depth + 1);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw invalid('must not have a member named __proto__');
    assertStorableString(name);
    assertStorableValue(member, depth + 1);
  }
}

function assertStorableString(value: string): void {
  if (value.includes('\u0000')) throw invalid('must not contain U+0000');
  assertWellFormed(value);
}

function assertStorableNumber(value: number): void {
  if (!Number.isFinite(value)) throw invalid('must not contain numbers beyond 1.7976931348623157e308');
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw invalid(`must not contain whole numbers beyond ${Number.MAX_SAFE_INTEGER}: send them as strings`);
  if (value !== 0 && Math.abs(value) < NEAREST_TO_ZERO)
    throw invalid(`must not contain numbers nearer to 0 than ${NEAREST_TO_ZERO}: send them as strings`);
}

/** A JSON object that can be stored, or be merged into one that is. */
export const jsonPatch = z
  .unknown()
  .meta({ type: 'object' })
  .transform(
    transformWith((value): JsonObject => {
      if (value === undefined) throw invalid(REQUIRED);
      assertStorableJson(value);
      return value;
    }),
  );

/** A patch of a JSON object in an update: an absent one leaves the object as it is, and null clears it. */
export const changedJson = jsonPatch.nullish();

/**
 * Applies a merge patch: members that it has replace those of the same name, null takes them away, objects are merged.
 *
 * @param target - is not changed; what is no object counts as an empty one where the patch is an object
 * @param patch - goes as deep as `assertStorableJson` allows
 * @see RFC 7396, section 2
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject;
export function mergePatch(target: Json | undefined, patch: Json): Json;
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // Unlike an assignment, this makes even `__proto__` a member.
  return Object.fromEntries(merged);
}

/** What two objects hold where they differ. */
export interface Difference {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/**
 * What changed from one object to another: the members that differ, and of objects that both have, theirs. A member that one
 * of them lacks is in the other's part alone.
 *
 * @returns undefined when both mean the same, in whatever order their members are
 */
export function differenceOf(before: JsonObject, after: JsonObject): Difference | undefined {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const removed: [string, Json][] = [];
  const added: [string, Json][] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const changed = changeOf(old.get(name), now.get(name));
    if (changed?.before !== undefined) removed.push([name, changed.before]);
    if (changed?.after !== undefined) added.push([name, changed.after]);
  }
  if (removed.length === 0 && added.length === 0) return undefined;
  return { before: Object.fromEntries(removed), after: Object.fromEntries(added) };
}

/** The same of two values, either of which may be absent. */
function changeOf(
  before: Json | undefined,
  after: Json | undefined,
): Partial<Record<keyof Difference, Json>> | undefined {
  if (isObject(before) && isObject(after)) return differenceOf(before, after);
  const same = Array.isArray(before) && Array.isArray(after) ? isSameArray(before, after) : before === after;
  return same ? undefined : { before, after };
}

function isSameArray(one: Json[], other: Json[]): boolean {
  return one.length === other.length && one.every((element, index) => changeOf(element, other[index]) === undefined);
}

/** Bytes that a value takes as JSON in UTF-8. */
export function jsonSize(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Refuses an object that is larger than what is stored; asked of a patched object, since each patch alone may be small.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function assertObjectSize(value: JsonObject): void {
  if (jsonSize(value) > LARGEST_OBJECT)
    throw invalid(`must be at most ${LARGEST_OBJECT / 1024} KiB of JSON after the merge`);
}
