// Which changes of an OpenAPI document break clients, around its operations: paths, and what operations take from them.
import { describe, expect, it } from 'vitest';
import { breakingRestChanges } from '../support/contract-changes/rest.ts';
import type { Json } from '../support/contract-changes/versions.ts';
import { documentWith, endpoint } from '../support/openapi-documents.ts';

const string = { type: 'string' };
const json = (schema: Json) => ({ 'application/json': { schema } });
const unknown = (member: string) => `: ${member} changed: this check does not know what that breaks`;
const key = (...scopes: string[]) => ({ key: scopes });
const found = (before: Json, after: Json) =>
  breakingRestChanges(before, after).map(({ path, message }) => `${path}: ${message}`);

describe('a document', () => {
  const operation = { operationId: 'postThings', responses: { 204: {} } };
  const ofPath = (item: Json, others: Json = {}) => documentWith({}, { paths: { '/things': item }, ...others });
  const parameter = { name: 'q', in: 'query', schema: string };
  const gone = `${endpoint}: the endpoint is gone`;

  it('may get a path and a method more, and lose none', () => {
    const [one, more] = [ofPath({ post: operation }), ofPath({ post: operation, get: operation })];
    expect(found(one, more)).toEqual([]);
    expect(found(more, one)).toEqual(['GET /things: the endpoint is gone']);
    expect(found(one, ofPath({}))).toEqual([gone]);
    expect(found(one, documentWith({}, { paths: {} }))).toEqual([gone]);
    expect(found(documentWith({}, { paths: {} }), one)).toEqual([]);
  });

  it('has members of a path that are no operations', () => {
    const others = {
      summary: 'a',
      description: 'a',
      'x-a': { responses: {} },
      parameters: [],
      servers: [{ url: '/' }],
    };
    expect(found(ofPath({ post: operation, ...others }), ofPath({ post: operation }))).toEqual([]);
    const strange = ofPath({ post: operation, additionalOperations: {} });
    expect(found(strange, ofPath({ post: operation }))).toEqual([`/things${unknown('additionalOperations')}`]);
  });

  it('gives operations the parameters of their path, unless they have their own', () => {
    const shared = ofPath({ parameters: [parameter], post: operation });
    const own = ofPath({ post: { ...operation, parameters: [parameter] } });
    expect(found(shared, own)).toEqual([]);
    expect(found(own, shared)).toEqual([]);
    expect(found(shared, ofPath({ post: operation }))).toEqual([`${endpoint} query.q: the parameter is gone`]);
    const overridden = ofPath({
      parameters: [{ ...parameter, required: true }],
      post: { ...operation, parameters: [parameter] },
    });
    expect(found(own, overridden)).toEqual([]);
  });

  it('gives operations its security and its servers, unless they have their own', () => {
    const given = (others: Json, own: Json = {}) => documentWith(own, others);
    const refused = `${endpoint} security: nothing does not suffice any more`;
    expect(found(given({}), given({ security: [key()] }))).toEqual([refused]);
    expect(found(given({}), given({ security: [key()] }, { security: [] }))).toEqual([]);
    expect(found(given({ security: [key()] }), given({}))).toEqual([]);
    const moved = [`${endpoint} servers: / is gone or means another one`];
    expect(found(given({}), given({ servers: [{ url: '/a' }] }))).toEqual(moved);
    expect(found(given({}), given({ servers: [{ url: '/a' }] }, { servers: [{ url: '/' }] }))).toEqual([]);
    expect(found(ofPath({ post: operation }), ofPath({ post: operation, servers: [{ url: '/a' }] }))).toEqual(moved);
  });

  it.each<[string, Json, string]>([
    ['type', { type: 'http' }, 'type was apiKey, is http now'],
    ['in', { in: 'header' }, 'in was query, is header now'],
    ['name', { name: 'token' }, 'name was key, is token now'],
    ['scheme', { scheme: 'bearer' }, 'scheme was undefined, is bearer now'],
    ['flows', { flows: {} }, 'flows changed: this check does not know what that breaks'],
  ])('has security schemes whose %s stays, as long as they are used', (_, change, words) => {
    const scheme = { type: 'apiKey', in: 'query', name: 'key' };
    const using = (security: Json[], definition: Json) =>
      documentWith({ security }, { components: { securitySchemes: { key: definition } } });
    const changed = { ...scheme, description: 'a', ...change };
    expect(found(using([key()], scheme), using([key()], changed))).toEqual([`security scheme key: ${words}`]);
    expect(found(using([{}], scheme), using([{}], changed))).toEqual([]);
    expect(found(using([key()], scheme), using([{}], changed))).toEqual([]);
  });

  it('has references to parameters, bodies, answers and headers', () => {
    const written = {
      parameters: [parameter],
      requestBody: { content: json(string) },
      responses: { 204: { headers: { 'X-A': { schema: string } } } },
    };
    const referring = documentWith(
      {
        parameters: [{ $ref: '#/components/parameters/q' }],
        requestBody: { $ref: '#/components/requestBodies/b' },
        responses: { 204: { $ref: '#/components/responses/r' } },
      },
      {
        components: {
          parameters: { q: parameter },
          requestBodies: { b: written.requestBody },
          responses: { r: { headers: { 'X-A': { $ref: '#/components/headers/a' } } } },
          headers: { a: { schema: string } },
        },
      },
    );
    expect(found(documentWith(written), referring)).toEqual([]);
    expect(found(referring, documentWith(written))).toEqual([]);
    const emptied = documentWith({ responses: { 204: {} } });
    expect(found(referring, emptied)).toHaveLength(3);
  });

  it('has other members, none of which may change', () => {
    expect(found(documentWith(), documentWith({}, { webhooks: {} }))).toEqual([`document${unknown('webhooks')}`]);
    expect(
      found(documentWith(), documentWith({}, { info: { title: 'a', version: '2' }, tags: [], openapi: '3.1.1' })),
    ).toEqual([]);
  });
});
