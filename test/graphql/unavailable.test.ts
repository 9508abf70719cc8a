// What HTTP says of a GraphQL answer when the database fails it: 503 when nothing came of it, 200 when something did.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREATE } from '../support/apis.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const mediaTypes = ['application/json', 'application/graphql-response+json'];
const create = (alias: string, email: string) =>
  `${alias}: createCustomer(input: { email: "${email}" }) { newAccount }`;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await runSql(
    gateway.databaseUrl,
    `create function fail() returns trigger language plpgsql as $$ begin
       if new.email like 'full%' then raise sqlstate '53100'; end if;
       if new.email like 'away%' then raise sqlstate '57P03'; end if;
       if new.email like 'defect%' then raise sqlstate 'XX000'; end if;
       return new;
     end $$;
     create trigger fail before insert on customer for each row execute function fail()`,
  );
});
afterAll(() => gateway.close());

describe.each(mediaTypes)('an operation that the database fails, %s', (accept) => {
  /** By POST for the second time too: a document that was sent before goes another way. */
  const post = (query: string, variables?: object, headers = {}) =>
    gateway.graphql(query, variables, { headers: { accept, ...headers } });

  it.each([
    ['one field', `mutation { ${create('a', 'full@example.com')} }`],
    ['several fields', `mutation { ${create('a', 'full@example.com')} ${create('b', 'away@example.com')} }`],
    ['fields in a fragment', `mutation { ...f } fragment f on Mutation { ${create('a', 'away@example.com')} }`],
  ])('is 503 when it has nothing to show: %s', async (_, query) => {
    for (const time of ['first', 'second']) {
      const { status, headers, body } = await post(query);
      expect([time, status, Number(headers.get('retry-after'))]).toEqual([time, 503, 5]);
      expect(headers.get('content-type')).toContain(accept);
      for (const error of body.errors)
        expect(error.extensions).toMatchObject({ code: 'INTERNAL_SERVICE_UNAVAILABLE', status: 503, retry_after: 5 });
      expect(Object.keys(body).toSorted()).toEqual(['data', 'errors']);
    }
  });

  it('is 503 with a cost beside it, and nothing of HTTP in the body', async () => {
    const headers = { 'x-graphql-cost': '1' };
    const { status, body } = await post(CREATE, { input: { email: 'full@example.com' } }, headers);
    expect([status, Object.keys(body.extensions)]).toEqual([503, ['cost']]);
  });

  it('is 503 under an Idempotency-Key, which may be used again', async () => {
    const headers = { 'idempotency-key': `unavailable ${accept}`.replaceAll(/[^a-z]/g, '-') };
    const input = { email: 'full.key@example.com' };
    for (let i = 0; i < 2; i++) expect((await post(CREATE, { input }, headers)).status).toBe(503);
  });

  it.each([
    ['another field has a value', `mutation { ${create('a', 'full@example.com')} ${create('b', 'well@example.com')} }`],
    ['it says its type', `mutation { __typename ${create('a', 'full@example.com')} }`],
    ['another error is the caller’s', `mutation { ${create('a', 'full@example.com')} ${create('b', 'none')} }`],
    [
      'another error is a defect',
      `mutation { ${create('a', 'full@example.com')} ${create('b', 'defect@example.com')} }`,
    ],
    ['the one error is a defect', `mutation { ${create('a', 'defect@example.com')} }`],
    ['the one error is the caller’s', `mutation { ${create('a', 'none')} }`],
  ])('is 200 when %s', async (_, query) => {
    for (const time of ['first', 'second']) {
      const { status, headers, body } = await post(query);
      expect([time, status, headers.get('retry-after')]).toEqual([time, 200, null]);
      expect(body.errors.length).toBeGreaterThan(0);
    }
  });
});

it.each(mediaTypes)('a query by GET or HEAD is 503 too, %s', async (accept) => {
  const slow = await startGateway({ operationTimeout: 300 });
  await runSql(
    slow.databaseUrl,
    `create function slowly() returns boolean language plpgsql volatile as $$ begin perform pg_sleep(30); return true; end $$;
     create policy slow on customer as restrictive using ((select slowly()));
     insert into customer (organisation_id, cu_ref_no, email, canonical_email) select id, 'AAAAAAAAAAAAAAAA', 'a@b.cz', 'a@b.cz' from organisation`,
  );
  const path = `/graphql?query=${encodeURIComponent('{ customer(by: { email: "a@b.cz" }) { cuRefNo } }')}`;
  for (const method of ['GET', 'HEAD']) {
    const headers = { accept, authorization: `Bearer ${slow.key}` };
    const { status, headers: sent } = await slow.send(path, { method, headers });
    expect([method, status, sent.get('retry-after')]).toEqual([method, 503, '5']);
  }
  await slow.close();
});
