// The printed contracts are those of the code; the tables are those of the entities; the HTTP specification holds.
import { readFile } from 'node:fs/promises';
import {
  type GraphQLNamedType,
  isEnumType,
  isIntrospectionType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { auditServer } from 'graphql-http';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { errorCodes } from '../../src/errors/api-error.ts';
import { requirementsOf } from '../../src/graphql/execution/execute.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { profileExample } from '../../src/rest/customer-profile.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { openApiDocument } from '../../src/rest/openapi/document.ts';
import { errorsOfPlaces } from '../../src/rest/openapi/errors.ts';
import { createDatabase, createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** A type with its values, fields and their arguments, each with the name that a failure shows. */
function* partsOf(
  type: GraphQLNamedType,
): Generator<[name: string, part: { description?: string | null | undefined }]> {
  yield [type.name, type];
  for (const value of isEnumType(type) ? type.getValues() : []) yield [`${type.name}.${value.name}`, value];
  for (const field of 'getFields' in type ? Object.values(type.getFields()) : []) {
    yield [`${type.name}.${field.name}`, field];
    for (const arg of 'args' in field ? field.args : []) yield [`${type.name}.${field.name}(${arg.name})`, arg];
  }
}

describe('the GraphQL contract', () => {
  it('is printed', async () => {
    expect(await readFile('schema/schema.graphql', 'utf8')).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  });

  it('describes every type, field, argument and value', () => {
    const types = Object.values(schema.getTypeMap());
    const own = types.filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));
    const parts = own.flatMap((type) => [...partsOf(type)]);
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([]);
  });

  it('passes the audit of GraphQL over HTTP', async () => {
    const results = await auditServer({
      url: `${gateway.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${gateway.key}`);
        return fetch(url, { ...init, headers });
      },
    });
    const failed = results
      .filter(({ status }) => status !== 'ok')
      .map(({ id, name, ...rest }) => `${id} ${name}: ${'reason' in rest ? rest.reason : ''}`);
    expect(failed).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });
});

/** An answer as the OpenAPI document describes it. */
interface Response {
  description: string;
  content: Record<string, { examples?: Record<string, { value: { error: { code: string; message: string } } }> }>;
}

