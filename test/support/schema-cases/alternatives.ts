// Alternatives, and schemas that apply together.
import { type Case, integer, object, string, unknown } from './case.ts';

const known = (codes: string[]) => ({ anyOf: [{ ...string, enum: codes }, string] });
const cat = object({ kind: { const: 'cat' }, lives: integer }, { required: ['kind'] });
const dog = object({ kind: { const: 'dog' } }, { required: ['kind'] });

export const alternatives: Case[] = [
  ['anyOf to oneOf of other types', { anyOf: [string, integer] }, { oneOf: [string, integer] }, null, null],
  [
    'oneOf of what overlaps to anyOf',
    { oneOf: [string, { ...string, maxLength: 2 }] },
    { anyOf: [string, { ...string, maxLength: 2 }] },
    null,
    null,
  ],
  ['allOf of two enums', { enum: ['a'] }, { allOf: [{ enum: ['a', 'b'] }, { enum: ['a', 'c'] }] }, null, null],
  [
    'allOf of two bounds',
    { ...string, minLength: 3 },
    { allOf: [{ ...string, minLength: 2 }, { minLength: 3 }] },
    null,
    null,
  ],
  [
    'allOf of one member twice, the other way round',
    object({ a: { type: ['string', 'null'] } }),
    { allOf: [object({ a: string }), object({ a: { type: ['string', 'null'] } })] },
    '.a: must not be null any more',
    null,
  ],
  ['a value added to an open list', known(['a']), known(['a', 'b']), null, null],
  ['a value dropped from an open list', known(['a', 'b']), known(['a']), null, null],
  ['a closed list opened', { ...string, enum: ['a'] }, known(['a']), null, ': may be another value now'],
  ['an alternative added', { anyOf: [string] }, { anyOf: [string, integer] }, null, ': may be integer now'],
  ['an alternative dropped', { anyOf: [string, integer] }, { anyOf: [string] }, ': must not be integer any more', null],
  ['the order of alternatives', { anyOf: [string, integer] }, { anyOf: [integer, string] }, null, null],
  ['an object added', { oneOf: [dog] }, { oneOf: [dog, cat] }, null, '.kind: may be "cat" now'],
  [
    'an object dropped',
    { oneOf: [dog, cat] },
    { oneOf: [dog] },
    ['.kind: must not be "cat" any more', '.lives: is not read any more'],
    '.lives: is gone',
  ],
  ['anyOf to oneOf of what is told apart', { anyOf: [dog, cat] }, { oneOf: [dog, cat] }, null, null],
  [
    'anyOf to oneOf of what overlaps',
    { anyOf: [string, { ...string, maxLength: 2 }] },
    { oneOf: [string, { ...string, maxLength: 2 }] },
    ': oneOf: what matches two of its schemas is refused now',
    null,
  ],
  [
    'what overlaps, as before',
    { oneOf: [string, { ...string, maxLength: 2 }] },
    {
      oneOf: [
        { ...string, title: 'x' },
        { ...string, maxLength: 2 },
      ],
    },
    null,
    null,
  ],
  [
    'anyOf beside members',
    { anyOf: [dog, cat], maxProperties: 3 },
    { anyOf: [dog, cat], maxProperties: 2 },
    ': maxProperties was 3, is 2 now',
    null,
  ],
  [
    'a member of one alternative gone',
    { anyOf: [object({ a: string, b: string }), object({ a: string })] },
    object({ a: string }),
    '.b: is not read any more',
    '.b: is gone',
  ],
  ['allOf around the same', string, { allOf: [string], description: 'x' }, null, null],
  [
    'allOf that is merged',
    object({ a: string, b: integer }, { required: ['a', 'b'] }),
    { allOf: [object({ a: string }, { required: ['a'] }), object({ b: integer }, { required: ['b'] })] },
    null,
    null,
  ],
  [
    'allOf that narrows',
    { ...string, maxLength: 5 },
    { allOf: [{ ...string, maxLength: 5 }, { maxLength: 4 }] },
    ': maxLength was 5, is 4 now',
    null,
  ],
  [
    'allOf of one member twice',
    object({ a: { type: ['string', 'null'] } }),
    { allOf: [object({ a: { type: ['string', 'null'] } }), object({ a: string })] },
    '.a: must not be null any more',
    null,
  ],
  [
    'allOf that is not merged',
    { allOf: [{ pattern: 'a' }, { pattern: 'b' }] },
    { allOf: [{ pattern: 'a' }, { pattern: 'c' }] },
    unknown('allOf'),
    unknown('allOf'),
  ],
  [
    'allOf that closes an object',
    { allOf: [object({ a: string }), object({ b: string })] },
    { allOf: [object({ a: string }), object({ b: string }, { additionalProperties: false })] },
    ['.b: is not read any more', unknown('allOf')],
    ['.b: is gone', unknown('allOf')],
  ],
];
