// Which changes of a JSON Schema break who sends what it describes, and who reads it.
import { describe, expect, it } from 'vitest';
import { breakingRestChanges } from './support/contract-changes/rest.ts';
import type { Json } from './support/contract-changes/versions.ts';
import { documentOfAnswer, documentOfRequest } from './support/openapi-documents.ts';

/** Nothing breaks; or the only break, in words that follow the path of the body: `.member: is gone`. */
type Outcome = null | string | string[];

/** A change, what it breaks as a request, and what as an answer. */
type Case = [name: string, before: Json, after: Json, request: Outcome, answer: Outcome];

const string = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties: Json, others: Json = {}) => ({ type: 'object', properties, ...others });
const unknown = (keyword: string) => `: ${keyword} changed: this check does not know what that breaks`;

/** What is said of a keyword that was dropped breaks answers, what is said of one that was added breaks requests. */
function constraint(keyword: string, value: unknown, rest: Json): Case[] {
  const given = JSON.stringify(value);
  return [
    [`${keyword} added`, rest, { ...rest, [keyword]: value }, `: ${keyword} was not given, is ${given} now`, null],
    [`${keyword} dropped`, { ...rest, [keyword]: value }, rest, null, `: ${keyword} was ${given}, is not given now`],
  ];
}

/** The narrower of two values of a keyword breaks requests, the wider one answers. */
function narrower(keyword: string, wide: unknown, narrow: unknown, rest: Json): Case[] {
  const [some, less] = [wide, narrow].map((value) => JSON.stringify(value));
  const words = (was?: string, is?: string) => `: ${keyword} was ${was}, is ${is} now`;
  const [before, after] = [
    { ...rest, [keyword]: wide },
    { ...rest, [keyword]: narrow },
  ];
  return [
    ...constraint(keyword, narrow, rest),
    [`${keyword} narrower`, before, after, words(some, less), null],
    [`${keyword} wider`, after, before, null, words(less, some)],
  ];
}

