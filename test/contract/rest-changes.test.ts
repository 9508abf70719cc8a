// Which changes of an operation of the OpenAPI document, around the schemas of its bodies, break clients.
import { describe, expect, it } from 'vitest';
import { breakingRestChanges } from '../support/contract-changes/rest.ts';
import type { Json } from '../support/contract-changes/versions.ts';
import { documentWith, endpoint } from '../support/openapi-documents.ts';

/** A change, what it breaks, and what its opposite breaks; `path: message` after the endpoint. */
type Case = [name: string, before: Json, after: Json, there: string | null, back: string | null];

const string = { type: 'string' };
const integer = { type: 'integer' };
const json = (schema: Json) => ({ 'application/json': { schema } });
const unknown = (member: string) => `: ${member} changed: this check does not know what that breaks`;

const query = (others: Json = {}) => ({ parameters: [{ name: 'q', in: 'query', schema: string, ...others }] });
const q = ' query.q';
const parameters: Case[] = [
  ['a parameter', {}, query(), null, `${q}: the parameter is gone`],
  [
    'a required parameter',
    {},
    query({ required: true }),
    `${q}: the parameter is required now`,
    `${q}: the parameter is gone`,
  ],
  ['a parameter that is required', query(), query({ required: true }), `${q}: the parameter is required now`, null],
  [
    'a schema of a parameter',
    query(),
    query({ schema: { ...string, maxLength: 2 } }),
    `${q}: maxLength was not given, is 2 now`,
    null,
  ],
  [
    'the style of a parameter',
    query({ explode: false }),
    query({ style: 'pipeDelimited', explode: false }),
    `${q}: style was form, is pipeDelimited now`,
    `${q}: style was pipeDelimited, is form now`,
  ],
  ['the style that holds anyway', query(), query({ style: 'form', explode: true, allowReserved: false }), null, null],
  [
    'a parameter exploded',
    query({ explode: false }),
    query(),
    `${q}: explode was false, is true now`,
    `${q}: explode was true, is false now`,
  ],
  [
    'reserved characters',
    query(),
    query({ allowReserved: true }),
    `${q}: allowReserved was false, is true now`,
    `${q}: allowReserved was true, is false now`,
  ],
  [
    'a parameter as content',
    query(),
    query({ schema: undefined, content: json(string) }),
    `${q}: is written as content now`,
    `${q}: is not written as content any more`,
  ],
  [
    'the content of a parameter',
    query({ schema: undefined, content: json(string) }),
    query({ schema: undefined, content: json(integer) }),
    `${q} application/json: must not be string any more`,
    `${q} application/json: must not be integer any more`,
  ],
  [
    'a member of a parameter that is not known',
    query(),
    query({ allowEmptyValue: true }),
    `${q}${unknown('allowEmptyValue')}`,
    `${q}${unknown('allowEmptyValue')}`,
  ],
  ['words about a parameter', query(), query({ description: 'a', example: 'a', deprecated: true }), null, null],
  [
    'a name in upper case of a header',
    { parameters: [{ name: 'x-a', in: 'header', schema: string }] },
    { parameters: [{ name: 'X-A', in: 'header', schema: string }] },
    null,
    null,
  ],
  [
    'a name in upper case of a query',
    query(),
    query({ name: 'Q' }),
    `${q}: the parameter is gone`,
    ' query.Q: the parameter is gone',
  ],
];

const body = (content: Json, others: Json = {}) => ({ requestBody: { content, ...others } });
const requests: Case[] = [
  [
    'a member of a body that is not known',
    body(json(string)),
    body(json(string), { strict: true }),
    ` request${unknown('strict')}`,
    ` request${unknown('strict')}`,
  ],
  ['a body', {}, body(json(string)), null, ' request application/json: is not accepted any more'],
  [
    'a body that is required',
    body(json(string)),
    body(json(string), { required: true }),
    ' request: a body is required now',
    null,
  ],
  [
    'a media type',
    body(json(string)),
    body({ ...json(string), 'text/plain': {} }),
    null,
    ' request text/plain: is not accepted any more',
  ],
  [
    'a schema',
    body({ 'application/json': {} }),
    body(json(string)),
    ' request application/json: must be string now',
    null,
  ],
  [
    'a schema of one media type',
    body({ ...json(string), 'text/plain': { schema: string } }),
    body({ ...json(string), 'text/plain': { schema: integer } }),
    ' request text/plain: must not be string any more',
    ' request text/plain: must not be integer any more',
  ],
  [
    'an encoding of a form',
    body({ a: { schema: string } }),
    body({ a: { schema: string, encoding: {} } }),
    ` request a${unknown('encoding')}`,
    ` request a${unknown('encoding')}`,
  ],
];

