// The examples of errors on their pages: each is sent as it stands, and answered as the page says.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLACEHOLDER_KEY } from '../../src/browser/sample-key.js';
import { type ErrorCode, errorCodes } from '../../src/errors/api-error.ts';
import { errorGuides } from '../../src/errors/guide.ts';
import {
  type ErrorExample,
  type ExampleRequest,
  errorExamples,
  MANY_BYTES,
} from '../../src/routes/pages/error-examples.ts';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const keyWith = (traits: Parameters<typeof createKey>[2]) =>
  createKey(gateway.databaseUrl, gateway.organisationId, traits);
const yesterday = () => new Date(Date.now() - 86_400_000);

/** Sends a request with a key in its place. */
async function send({ method, path, headers, body }: ExampleRequest, key: string, at = gateway) {
  const written = Object.entries(headers).map(([name, value]) => [name, value.replace(PLACEHOLDER_KEY, key)]);
  const text = body?.replace(MANY_BYTES, randomBytes(40_000).toString('hex'));
  return at.send(path, {
    method,
    headers: Object.fromEntries(written),
    ...(text !== undefined && { body: text }),
  });
}

/** What differs from one answer to the next. */
function timeless(answer: object) {
  return JSON.parse(JSON.stringify(answer).replaceAll(/"requestId":"[^"]+"/g, '"requestId":""'), (name, value) =>
    name === 'retry_after' ? 'some' : value,
  );
}

/** Makes what a code needs, and gives the key to be sent. */
const prepared: Partial<Record<ErrorCode, (example: ErrorExample) => Promise<string>>> = {
  PUBLIC_API_KEY_HAS_BEEN_DELETED: () => keyWith({ deletedAt: yesterday() }),
  PUBLIC_API_KEY_IS_NOT_ACTIVE: () => keyWith({ active: false }),
  PUBLIC_API_KEY_HAS_BEEN_EXPIRED: () => keyWith({ expiresAt: yesterday() }),
  PUBLIC_API_KEY_SCOPE_NOT_ALLOWED: () => keyWith({ scopes: ['ip:read'] }),
  async INTERNAL_TOO_MANY_REQUESTS() {
    const key = await keyWith({ limitPerMinute: 1 });
    await gateway.graphql('{ __typename }', {}, { key });
    return key;
  },
  async INTERNAL_CONFLICT({ request }) {
    if (request.path === '/graphql') {
      await gateway.rest({ email: 'jan@barasek.com' });
      await gateway.graphql(
        'mutation { updateCustomer(input: { by: { email: "jan@barasek.com" }, firstName: "Other" }) { customer { version } } }',
      );
    } else await send({ ...request, body: '{"email": "other@example.com"}' }, gateway.key);
    return gateway.key;
  },
};

/** Codes that come of the database. */
const ofDatabase: readonly ErrorCode[] = ['INTERNAL_SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR'];

const examples = errorCodes.flatMap((code) =>
  Object.entries(errorExamples[code]).map(([api, example]) => [code, api, example] as const),
);

async function expectAsShown(example: ErrorExample, key: string, at = gateway) {
  const { status, headers, body } = await send(example.request, key, at);
  expect({ status, body: timeless(body) }).toEqual({ status: example.status, body: timeless(example.answer) });
  for (const [name, value] of Object.entries(example.headers)) {
    const found = headers.get(name);
    expect(name === 'Retry-After' ? /^\d+$/.test(found ?? '') : found).toBe(name === 'Retry-After' ? true : value);
  }
}

describe('an example is answered as its page says', () => {
  it.each(examples.filter(([code]) => !ofDatabase.includes(code)))('%s, %s', async (code, _, example) => {
    await expectAsShown(example, (await prepared[code]?.(example)) ?? gateway.key);
  });

  it.each(examples.filter(([code]) => ofDatabase.includes(code)))('%s, %s', async (code, _, example) => {
    const state = code === 'INTERNAL_SERVER_ERROR' ? '22012' : '57P01';
    const broken = await startGateway();
    await runSql(
      broken.databaseUrl,
      `create function fail() returns trigger language plpgsql as $$ begin raise sqlstate '${state}'; end $$;
       create trigger fail before insert on customer for each row execute function fail()`,
    );
    await expectAsShown(example, broken.key, broken);
    await broken.close();
  });
});

it('every code has a guide, in sentences', () => {
  for (const code of errorCodes) {
    const { when, rest, graphql, steps } = errorGuides[code];
    expect(steps.length, code).toBeGreaterThan(0);
    for (const text of [when, rest, graphql, ...steps]) {
      expect(text).toMatch(/^[A-Z`].*[.]$/);
      expect(text.split('`').length % 2, text).toBe(1);
    }
  }
});
