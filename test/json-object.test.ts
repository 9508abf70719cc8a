// JSON objects that callers store: what is refused, how patches are merged, and what is told of a change.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  assertObjectSize,
  assertStorableJson,
  changedJson,
  differenceOf,
  type Json,
  type JsonObject,
  jsonPatch,
  jsonSize,
  LARGEST_OBJECT,
  mergePatch,
} from '../src/json-object.ts';

/** Few names and values, so that two objects have much in common; names that every object inherits are among them. */
const name = fc.constantFrom('a', 'b', '1', '', 'constructor', 'toString', '__proto__');
const scalar = fc.constantFrom<Json>(null, true, 0, 1.5, '', 'a', '\u{1f600}');
const json = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 4 })
    .map((members): JsonObject => Object.fromEntries(members)),
}));

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One text for all values that mean the same. */
function meaningOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(meaningOf)}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((each) => `${JSON.stringify(each)}:${meaningOf(value[each] as Json)}`)}}`;
}

function nested(levels: number, innermost = '1'): unknown {
  return JSON.parse(`${'{"a":'.repeat(levels - 1)}{"a":${innermost}}${'}'.repeat(levels - 1)}`);
}

function reasonOf(value: unknown): string | undefined {
  return jsonPatch.safeParse(value).error?.issues[0]?.message;
}

describe('an object to be stored', () => {
  it.each([
    ['{}'],
    ['{"":{"constructor":1,"toString":[null,{"prototype":{}}]}}'],
    ['{"a":[9007199254740991,-9007199254740991,0.1,-1e-20,0,-0]}'],
    ['{"\u{1f600}":"\\u0001\\n\u200b"}'],
  ])('may be %s', (text) => {
    const value = JSON.parse(text);
    expect(reasonOf(value)).toBeUndefined();
    expect(() => assertStorableJson(value)).not.toThrow();
    expect(jsonPatch.parse(value)).toBe(value);
  });

  it.each([
    ['[]', 'must be an object'],
    ['null', 'must be an object'],
    ['"{}"', 'must be an object'],
    ['1', 'must be an object'],
    ['{"__proto__":1}', 'must not have a member named __proto__'],
    ['{"a":[{"b":{"__proto__":{}}}]}', 'must not have a member named __proto__'],
    ['{"a":["x\\u0000"]}', 'must not contain U+0000'],
    ['{"\\u0000":1}', 'must not contain U+0000'],
    ['{"a":"\\ud83d"}', 'must be well-formed Unicode'],
    ['{"a":{"\\ude00":1}}', 'must be well-formed Unicode'],
    ['{"a":9007199254740992}', 'must not contain whole numbers beyond 9007199254740991: send them as strings'],
    ['{"a":[-1e300]}', 'must not contain whole numbers beyond 9007199254740991: send them as strings'],
    ['{"a":1e400}', 'must not contain numbers beyond 1.7976931348623157e308'],
    ['{"a":-9.9e-21}', 'must not contain numbers nearer to 0 than 1e-20: send them as strings'],
    ['{"a":5e-324}', 'must not contain numbers nearer to 0 than 1e-20: send them as strings'],
  ])('must not be %s', (text, message) => expect(reasonOf(JSON.parse(text))).toBe(message));

  it('is at most 16 levels deep, arrays counted', () => {
    const message = 'must be at most 16 levels deep';
    expect(reasonOf(nested(16))).toBeUndefined();
    expect(reasonOf(nested(17))).toBe(message);
    expect(reasonOf(nested(15, '[1]'))).toBeUndefined();
    expect(reasonOf(nested(15, '[[]]'))).toBe(message);
    expect(reasonOf(nested(16, '{}'))).toBe(message);
    expect(reasonOf(nested(5_000))).toBe(message);
  });

  it('is required, unless an update may leave it out or clear it', () => {
    expect(reasonOf(undefined)).toBe('is required');
    const update = z.object({ meta: changedJson });
    expect(update.parse({})).toEqual({});
    expect(update.parse({ meta: undefined }).meta).toBeUndefined();
    expect(update.parse({ meta: null })).toEqual({ meta: null });
    expect(update.parse({ meta: { a: null } })).toEqual({ meta: { a: null } });
    expect(update.safeParse({ meta: [] }).error?.issues).toMatchObject([
      { path: ['meta'], message: 'must be an object' },
    ]);
  });

  it('is looked at in no time, whatever its 64 KiB are', () => {
    const large = [
      `{"a":[${'0,'.repeat(32_000)}0]}`,
      `{${Array.from({ length: 6_000 }, (_, index) => `"${index}":[]`)}}`,
      `{"a":"${'\ud800'.repeat(65_536)}"}`,
      `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ].map((text) => JSON.parse(text));
    const start = performance.now();
    for (const value of large) reasonOf(value);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is at most 32 KiB in UTF-8', () => {
    const ofSize = (bytes: number) => ({ a: `\u{1f600}${'x'.repeat(bytes - 12)}` });
    expect(jsonSize(ofSize(LARGEST_OBJECT))).toBe(32_768);
    expect(() => assertObjectSize(ofSize(LARGEST_OBJECT))).not.toThrow();
    expect(() => assertObjectSize(ofSize(LARGEST_OBJECT + 1))).toThrow(
      'must be at most 32 KiB of JSON after the merge',
    );
  });
});

