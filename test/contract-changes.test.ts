// Neither contract breaks clients of the newest release, unless `schema/breaking-changes.json` says why.
import { readdirSync, readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import accepted from '../schema/breaking-changes.json' with { type: 'json' };
import { type BreakingChange, breakingRestChanges } from './support/rest-changes.ts';

const [newest] = readdirSync('schema/released')
  .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .reverse();
const released = `schema/released/${newest}`;
const [releasedSchema, schema] = [`${released}/schema.graphql`, 'schema/schema.graphql'].map((file) =>
  readFileSync(file, 'utf8'),
) as [string, string];
const [releasedRest, rest] = [`${released}/openapi.json`, 'schema/openapi.json'].map((file) =>
  readFileSync(file, 'utf8'),
) as [string, string];

async function breakingGraphQLChanges(before: string, after: string): Promise<BreakingChange[]> {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ path = '', message }) => ({ path, message }));
}

/** Changes that nobody has given a reason for, and reasons for changes that there are not. */
function unexplained(changes: BreakingChange[], reasons: { paths: string[] }[]) {
  const isAt = (path: string) => (change: BreakingChange) => change.path === path || change.path.startsWith(`${path}.`);
  const paths = reasons.flatMap((reason) => reason.paths);
  return {
    changes: changes.filter((change) => !paths.some((path) => isAt(path)(change))),
    reasons: paths.filter((path) => !changes.some(isAt(path))),
  };
}

const nothing = { changes: [], reasons: [] };

describe('the GraphQL contract', () => {
  it('breaks nothing of the newest release without a reason', async () => {
    expect(unexplained(await breakingGraphQLChanges(releasedSchema, schema), accepted.graphql)).toEqual(nothing);
  });

  it.each([
    [
      'a field that goes',
      '  lastIp: IpInfo\n',
      '  formerIp: IpInfo\n',
      "Field 'lastIp' was removed from object type 'Customer'",
    ],
    [
      'an answer that may be null',
      'newAccount: Boolean!',
      'newAccount: Boolean',
      "Field 'CreateCustomerPayload.newAccount' changed type from 'Boolean!' to 'Boolean'",
    ],
    [
      'an input that is required',
      '  companyName: String\n\n  """\n  Number',
      '  companyName: String!\n\n  """\n  Number',
      "Input field 'CreateCustomerInput.companyName' changed type from 'String' to 'String!'",
    ],
  ])('is broken by %s', async (_, text, instead, words) => {
    const broken = schema.replace(text, instead);
    expect(broken).not.toBe(schema);
    expect((await breakingGraphQLChanges(schema, broken)).map(({ message }) => message)).toEqual([words]);
  });

  it('is not broken by a new field, or an input that may be left out', async () => {
    const more = schema
      .replace('type Customer implements Node {', 'type Customer implements Node {\n  nickname: String!\n')
      .replace('input CreateCustomerInput {', 'input CreateCustomerInput {\n  nickname: String\n');
    expect(await breakingGraphQLChanges(schema, more)).toEqual([]);
  });
});

