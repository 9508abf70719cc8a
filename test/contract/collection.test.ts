// The collection for Postman: it is well-formed, says what both contracts have, and each of its requests is answered.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { collectionOf } from '../../src/cli/collection/document.ts';
import type { Auth, CollectionFolder, CollectionItem, CollectionRequest } from '../../src/cli/collection/item.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { examplesFor } from '../../src/routes/graphiql/examples/index.ts';
import { createUnneededKey, startDemo } from '../support/demo.ts';
import type { TestGateway } from '../support/gateway.ts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

const collection: ReturnType<typeof collectionOf> = read('clients/postman/customer-gateway.postman_collection.json');

/** A request of the collection, and whose key it is sent with. */
interface Found {
  item: CollectionItem;
  auth: Auth;
}

function requestsIn(folder: Pick<CollectionFolder, 'item' | 'auth'>, above = collection.auth): Found[] {
  const { auth = above } = folder;
  return folder.item.flatMap((inside) => ('item' in inside ? requestsIn(inside, auth) : [{ item: inside, auth }]));
}

const requests = requestsIn(collection);

it('is a collection of version 2.1, as its schema says', () => {
  const validate = new Ajv.default({ strict: false, allErrors: true }).compile(
    read('test/fixtures/postman/collection-v2.1.0.json'),
  );
  validate(collection);
  expect(validate.errors).toBeNull();
  expect(validate({ ...collection, item: [{ name: 'A request without one', request: 5 }] })).toBe(false);
});

it('is the same each time, with an id for each part', () => {
  const again = collectionOf(endpoints, examplesFor(true), SAMPLE_KEY);
  expect(JSON.parse(JSON.stringify(again))).toEqual(collection);
  const ids = Array.from(JSON.stringify(collection).matchAll(/"id":"([^"]+)"/g), ([, id]) => id);
  expect(ids.length).toBeGreaterThan(requests.length);
  expect(new Set(ids).size).toBe(ids.length);
});

it('has every endpoint of the REST contract, and every example', () => {
  const paths: Record<string, object> = read('schema/openapi.json').paths;
  const inContract = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} /${path.slice(1)}`),
  );
  const inCollection = requests
    .filter(({ item }) => item.id.startsWith('rest.'))
    .map(({ item: { request } }) => `${request.method} /${request.url.path.join('/')}`);
  expect(inCollection.toSorted()).toEqual(inContract.toSorted());
  const operations = requests.filter(({ item }) => item.id.startsWith('graphql.')).map(({ item }) => item.name);
  expect(operations).toEqual(examplesFor(true).map(({ name }) => name));
});

it('holds no key but the sample key, and none in a URL', () => {
  expect(JSON.stringify(collection).match(/\b(?:PROD|DEV_|ROOT)[A-Za-z0-9]{28}\b/g)).toEqual([SAMPLE_KEY]);
  expect(requests.filter(({ item }) => /key/i.test(item.request.url.raw))).toEqual([]);
});

it('has with each REST request an answer, and the request that it is one to', () => {
  const rest = requests.filter(({ item }) => item.id.startsWith('rest.'));
  expect(rest).toHaveLength(endpoints.length);
  for (const { item } of rest)
    expect(item.response, item.name).toEqual([
      expect.objectContaining({
        code: 200,
        body: expect.stringContaining('"success": true'),
        originalRequest: expect.objectContaining({ method: item.request.method }),
      }),
    ]);
});

describe('with a gateway in demo mode', () => {
  let demo: TestGateway;
  const values: Record<string, string> = {};
  const fill = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] || expect.fail(`${name} has no value`));

  beforeAll(async () => {
    const started = await startDemo();
    demo = started.demo;
    for (const { key, value } of collection.variable) values[key] = value;
    Object.assign(values, { baseUrl: demo.url, rootKey: started.rootKey });
  });
  afterAll(() => demo.close());

  /** Sends a request as Postman does: what is disabled is not sent, and GraphQL goes as JSON. */
  async function send({ request, auth }: { request: CollectionRequest; auth: Auth }) {
    const { method, url, header, body } = request;
    const isGraphql = body?.mode === 'graphql';
    const sent = isGraphql
      ? JSON.stringify({ query: body.graphql.query, variables: JSON.parse(fill(body.graphql.variables)) })
      : body && fill(body.raw);
    const response = await fetch(fill(url.raw), {
      method,
      headers: {
        authorization: `Bearer ${fill(auth.bearer[0].value)}`,
        ...(isGraphql && { 'content-type': 'application/json' }),
        ...Object.fromEntries(header.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, fill(value)])),
      },
      body: sent,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it.each([1, 2])('every request is answered with success, in the order in which they are listed: %d', async () => {
    for (const { item, auth } of requests) {
      // Whoever deletes a key has read its fingerprint before.
      if (item.name === 'DeleteApiKey') values.keyFingerprint = await createUnneededKey(demo, values.rootKey as string);
      const { status, body } = await send({ request: item.request, auth });
      expect([status, body.error, body.errors], item.name).toEqual([200, undefined, undefined]);
      if (item.id.startsWith('rest.')) expect(body, item.name).toMatchObject({ success: true });
      else expect(Object.values(body.data as object), item.name).not.toContain(null);
    }
  });

  it('what is there to be switched on is taken, too', async () => {
    for (const { item, auth } of requests) {
      const { header, url } = item.request;
      const off = header.filter(({ disabled }) => disabled).map(({ key }) => key);
      if (off.length === 0) continue;
      const on = header.map(({ disabled: _, ...rest }) => ({
        ...rest,
        value: rest.value.replace('{{$guid}}', item.name.slice(0, 4)),
      }));
      const { status } = await send({ request: { ...item.request, url, header: on }, auth });
      expect(status, item.name).toBe(200);
    }
  });
});