const answer = (status: string, response: Json = {}) => ({ responses: { 204: {}, [status]: response } });
const header = (others: Json = {}) => answer('200', { headers: { 'X-A': { schema: string, ...others } } });
const answers: Case[] = [
  ['an error', answer('204'), answer('404'), null, ' 404: the answer is gone'],
  ['an error of the server', answer('204'), answer('5XX'), null, ' 5XX: the answer is gone'],
  ['a success', answer('204'), answer('201'), ' 201: is answered now', ' 201: the answer is gone'],
  ['a redirection', answer('204'), answer('303'), ' 303: is answered now', ' 303: the answer is gone'],
  ['any answer', answer('204'), answer('default'), ' default: is answered now', ' default: the answer is gone'],
  [
    'a media type',
    answer('200', { content: json(string) }),
    answer('200', { content: { ...json(string), 'text/csv': {} } }),
    ' 200 text/csv: is answered now',
    ' 200 text/csv: is not answered any more',
  ],
  [
    'a body',
    answer('200'),
    answer('200', { content: json(string) }),
    ' 200 application/json: is answered now',
    ' 200 application/json: is not answered any more',
  ],
  [
    'a schema of an error',
    answer('404', { content: json({}) }),
    answer('404', { content: json(string) }),
    null,
    ' 404 application/json: may be anything now',
  ],
  ['a header', answer('200'), header(), null, ' 200 X-A: the header is gone'],
  [
    'a header that is always there',
    header(),
    header({ required: true }),
    null,
    ' 200 X-A: the header is not always there any more',
  ],
  [
    'a schema of a header',
    header(),
    header({ schema: integer }),
    ' 200 X-A: may be integer now',
    ' 200 X-A: may be string now',
  ],
  [
    'a header exploded',
    header(),
    header({ explode: true }),
    ' 200 X-A: explode was false, is true now',
    ' 200 X-A: explode was true, is false now',
  ],
  ['a header in lower case', header(), answer('200', { headers: { 'x-a': { schema: string } } }), null, null],
  ['a link', answer('200'), answer('200', { links: {} }), ` 200${unknown('links')}`, ` 200${unknown('links')}`],
  ['words about an answer', answer('200'), answer('200', { description: 'a' }), null, null],
];

const key = (...scopes: string[]) => ({ key: scopes });
const secured = (...security: Json[]) => ({ security });
const security: Case[] = [
  ['nothing but a key', {}, secured(key()), ' security: nothing does not suffice any more', null],
  ['an empty list but a key', secured(), secured(key()), ' security: nothing does not suffice any more', null],
  ['nothing beside a key', secured(key()), secured(key(), {}), null, ' security: nothing does not suffice any more'],
  ['a scope', secured(key('a')), secured(key('a', 'b')), ' security: key [a] does not suffice any more', null],
  [
    'another scheme',
    secured(key()),
    secured({ token: [] }),
    ' security: key [] does not suffice any more',
    ' security: token [] does not suffice any more',
  ],
  [
    'another scheme beside it',
    secured(key()),
    secured({ token: [] }, key()),
    null,
    ' security: token [] does not suffice any more',
  ],
  [
    'a second scheme together with it',
    secured(key()),
    secured({ key: [], token: [] }),
    ' security: key [] does not suffice any more',
    null,
  ],
  [
    'a scope of one of two ways',
    secured(key('a'), key('b')),
    secured(key('a'), key('a', 'b')),
    ' security: key [b] does not suffice any more',
    null,
  ],
];

const operations: Case[] = [
  [
    'another id',
    { operationId: 'a' },
    { operationId: 'b' },
    ' operationId: was a: generated clients name their method so',
    ' operationId: was b: generated clients name their method so',
  ],
  ['callbacks', {}, { callbacks: {} }, unknown('callbacks'), unknown('callbacks')],
  [
    'words',
    { summary: 'a', tags: ['a'] },
    { description: 'b', deprecated: true, externalDocs: {}, 'x-a': 1 },
    null,
    null,
  ],
  [
    'a server of its own',
    { servers: [{ url: '/' }] },
    { servers: [{ url: '/a' }] },
    ' servers: / is gone or means another one',
    ' servers: /a is gone or means another one',
  ],
  ['the server that holds anyway', {}, { servers: [{ url: '/', description: 'a' }] }, null, null],
  [
    'another server beside it',
    { servers: [{ url: '/' }] },
    { servers: [{ url: '/a' }, { url: '/' }] },
    null,
    ' servers: /a is gone or means another one',
  ],
];

const cases = [...parameters, ...requests, ...answers, ...security, ...operations];
const lines = (words: string | null) => (words === null ? [] : [`${endpoint}${words}`]);
const found = (before: Json, after: Json) =>
  breakingRestChanges(before, after).map(({ path, message }) => `${path}: ${message}`);

describe('an operation', () => {
  it.each(cases)('with more: %s', (_, before, after, there) => {
    expect(found(documentWith(before), documentWith(after))).toEqual(lines(there));
  });

  it.each(cases)('with less: %s', (_, before, after, __, back) => {
    expect(found(documentWith(after), documentWith(before))).toEqual(lines(back));
  });
});