describe('the REST contract', () => {
  const create = '/api/v1/customer/create';
  // biome-ignore lint/suspicious/noExplicitAny: a document, to be changed anywhere
  type Document = any;
  const changed = (change: (document: Document) => void): Document => {
    const document = JSON.parse(rest);
    change(document);
    return document;
  };
  const messages = (document: Document) =>
    breakingRestChanges(JSON.parse(rest), document).map(({ path, message }) => `${path}: ${message}`);
  const input = ({ components }: Document) => components.schemas.CreateCustomerInput;
  const profile = ({ components }: Document) => components.schemas.CustomerProfile;
  const post = ({ paths }: Document) => paths[create].post;
  const thrice = (words: string) => Array.from({ length: 3 }, () => `POST ${create} request${words}`);

  it('breaks nothing of the newest release without a reason', () => {
    const changes = breakingRestChanges(JSON.parse(releasedRest), JSON.parse(rest));
    expect(unexplained(changes, accepted.rest)).toEqual(nothing);
  });

  it.each<[string, (document: Document) => void, string[]]>([
    ['an endpoint that goes', ({ paths }) => delete paths[create], [`POST ${create}: the endpoint is gone`]],
    [
      'another operationId',
      (document) => Object.assign(post(document), { operationId: 'createCustomer' }),
      [`POST ${create} operationId: was postApiV1CustomerCreate: generated clients name their method so`],
    ],
    [
      'a scope more',
      (document) => post(document).security[0].apiKeyInQuery.push('customer:write'),
      [`POST ${create} security: needs customer:write now`],
    ],
    [
      'a way of sending the key that goes',
      (document) => post(document).security.splice(0, 1),
      [`POST ${create} security: apiKeyInQuery is not accepted any more`],
    ],
    [
      'a parameter that goes',
      (document) => post(document).parameters.splice(1, 1),
      [`POST ${create} header.X-Request-Id: the parameter is gone`],
    ],
    [
      'a parameter that is required',
      (document) => Object.assign(post(document).parameters[0], { required: true }),
      [`POST ${create} query.apiKey: the parameter is required now`],
    ],
    [
      'a media type that goes',
      (document) => delete post(document).requestBody.content['multipart/form-data'],
      [`POST ${create} request: multipart/form-data is not accepted any more`],
    ],
    [
      'a member that is required',
      (document) => input(document).required.push('companyName'),
      thrice('.companyName: is required now'),
    ],
    [
      'a member that is not read',
      (document) => delete input(document).properties.companyName,
      thrice('.companyName: is not read any more'),
    ],
    [
      'a member that must not be null',
      (document) => Object.assign(input(document).properties.companyName, { type: 'string' }),
      thrice('.companyName: must not be null any more'),
    ],
    [
      'a bound on what is sent',
      (document) => Object.assign(input(document).properties.email, { maxLength: 254, format: 'email' }),
      ['format', 'maxLength'].flatMap((bound) =>
        thrice(`.email: ${bound} is ${bound === 'format' ? '"email"' : 254} now`),
      ),
    ],
    [
      'unknown members that are refused',
      (document) => Object.assign(input(document), { additionalProperties: false }),
      thrice(': unknown members are not ignored any more'),
    ],
    [
      'a member of the answer that goes',
      (document) => delete profile(document).properties.phone,
      [`POST ${create} 200.phone: is gone`],
    ],
    [
      'a member that is not always there',
      ({ components }) => components.schemas.CustomerProfile.required.splice(0, 1),
      [`POST ${create} 200.success: is not always there any more`],
    ],
    [
      'an answer that may be null',
      (document) => Object.assign(profile(document).properties.ban, { type: ['boolean', 'null'] }),
      [`POST ${create} 200.ban: may be null now`],
    ],
    [
      'a bound on what is answered that goes',
      (document) => delete profile(document).properties.cuRefNo.pattern,
      [`POST ${create} 200.cuRefNo: pattern was "^[A-Za-z0-9]{16}$"`],
    ],
    [
      'a member of a list that goes',
      (document) => delete profile(document).properties.groups.items.properties.slug,
      [`POST ${create} 200.groups[].slug: is gone`],
    ],
    [
      'a header that goes',
      (document) => delete post(document).responses[429].headers['Retry-After'],
      [`POST ${create} 429 Retry-After: the header is gone`],
    ],
  ])('is broken by %s', (_, change, words) => {
    expect(messages(changed(change)).toSorted()).toEqual(words.toSorted());
  });

  it('is not broken by more: an endpoint, a member of either side, a media type, an error code', () => {
    const more = changed((document) => {
      document.paths['/api/v2/x'] = { get: { operationId: 'x', responses: {} } };
      input(document).properties.nickname = { type: 'string' };
      profile(document).properties.nickname = { type: 'string' };
      profile(document).required.push('nickname');
      post(document).requestBody.content['application/cbor'] = post(document).requestBody.content['application/json'];
      document.components.schemas.ErrorBody.properties.error.properties.code.anyOf[0].enum.push('NEW');
      post(document).parameters.push({ name: 'x', in: 'query', schema: { type: 'string' } });
    });
    expect(messages(more)).toEqual([]);
  });
});