describe('the REST contract', () => {
  it('is printed, and served without a key', async () => {
    const printed = JSON.parse(await readFile('schema/openapi.json', 'utf8'));
    expect(printed).toEqual(JSON.parse(JSON.stringify(openApiDocument(endpoints, schema, requirementsOf))));
    expect(await gateway.send('/openapi.json')).toMatchObject({ status: 200, body: printed });
  });

  it('has examples that the gateway accepts and answers', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
    // The customer whom examples name.
    const { cuRefNo } = profileExample;
    await runSql(gateway.databaseUrl, 'insert into customer (organisation_id, cu_ref_no) values ($1, $2)', [
      gateway.organisationId,
      cuRefNo,
    ]);
    for (const { method, paths, example, response } of endpoints) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const answer = await gateway.send(`${paths[0]}?${new URLSearchParams(example.query as Record<string, string>)}`, {
        method,
        headers,
        ...(example.body && { body: JSON.stringify(example.body) }),
      });
      expect(answer.status, paths[0]).toBe(200);
      for (const body of [example.response, answer.body]) expect(response.safeParse(body).error).toBeUndefined();
      expect(Object.keys(example.response as object)).toEqual(expect.arrayContaining(Object.keys(answer.body)));
    }
  });

  it('describes each error with the message that is answered, and both conflicts', async () => {
    const { paths } = JSON.parse(await readFile('schema/openapi.json', 'utf8'));
    const { responses } = paths['/api/v1/customer/create'].post;
    for (const { description, content } of Object.values<Response>(responses)) {
      const examples = Object.values(content['application/json']?.examples ?? {});
      const sentences = examples.map(({ value: { error } }) => `\`${error.code}\`: ${error.message}`);
      for (const sentence of sentences) expect(description).toContain(sentence);
    }
    const { examples } = responses[409].content['application/json'];
    const body = JSON.stringify({ email: 'conflict@example.com' });
    const send = (text: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` };
      return gateway.send('/api/v1/customer/create', {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': 'conflict' },
        body: text,
      });
    };
    // Nobody makes a customer while the table is locked, so the first request is still running when the second one comes.
    const locking = new pg.Client(gateway.databaseUrl);
    await locking.connect();
    await locking.query('begin; lock table customer in share row exclusive mode');
    const first = send(body);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(() => runSql(gateway.databaseUrl, waiting), { timeout: 5_000 }).toHaveLength(1);
    const running = await send(body);
    await locking.end();
    expect((await first).status).toBe(200);
    const other = await send(body.replace('conflict', 'another'));
    for (const [answer, example] of [
      [running, examples.INTERNAL_CONFLICT_STILL_RUNNING],
      [other, examples.INTERNAL_CONFLICT],
    ]) {
      const { requestId } = answer.body.error;
      expect(answer.body.error).toEqual({ ...example.value.error, requestId });
    }
  });

  it('names every code that the endpoint can answer with', async () => {
    const text = await readFile('schema/openapi.json', 'utf8');
    for (const code of errorCodes.filter((name) => !errorsOfPlaces.includes(name))) expect(text).toContain(code);
  });
});

describe('the database', () => {
  it('has the tables that the entities describe', async () => {
    const database = openDatabase({
      connection: parseDatabaseUrl(await createDatabase()),
      entities,
      log: pino({ level: 'silent' }),
      asOwner: true,
    });
    expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
    await database.close();
  });

  it('can be distributed by organisation: it opens every primary key, unique constraint and foreign key', async () => {
    const constraints = await runSql<{ table: string; definition: string; kind: string }>(
      gateway.databaseUrl,
      `select c.relname as "table", pg_get_indexdef(i.indexrelid) as definition, 'index' as kind
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and i.indisunique
       union all
       select c.relname, pg_get_constraintdef(f.oid), 'foreign key' from pg_constraint f join pg_class c on c.oid = f.conrelid where f.contype = 'f'`,
    );
    // Tables that are the same everywhere: keys, and what they were used for, are looked up before the organisation is known.
    const everywhere = ['organisation', 'api_key', 'api_key_use', 'migration'];
    const distributed = constraints.filter(({ table }) => !everywhere.includes(table));
    expect(distributed.length).toBeGreaterThan(20);
    for (const { table, definition } of distributed)
      expect(definition, table).toMatch(/(UNIQUE INDEX .* \(|FOREIGN KEY \()organisation_id[,)]/);
  });

  it('holds by itself what the rules promise', async () => {
    const insert = (columns: string, values: string) =>
      runSql(
        gateway.databaseUrl,
        `insert into customer (organisation_id, ${columns}) values (${gateway.organisationId}, ${values})`,
      );
    await insert('cu_ref_no, email, canonical_email', `'AAAAAAAAAAAAAAAA', 'a@b.cz', 'a@b.cz'`);
    await expect(insert('cu_ref_no, email, canonical_email', `'BBBBBBBBBBBBBBBB', 'a@b.cz', 'a@b.cz'`)).rejects.toThrow(
      'customer_email_unique',
    );
    await expect(insert('cu_ref_no', `'AAAAAAAAAAAAAAAA'`)).rejects.toThrow('customer_reference_unique');
    await expect(insert('cu_ref_no', `'short'`)).rejects.toThrow('customer_reference_form');
    await expect(insert('cu_ref_no, phone', `'CCCCCCCCCCCCCCCC', '00420777123456'`)).rejects.toThrow(
      'customer_phone_form',
    );
    await expect(insert('cu_ref_no, meta', `'CCCCCCCCCCCCCCCC', '[]'`)).rejects.toThrow('customer_meta_object');
  });
});
