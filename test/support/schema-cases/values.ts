// Types and values.
import { type Case, integer, string } from './case.ts';

export const types: Case[] = [
  ['another type', string, { type: 'boolean' }, ': must not be string any more', ': may be boolean now'],
  ['integer to number', integer, { type: 'number' }, null, ': may be number now'],
  ['number to integer', { type: 'number' }, integer, ': must not be number any more', null],
  ['a type dropped', string, {}, null, ': may be anything now'],
  ['a type given', {}, string, ': must be string now', null],
  ['nothing at all', string, false, ': must not be string any more', null],
  ['anything by a boolean', {}, true, null, null],
  ['null added', string, { type: ['string', 'null'] }, null, ': may be null now'],
  ['null dropped', { type: ['string', 'null'] }, string, ': must not be null any more', null],
  ['null in other words', { type: ['string', 'null'] }, { anyOf: [string, { type: 'null' }] }, null, null],
  ['null by anyOf', string, { anyOf: [string, { type: 'null' }] }, null, ': may be null now'],
  ['a bound of one type', integer, { type: ['integer', 'string'], maxLength: 2 }, null, ': may be string now'],
];

export const values: Case[] = [
  ['null as a const', { type: 'null' }, { const: null }, null, null],
  ['an enum without the null of its type', { type: ['string', 'null'], enum: ['a'] }, { enum: ['a'] }, null, null],
  ['a value of an enum added', { enum: ['a'] }, { enum: ['a', 'b'] }, null, ': may be "b" now'],
  ['a value of an enum dropped', { enum: ['a', 'b'] }, { enum: ['a'] }, ': must not be "b" any more', null],
  ['const to an enum', { const: 'a' }, { ...string, enum: ['a', 'b'] }, null, ': may be "b" now'],
  ['an enum to a const', { ...string, enum: ['a', 'b'] }, { const: 'a' }, ': must not be "b" any more', null],
  ['another const', { const: 'a' }, { const: 'b' }, ': must not be "a" any more', ': may be "b" now'],
  ['an enum opened', { ...string, enum: ['a'] }, string, null, ': may be another value now'],
  ['an enum closed', string, { ...string, enum: ['a'] }, ': must not be another value any more', null],
  ['a boolean said as an enum', { type: 'boolean' }, { enum: [true, false] }, null, null],
  ['a boolean to a const', { type: 'boolean' }, { const: true }, ': must not be false any more', null],
  [
    'null in an enum',
    { type: ['string', 'null'], enum: ['a', null] },
    { enum: ['a'] },
    ': must not be null any more',
    null,
  ],
  ['an enum in alternatives', { enum: ['a', 'b'] }, { oneOf: [{ const: 'a' }, { const: 'b' }] }, null, null],
];
