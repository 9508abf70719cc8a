// Faults that were found from outside, each as the request that showed it: the fixtures say what is sent and what must come back.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis, rest } from './support/apis.ts';
import { runSql } from './support/database.ts';
import { type Answer, startGateway, type TestGateway } from './support/gateway.ts';
import { sendRaw } from './support/raw.ts';

const REPEATS = 16;
/** After this many of the same document what recurs was compiled, in the background. */
const BEFORE_PAUSE = 10;
const PAUSE = 200;
const CREATE_PATH = '/api/v1/customer/create';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await runSql(
    gateway.databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email, first_name, last_name)
     values ($1, 'AAAAAAAAAAAAAAAA', $2, $2, 'Jana', 'Nováková')`,
    [gateway.organisationId, 'jana.novakova@example.com'],
  );
});
afterAll(() => gateway.close());

// biome-ignore lint/suspicious/noExplicitAny: each fixture has the shape that its fault needs
const fault = (name: string): any => JSON.parse(readFileSync(`test/fixtures/faults/${name}.json`, 'utf8'));
const withKey = () => ({ authorization: `Bearer ${gateway.key}` });
const errorsInLog = () => gateway.log.filter(({ level }) => (level as number) >= 50);

/** The first error of an answer, whichever API gave it. */
const errorOf = ({ body }: Answer) => body.error ?? { ...body.errors[0].extensions, message: body.errors[0].message };

/** What an address that is none is answered with: the one field that is wrong. */
const refusedEmail = {
  code: 'INTERNAL_VALIDATION_FAILED',
  fields: [{ path: 'email', message: expect.any(String) }],
};

/** Sends a document as often as the note of 001 says; gives the texts of the answers. */
async function answersOver(query: string, variables: object): Promise<string[]> {
  const texts: string[] = [];
  for (let i = 0; i < REPEATS; i++) {
    texts.push((await gateway.graphql(query, variables)).text);
    if (i + 1 === BEFORE_PAUSE) await sleep(PAUSE);
  }
  return texts;
}

describe('a document that recurs', () => {
  it('001 gives a fragment under two conditions the same each time', async () => {
    const { request, expect: expected } = fault('001-jit-fragment-under-two-conditions');
    const texts = await answersOver(request.body.query, request.body.variables);
    expect(texts.map((text) => JSON.parse(text))).toEqual(texts.map(() => expected));
    expect(new Set(texts).size).toBe(1);
  });

  it('004 keeps the alias __proto__ as a member of its own each time', async () => {
    const { request, expect: expected } = fault('004-jit-alias-proto');
    const texts = await answersOver(request.body.query, request.body.variables);
    const values = texts.map((text) => {
      const { customer } = JSON.parse(text).data;
      return Object.getOwnPropertyDescriptor(customer, '__proto__')?.value;
    });
    expect(values).toEqual(texts.map(() => expected.data.customer['__proto__ (own member)']));
    expect(new Set(texts).size).toBe(1);
  });
});

describe('parameters of GET /graphql', () => {
  const path: string = fault('006-get-variables-not-json').request.path;
  const wrong = ['{', 'x', '[]', '"x"', '1', 'true', '[{}]', '{"a":}', '\u0000', '{"a":1}{'];
  const parameters = ['variables', 'extensions'].flatMap((name) =>
    wrong.map((value): [string, string] => [
      `${name}=${visible(value)}`,
      `/graphql?query=%7B__typename%7D&${name}=${encodeURIComponent(value)}`,
    ]),
  );

  it.each([['as found', path], ['extensions=x', '/graphql?query=%7B__typename%7D&extensions=x'], ...parameters])(
    '006 are refused when they are no JSON objects: %s',
    async (_, target) => {
      const before = errorsInLog().length;
      const answer = await gateway.send(target, { headers: withKey() });
      expect(errorOf(answer)).toMatchObject(fault('006-get-variables-not-json').expect);
      expect(answer.status).toBeLessThan(500);
      expect(errorsInLog().length).toBe(before);
    },
  );

  it.each([
    ['as found', fault('020-get-variables-duplicates').request.variables],
    ['written differently', '{"e":"a@example.com","\\u0065":"b@example.com"}'],
    ['deeper', '{"e":"a@example.com","by":{"x":1,"x":2}}'],
  ])('020 are refused when a member appears twice: %s', async (_, variables) => {
    const { request, expect: expected } = fault('020-get-variables-duplicates');
    const parameters = new URLSearchParams({ query: request.query, variables });
    const answer = await gateway.send(`/graphql?${parameters}`, { headers: withKey() });
    expect(errorOf(answer)).toMatchObject(expected);
  });
});

/** Asks for a customer by an address, through all that can ask. */
const refusals: [name: string, ask: (email: string) => Promise<Answer>][] = [
  ...apis.map((api): (typeof refusals)[number] => [
    `create, ${api.name}`,
    async (email) => (await api.create(gateway, { email })).answer,
  ]),
  [
    'customer(by:), variables',
    (email) => gateway.graphql('query ($email: String!) { customer(by: { email: $email }) { email } }', { email }),
  ],
  [
    'customer(by:), literal',
    (email) => gateway.graphql(`{ customer(by: { email: ${JSON.stringify(email)} }) { email } }`),
  ],
];

describe.each(refusals)('an e-mail address that is none, %s', (_, ask) => {
  const newlines = [fault('007-email-newline-quoted').request.body.email].concat(
    ['\r\n', '\t', '\r', '\u0001', '\u0085', '\u007f', '\u2028'].map((inside) => `"a${inside}b"@example.com`),
  );
  it.each(newlines.map((email) => [visible(email), email]))('007 is refused: %s', async (_, email) => {
    expect(errorOf(await ask(email))).toMatchObject(refusedEmail);
  });

  const invisible = [
    '\u200b',
    '\u202e',
    '\u00ad',
    '\u200d',
    '\u200c',
    '\u2060',
    '\u061c',
    '\u200e',
    '\u180e',
    '\ufeff',
  ];
  const hidden = [fault('008-email-invisible-characters').request.body.email].concat(
    invisible.flatMap((mark) => [
      `${mark}base.user@example.com`,
      `base${mark}.user@example.com`,
      `"ba${mark}se"@example.com`,
    ]),
  );
  it.each(hidden.map((email) => [visible(email), email]))('008 is refused: %s', async (_, email) => {
    expect(errorOf(await ask(email))).toMatchObject(refusedEmail);
  });

  const long = fault('009-email-label-64').request.body.email as string;
  it.each([
    ['as found', long],
    ['in a label further left', `a@${'x'.repeat(64)}.example.com`],
    ['beyond ASCII', `a@${'ž'.repeat(60)}.com`],
  ])('009 is refused when a label is too long, %s', async (_, email) => {
    expect(errorOf(await ask(email))).toMatchObject(refusedEmail);
  });

  it('009 may have a label of 63', async () => {
    const answer = await ask(`a@${'x'.repeat(63)}.com`);
    expect([answer.status, answer.body.error, answer.body.errors]).toEqual([200, undefined, undefined]);
  });
});

/** A text with all beyond printable ASCII visible. */
function visible(text: string): string {
  return text.replace(/[^ -~]/gu, (mark) => `\\u{${mark.codePointAt(0)?.toString(16)}}`);
}

describe.each(apis)('quoted local parts, $name', (api) => {
  it.each([
    ['gmail.com', '+'],
    ['googlemail.com', '+'],
    ['outlook.com', '+'],
    ['icloud.com', '+'],
    ['yahoo.com', '-'],
  ])('010 of %s that begin with %s are customers of their own', async (domain, mark) => {
    const found = fault('010-email-quoted-tag-merges').request as { email: string }[];
    const emails = found.map(({ email }) => email.replace('gmail.com', domain).replace('+', mark));
    const made = await Promise.all(emails.map((email) => api.create(gateway, { email })));
    const references = made.map(({ profile }) => profile?.cuRefNo);
    expect(new Set(references).size).toBe(2);
    const shown = await Promise.all(
      references.map((cuRefNo) =>
        gateway.graphql('query ($r: String!) { customer(by: { cuRefNo: $r }) { email } }', { r: cuRefNo }),
      ),
    );
    // What needs no quotes is written without them.
    const bare = emails.map((email) => email.replaceAll('"', ''));
    expect(shown.map(({ body }) => body.data.customer.email)).toEqual(bare);
  });
});

describe('node(id:)', () => {
  const { request, expect: expected } = fault('015-node-id-library-words');
  const kin = [
    'Organisation:1',
    'Query:',
    'Mutation:1',
    'Node:1',
    'DateTime:1',
    'CustomerBy:1',
    'IpKind:1',
    'toString:1',
  ];
  const forged = kin.map((text) => Buffer.from(text).toString('base64'));

  const ids = [...request, ...forged, '', ' ', 'x', '1', '\u0000', 'Q3VzdG9tZXI=', 'ÿ', '='] as string[];

  it.each(ids.map((id) => [visible(id), id]))('015 is refused in words of ours: %s', async (_, id) => {
    const answer = await gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(errorOf(answer)).toMatchObject({ ...expected, fields: [expect.objectContaining(expected.fields[0])] });
    expect(answer.text).not.toMatch(/\brefs?\b|scalar|implemented|pothos|\btypename\b/i);
    expect(answer.body.data).toEqual({ node: null });
  });

  it('015 is null for a customer that does not exist', async () => {
    const id = Buffer.from('Customer:BBBBBBBBBBBBBBBB').toString('base64');
    expect((await gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id })).body).toEqual({
      data: { node: null },
    });
  });
});

describe.each([
  ['/graphql', '{"query":"{__typename}"}'],
  [CREATE_PATH, '{"email":"raw@example.com"}'],
])('what HTTP itself refuses, at %s', (path, body) => {
  const post = (version: string, ...lines: string[]) =>
    sendRaw(
      gateway.url,
      [
        `POST ${path} HTTP/${version}`,
        ...lines,
        `Authorization: Bearer ${gateway.key}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );

  it.each([
    ['two Host lines', ['Host: a', 'Host: b']],
    ['two equal Host lines', ['Host: a', 'Host: a']],
    ['no Host line', []],
    ['an expectation', ['Host: a', 'Expect: x']],
    ['an expectation of nothing', ['Host: a', 'Expect: 200-ok']],
  ])('017 %s', async (_, lines) => {
    const { status, headers, text } = await post('1.1', ...lines);
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/json/);
    const answer = JSON.parse(text);
    const error = path === '/graphql' ? answer.errors[0].extensions : answer.error;
    expect(error).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', requestId: headers['x-request-id'] });
  });

  it('017 HTTP/1.0 may lack a Host, and what a client may expect is answered', async () => {
    expect((await post('1.0')).status).toBe(200);
    expect((await post('1.1', 'Host: a', 'Expect: 100-continue')).text).toMatch(/200 OK|"data"|"success"/);
  });
});

describe('the media type of an answer', () => {
  it.each([
    ['as found', fault('019-accept-q').request.accept],
    ['a weight of 0.000', 'application/graphql-response+json;q=0.000, application/json'],
    ['the heavier one further right', 'application/graphql-response+json;q=0.1, application/json;q=0.9'],
    ['spaces around', 'application/graphql-response+json ; q=0 , application/json'],
    ['capitals', 'Application/GraphQL-Response+JSON;Q=0, Application/JSON'],
  ])('019 is weighed as HTTP says: %s', async (_, accept) => {
    const { request, expect: expected } = fault('019-accept-q');
    const answer = await gateway.graphql(request.query, undefined, { headers: { accept } });
    expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${expected.contentType}\\b`));
    expect(answer.status).toBe(expected.status);
  });
});

it('leaves the gateway at work, with nothing that an operator would have to look at', async () => {
  expect((await rest.create(gateway, { email: 'after@example.com' })).code).toBeUndefined();
  expect(errorsInLog()).toEqual([]);
});