const types: Case[] = [
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

const values: Case[] = [
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

const known = (codes: string[]) => ({ anyOf: [{ ...string, enum: codes }, string] });
const cat = object({ kind: { const: 'cat' }, lives: integer }, { required: ['kind'] });
const dog = object({ kind: { const: 'dog' } }, { required: ['kind'] });

const alternatives: Case[] = [
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
  ].map((part) => part) as Case,
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

const members: Case[] = [
  ['a member added', object({}), object({ a: string }), null, null],
  ['a member dropped', object({ a: string }), object({}), '.a: is not read any more', '.a: is gone'],
  [
    'a member of a member',
    object({ a: object({ b: string }) }),
    object({ a: object({ b: integer }) }),
    '.a.b: must not be string any more',
    '.a.b: may be integer now',
  ],
  ['a member required', object({ a: string }), object({ a: string }, { required: ['a'] }), '.a: is required now', null],
  ['a new member required', object({}), object({ a: string }, { required: ['a'] }), '.a: is required now', null],
  [
    'a member optional',
    object({ a: string }, { required: ['a'] }),
    object({ a: string }),
    null,
    '.a: is not always there any more',
  ],
  [
    'unknown members refused',
    object({}),
    object({}, { additionalProperties: false }),
    ': unknown members are refused now',
    null,
  ],
  [
    'unknown members allowed',
    object({}, { additionalProperties: false }),
    object({}, { additionalProperties: true }),
    null,
    null,
  ],
  [
    'a map refused',
    object({}, { additionalProperties: true }),
    object({}, { additionalProperties: false }),
    ': unknown members are refused now',
    '.*: is gone',
  ],
  [
    'a map narrowed',
    object({}, { additionalProperties: true }),
    object({}, { additionalProperties: string }),
    '.*: must be string now',
    null,
  ],
  ['a map widened', object({}, { additionalProperties: string }), object({}), null, '.*: may be anything now'],
  [
    'a map of another type',
    object({}, { additionalProperties: string }),
    object({}, { additionalProperties: integer }),
    '.*: must not be string any more',
    '.*: may be integer now',
  ],
  [
    'a member of a map',
    object({}, { additionalProperties: string }),
    object({ a: integer }, { additionalProperties: string }),
    '.a: must not be string any more',
    '.a: may be integer now',
  ],
  ['names of any text', object({}, { propertyNames: string }), object({}), null, null],
  [
    'names narrowed',
    object({}),
    object({}, { propertyNames: { maxLength: 2 } }),
    ' propertyNames: maxLength was not given, is 2 now',
    null,
  ],
  [
    'names widened',
    object({}, { propertyNames: { maxLength: 2 } }),
    object({}),
    null,
    ' propertyNames: maxLength was 2, is not given now',
  ],
  ...constraint('dependentRequired', { a: ['b'] }, { type: 'object' }),
];

const items: Case[] = [
  ['items added', { type: 'array' }, { type: 'array', items: string }, '[]: must be string now', null],
  ['items dropped', { type: 'array', items: string }, { type: 'array' }, null, '[]: may be anything now'],
  [
    'items of another type',
    { type: 'array', items: string },
    { type: 'array', items: integer },
    '[]: must not be string any more',
    '[]: may be integer now',
  ],
  ['a place added', { type: 'array' }, { type: 'array', prefixItems: [string] }, '[0]: must be string now', null],
  [
    'a place dropped',
    { type: 'array', prefixItems: [string, string] },
    { type: 'array', prefixItems: [string] },
    null,
    '[1]: may be anything now',
  ],
  [
    'a place of another type',
    { type: 'array', prefixItems: [string] },
    { type: 'array', prefixItems: [integer] },
    '[0]: must not be string any more',
    '[0]: may be integer now',
  ],
  [
    'a place that items cover',
    { type: 'array', items: string },
    { type: 'array', prefixItems: [string], items: string },
    null,
    null,
  ],
];

const bounds: Case[] = [
  ...narrower('minLength', 1, 2, string),
  ...narrower('maxLength', 3, 2, string),
  ...narrower('minimum', 1, 2, integer),
  ...narrower('maximum', 3, 2, integer),
  ...narrower('exclusiveMinimum', 1, 2, integer),
  ...narrower('exclusiveMaximum', 3, 2, integer),
  ...narrower('minItems', 1, 2, { type: 'array' }),
  ...narrower('maxItems', 3, 2, { type: 'array' }),
  ...narrower('minProperties', 1, 2, { type: 'object' }),
  ...narrower('maxProperties', 3, 2, { type: 'object' }),
  ...narrower('multipleOf', 2, 4, integer),
  ...narrower('uniqueItems', false, true, { type: 'array' }),
  ...constraint('pattern', '^a', string),
  ...constraint('format', 'email', string),
  ...constraint('not', { maxLength: 2 }, string),
  [
    'another pattern',
    { ...string, pattern: 'a' },
    { ...string, pattern: 'b' },
    ': pattern was "a", is "b" now',
    ': pattern was "a", is "b" now',
  ],
  [
    'another format',
    { ...string, format: 'uri' },
    { ...string, format: 'email' },
    ': format was "uri", is "email" now',
    ': format was "uri", is "email" now',
  ],
  [
    'another not',
    { ...string, not: { const: 'a' } },
    { ...string, not: { const: 'b' } },
    ': not was {"const":"a"}, is {"const":"b"} now',
    ': not was {"const":"a"}, is {"const":"b"} now',
  ],
  [
    'the bound itself refused',
    { ...integer, minimum: 1 },
    { ...integer, exclusiveMinimum: 1 },
    ': exclusiveMinimum was not given, is 1 now',
    null,
  ],
  ['a minimum that says nothing', string, { ...string, minLength: 0 }, null, null],
  ['a dropped minimum that said nothing', { ...string, minLength: 0 }, string, null, null],
  ['a whole multiple of one', integer, { ...integer, multipleOf: 1 }, null, null],
  [
    'bounds of each whole number dropped',
    { ...integer, minimum: -(2 ** 53 - 1), maximum: 2 ** 53 - 1 },
    integer,
    null,
    null,
  ],
  [
    'a bound of each whole number added',
    integer,
    { ...integer, maximum: 2 ** 53 - 1 },
    `: maximum was not given, is ${2 ** 53 - 1} now`,
    null,
  ],
  [
    'another encoding',
    string,
    { ...string, contentEncoding: 'base64' },
    ': contentEncoding was not given, is "base64" now',
    ': contentEncoding was not given, is "base64" now',
  ],
  [
    'no encoding',
    { ...string, contentMediaType: 'text/css' },
    string,
    ': contentMediaType was "text/css", is not given now',
    ': contentMediaType was "text/css", is not given now',
  ],
  ['a default added', string, { ...string, default: 'a' }, ': default was not given, is "a" now', null],
  ['a default dropped', { ...string, default: 'a' }, string, ': default was "a", is not given now', null],
  ['another default', { ...string, default: 'a' }, { ...string, default: 'b' }, ': default was "a", is "b" now', null],
];

const others: Case[] = [
  [
    'annotations',
    { ...string, title: 'a', description: 'a', example: 'a' },
    {
      ...string,
      examples: ['b'],
      deprecated: true,
      readOnly: true,
      writeOnly: true,
      $comment: 'b',
      externalDocs: { url: 'b' },
      'x-b': 1,
      $defs: {},
    },
    null,
    null,
  ],
  ['an unknown keyword added', {}, { if: string }, unknown('if'), unknown('if')],
  ['an unknown keyword dropped', { nullable: true }, {}, unknown('nullable'), unknown('nullable')],
  [
    'an unknown keyword changed',
    { patternProperties: { a: string } },
    { patternProperties: { a: integer } },
    unknown('patternProperties'),
    unknown('patternProperties'),
  ],
  [
    'a name like an annotation',
    { patternProperties: { title: string } },
    { patternProperties: { title: integer } },
    unknown('patternProperties'),
    unknown('patternProperties'),
  ],
  ['an annotation in an unknown keyword', { contains: string }, { contains: { ...string, title: 'a' } }, null, null],
];

const cases = [...types, ...values, ...alternatives, ...members, ...items, ...bounds, ...others];
const lines = (outcome: Outcome, place: string) =>
  (outcome === null ? [] : [outcome].flat()).map((words) => `POST /things ${place} application/json${words}`);
const found = (before: Json, after: Json) =>
  breakingRestChanges(before, after).map(({ path, message }) => `${path}: ${message}`);

describe('a schema', () => {
  it.each(cases)('of a request: %s', (_, before, after, request) => {
    expect(found(documentOfRequest(before), documentOfRequest(after))).toEqual(lines(request, 'request'));
  });

  it.each(cases)('of an answer: %s', (_, before, after, __, answer) => {
    expect(found(documentOfAnswer(before), documentOfAnswer(after))).toEqual(lines(answer, '200'));
  });

  it.each(
    [...new Set(cases.flatMap(([, before, after]) => [before, after]))].map((schema) => [
      JSON.stringify(schema),
      schema,
    ]),
  )('that stays breaks nothing: %s', (_, schema) => {
    expect(found(documentOfRequest(schema), documentOfRequest(schema))).toEqual([]);
    expect(found(documentOfAnswer(schema), documentOfAnswer(schema))).toEqual([]);
  });
});

describe('a reference', () => {
  const ref = (name: string, others: Json = {}) => ({ $ref: `#/components/schemas/${name}`, ...others });
  const tree = (value: Json) => ({
    Tree: object({ value, left: ref('Tree'), right: { anyOf: [ref('Tree'), { type: 'null' }] } }),
  });

  it('is followed, whatever it is called', () => {
    expect(
      found(
        documentOfAnswer(string),
        documentOfAnswer(ref('a/b'), { 'a/b': string }).components
          ? documentOfAnswer(ref('a~1b'), { 'a/b': string })
          : null,
      ),
    ).toEqual([]);
    expect(found(documentOfAnswer(ref('A'), { A: string }), documentOfAnswer(ref('B'), { B: integer }))).toEqual(
      lines(': may be integer now', '200'),
    );
  });

  it('to itself ends, and what changes in it is found once', () => {
    expect(found(documentOfRequest(ref('Tree'), tree(string)), documentOfRequest(ref('Tree'), tree(integer)))).toEqual(
      lines('.value: must not be string any more', 'request'),
    );
    expect(found(documentOfAnswer(ref('Tree'), tree(string)), documentOfAnswer(ref('Tree'), tree(string)))).toEqual([]);
  });

  it('within a keyword that is not known is followed too', () => {
    const contains = (schemas: Json) => documentOfAnswer({ contains: ref('Tree') }, schemas);
    expect(found(contains(tree(string)), contains(tree(string)))).toEqual([]);
    expect(found(contains(tree(string)), contains(tree(integer)))).toEqual(lines(unknown('contains'), '200'));
  });

  it('counts together with what stands beside it', () => {
    const before = documentOfAnswer(ref('A', { maxLength: 2, description: 'a' }), { A: string });
    expect(found(before, documentOfAnswer(ref('A'), { A: string }))).toEqual(
      lines(': maxLength was 2, is not given now', '200'),
    );
  });

  it('that leads nowhere, or out of the document, is an error', () => {
    expect(() => found(documentOfAnswer(ref('A')), documentOfAnswer(string))).toThrow('leads nowhere');
    expect(() => found(documentOfAnswer({ $ref: 'a.json#/x' }), documentOfAnswer(string))).toThrow(
      'out of the document',
    );
  });
});
