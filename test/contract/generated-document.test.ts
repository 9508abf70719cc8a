// The checker of generated requests notices what is wrong with a document: each of these was made wrong on purpose.
import { expect, it } from 'vitest';
import { documentChecker, type OpenApiDocument, readDocument } from '../support/generated/document.ts';
import type { ReceivedAnswer } from '../support/generated/transport.ts';
import { CREATE_PATH, type GeneratedRequest } from '../support/generated-requests.ts';

const JSON_TYPE = 'application/json';
const BOUNDARY = '----WebKitFormBoundary7MA4YWxk';
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
const members = { email: 'jörg@müller.example', companyName: 'Novák & dcera' };
const part = ([name, value]: [string, string]) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const written: Record<string, string> = {
  [JSON_TYPE]: JSON.stringify(members),
  'application/x-www-form-urlencoded': new URLSearchParams(members).toString(),
  [MULTIPART]: `${Object.entries(members).map(part).join('')}--${BOUNDARY}--\r\n`,
};
const requestIn = (contentType: string): GeneratedRequest => ({
  method: 'POST',
  target: CREATE_PATH,
  headers: [['Content-Type', contentType]],
  body: Buffer.from(written[contentType] ?? ''),
});

const profile = {
  ...{ success: true, newAccount: true, cuRefNo: 'AAAAAAAAAAAAAAAA', creditBalance: 0, premium: false, ban: false },
  ...{ groups: [], meta: {}, customFields: {}, runningSubscriptionList: [] },
};
const limits = { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '1800000000' };
const created: ReceivedAnswer = {
  status: 200,
  headers: { 'x-request-id': 'r', ...limits, 'idempotent-replayed': 'true' },
  text: JSON.stringify(profile),
};
const error = { code: 'INTERNAL_CONFLICT', message: 'm', description: 'd', requestId: 'r', docUrl: '/' };
const refused: ReceivedAnswer = {
  status: 409,
  headers: { ...limits, 'retry-after': '1' },
  text: JSON.stringify({ error }),
};

type Change = (document: OpenApiDocument) => void;

/** The problems of an answer by the document as it is printed, but for one change. */
async function problems(change: Change, answer: ReceivedAnswer, contentType = JSON_TYPE): Promise<string[]> {
  const document = readDocument();
  change(document);
  return documentChecker(document).problemsOf(requestIn(contentType), answer);
}

const asPrinted: Change = () => {};
/** Sets something of one property of a schema of the document. */
const property = (schema: string, name: string, more: object): Change => {
  return ({ components }) => {
    const { properties } = components.schemas[schema] as { properties: Record<string, object> };
    Object.assign(properties[name] ?? {}, more);
  };
};
const closed: Change = ({ components }) => {
  const schema = components.schemas.CustomerProfile as { properties: object; additionalProperties?: boolean };
  schema.additionalProperties = false;
  Reflect.deleteProperty(schema.properties, 'ban');
};
const responsesOf = ({ paths }: OpenApiDocument) => paths[CREATE_PATH]?.post.responses ?? {};
const without = (status: number, header: string): Change => {
  return (document) => void Reflect.deleteProperty(responsesOf(document)[status]?.headers ?? {}, header);
};

it.each(Object.keys(written))('finds nothing wrong with the printed document, for a body as %s', async (type) => {
  expect(await problems(asPrinted, created, type)).toEqual([]);
  expect(await problems(asPrinted, refused, type)).toEqual([]);
});

it.each(Object.keys(written))('checks an accepted request, with its body as %s', async (type) => {
  for (const [change, complaint] of [
    [property('CreateCustomerInput', 'email', { format: 'email' }), 'data/email must match format "email"'],
    [property('CreateCustomerInput', 'companyName', { maxLength: 10 }), 'NOT have more than 10 characters'],
  ] as const)
    expect(await problems(change, created, type)).toEqual([expect.stringContaining(complaint)]);
});

it('holds no refused request against the document', async () => {
  expect(await problems(property('CreateCustomerInput', 'email', { format: 'email' }), refused)).toEqual([]);
});

it('checks the body of an answer', async () => {
  expect(await problems(closed, created)).toEqual([expect.stringContaining('additional properties')]);
  const bare = { ...refused, text: JSON.stringify({ error: { ...error, requestId: undefined } }) };
  expect(await problems(asPrinted, bare)).toEqual([expect.stringContaining("required property 'requestId'")]);
});

it('checks the status and the headers of an answer', async () => {
  const noConflict: Change = (document) => void Reflect.deleteProperty(responsesOf(document), 409);
  expect(await problems(noConflict, refused)).toEqual(['a status that is not in the document: 409']);
  expect(await problems(without(409, 'Retry-After'), refused)).toEqual([expect.stringContaining('Retry-After')]);
  const replayed = 'Idempotent-Replayed';
  expect(await problems(without(200, replayed), created)).toEqual([expect.stringContaining(replayed)]);
  const soon = { ...refused, headers: { 'retry-after': 'soon' } };
  expect(await problems(asPrinted, soon)).toEqual([expect.stringContaining('Retry-After is not as')]);
});

it('tells what of the document has been answered, and what has not', async () => {
  const checker = documentChecker(readDocument());
  expect([...checker.seen]).toEqual([]);
  await checker.problemsOf(requestIn(JSON_TYPE), { ...refused, headers: { 'retry-after': '1', date: 'x' } });
  expect([...checker.seen]).toEqual(['409', '409 Retry-After']);
  expect([...checker.documented]).toEqual(
    expect.arrayContaining(['200', '200 Idempotent-Replayed', '503 Retry-After']),
  );
});

it.each([
  ['a format that nobody knows', { format: 'customer-reference' }],
  ['a format that is never checked', { format: 'password' }],
  ['a keyword that nobody knows', { maxLenght: 3 }],
])('takes no document with %s', (_, more) => {
  for (const [schema, name] of [
    ['CreateCustomerInput', 'email'],
    ['CustomerProfile', 'phone'],
    ['ErrorBody', 'error'],
  ] as const) {
    const document = readDocument();
    property(schema, name, more)(document);
    expect(() => documentChecker(document)).toThrow(/unknown (format|keyword)/);
  }
});