/** The pseudo code of RFC 7396, section 2, which changes its target; a member is set as JSON.parse sets one. */
function mergeAsWritten(given: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const target = isObject(given) ? given : {};
  for (const [member, value] of Object.entries(patch)) {
    const old = Object.hasOwn(target, member) ? target[member] : undefined;
    if (value === null) delete target[member];
    else
      Object.defineProperty(target, member, {
        value: mergeAsWritten(old, value),
        configurable: true,
        enumerable: true,
        writable: true,
      });
  }
  return target;
}

describe('a merge patch', () => {
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('of RFC 7396, appendix A: %s and %s make %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  it('does as the RFC is written, and leaves what it was given as it was', () => {
    fc.assert(
      fc.property(json.value, json.value, (target, patch) => {
        const given = JSON.stringify([target, patch]);
        const merged = meaningOf(mergePatch(target, patch));
        expect(JSON.stringify([target, patch])).toBe(given);
        expect(merged).toBe(meaningOf(mergeAsWritten(...(JSON.parse(given) as [Json, Json]))));
      }),
      { numRuns: 5_000 },
    );
  });

  it('sets members of an object, never what it inherits', () => {
    const patch = JSON.parse('{"a":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}');
    const merged = mergePatch(JSON.parse('{"__proto__":{"own":1},"a":1}'), patch);
    expect(JSON.stringify(merged)).toBe(`{"__proto__":{"own":1},"a":${JSON.stringify(patch.a)}}`);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(merged.a)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
    expect(JSON.stringify(mergePatch(merged, JSON.parse('{"__proto__":null,"toString":null}')))).not.toContain('own');
  });

  it('of a storable object into one leaves one that is, but for its size', () => {
    expect(() => assertStorableJson(mergePatch(nested(16) as Json, nested(16) as JsonObject))).not.toThrow();
  });
});

/** What `after` was made of, from what differs. */
function applied(target: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const members = new Map(Object.entries(target));
  for (const member of Object.keys(before)) if (!Object.hasOwn(after, member)) members.delete(member);
  for (const [member, value] of Object.entries(after)) {
    const [was, old] = [members.get(member), Object.hasOwn(before, member) ? before[member] : undefined];
    members.set(member, isObject(was) && isObject(old) && isObject(value) ? applied(was, old, value) : value);
  }
  return Object.fromEntries(members);
}

/** Bytes of the values that a patch takes the place of. */
function replacedSize(target: JsonObject, patch: JsonObject): number {
  const sizes = Object.entries(patch).map(([member, value]) => {
    const old = Object.hasOwn(target, member) ? target[member] : undefined;
    if (isObject(old) && isObject(value)) return replacedSize(old, value);
    return old === undefined ? 0 : jsonSize(old);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('the difference', () => {
  it.each([
    ['{"a":1,"b":2}', '{"b":3,"c":4}', '{"a":1,"b":2}', '{"b":3,"c":4}'],
    ['{"a":{"b":1,"c":1},"d":0}', '{"a":{"b":1,"c":2},"d":0}', '{"a":{"c":1}}', '{"a":{"c":2}}'],
    ['{"a":{"b":1}}', '{"a":{}}', '{"a":{"b":1}}', '{"a":{}}'],
    ['{"a":{"b":1}}', '{"a":[1]}', '{"a":{"b":1}}', '{"a":[1]}'],
    ['{"a":[1,2]}', '{"a":[2,1]}', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":[{"b":1,"c":2}]}', '{"a":[{"b":1}]}', '{"a":[{"b":1,"c":2}]}', '{"a":[{"b":1}]}'],
    ['{"a":null}', '{}', '{"a":null}', '{}'],
    ['{}', '{"__proto__":1,"toString":2}', '{}', '{"__proto__":1,"toString":2}'],
  ])('of %s and %s is %s and %s', (one, other, before, after) => {
    const difference = differenceOf(JSON.parse(one), JSON.parse(other));
    expect(JSON.stringify(difference)).toBe(`{"before":${before},"after":${after}}`);
  });

  it.each([
    ['{}', '{}'],
    ['{"a":1,"b":{"c":[{"d":1,"e":2}]}}', '{"b":{"c":[{"e":2,"d":1}]},"a":1}'],
    ['{"a":0}', '{"a":-0}'],
  ])('of %s and %s is none', (one, other) => {
    expect(differenceOf(JSON.parse(one), JSON.parse(other))).toBeUndefined();
  });

  it('is there when two objects mean another thing, and leads from one to the other', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        const difference = differenceOf(before, after);
        expect(difference === undefined).toBe(meaningOf(before) === meaningOf(after));
        if (difference === undefined) return;
        const there = applied(before, difference.before, difference.after);
        expect(meaningOf(there)).toBe(meaningOf(after));
        expect(meaningOf(applied(there, difference.after, difference.before))).toBe(meaningOf(before));
      }),
      { numRuns: 5_000 },
    );
  });

  it('that a patch makes is no larger than the patch and what it took away', () => {
    fc.assert(
      fc.property(json.object, json.object, (target, patch) => {
        const difference = differenceOf(target, mergePatch(target, patch));
        if (difference === undefined) return;
        expect(jsonSize(difference.after)).toBeLessThanOrEqual(jsonSize(patch));
        expect(jsonSize(difference.before)).toBeLessThanOrEqual(jsonSize(patch) + replacedSize(target, patch));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of deep objects takes no longer than they are large', () => {
    const wide = (leaf: number) => nested(16, `[${Array.from({ length: 2_000 }, () => leaf)}]`) as JsonObject;
    const start = performance.now();
    for (let run = 0; run < 20; run += 1) expect(differenceOf(wide(1), wide(1))).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
