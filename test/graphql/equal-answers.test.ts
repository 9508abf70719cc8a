// The answer to a document does not depend on how often it was sent before, nor on the path that it takes: generated documents, run by
// the gateway again and again, by the gateway without its fast path, and by graphql alone.

import { execute, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Newcomers } from '../../src/customer/newcomers.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createContextOf } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { inTurns } from '../../src/in-turns.ts';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { logTo } from '../../src/log.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { documentGenerator, type GeneratedDocument } from '../support/documents.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { usualDatabases } from '../support/geoip.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { seededRandom } from '../support/random.ts';

const DOCUMENTS = 500;
const RUNS = 6;
const AT_ONCE = 8;

let fast: TestGateway;
let standard: TestGateway;
let keys: Record<'PROD' | 'ROOT', string>;
let cuRefNos: string[];
const emails = ['c1@example.com', 'c2@example.com', 'c3@example.com', 'c4@example.com'];
const silent = logTo('silent', { write: () => {} });
let reference: {
  database: ReturnType<typeof openDatabase>;
  ip: ReturnType<typeof openIpLookup>;
  organisationId: number;
};

beforeAll(async () => {
  const databaseUrl = await createDatabase();
  const organisationId = await createOrganisation(databaseUrl, 'equal');
  await fillOrganisation(databaseUrl, organisationId, 'c', 6);
  // Seen today: no call changes anything.
  await runSql(databaseUrl, "update customer set last_seen_at = now(), last_ip = '8.8.8.8'");
  await runSql(
    databaseUrl,
    "insert into customer_ip (organisation_id, customer_id, address) select organisation_id, id, a from customer, unnest('{8.8.8.8,10.0.0.1,::1}'::inet[]) a",
  );
  cuRefNos = (await runSql<{ cu_ref_no: string }>(databaseUrl, 'select cu_ref_no from customer order by id')).map(
    (row) => row.cu_ref_no,
  );
  keys = {
    PROD: await createKey(databaseUrl, organisationId),
    ROOT: await createKey(databaseUrl, organisationId, { prefix: 'ROOT' }),
  };
  fast = await startGateway({ databaseUrl, demo: true });
  standard = await startGateway({ databaseUrl, demo: true, parts: { fastPath: false } });
  const database = openDatabase({ connection: parseDatabaseUrl(databaseUrl), entities, log: silent });
  reference = {
    database,
    ip: openIpLookup({ databases: usualDatabases, reverseDns: false, log: silent }),
    organisationId,
  };
});
afterAll(async () => {
  await Promise.all([fast.close(), standard.close(), reference.database.close()]);
  reference.ip.close();
});

async function ask(gateway: TestGateway, { query, variables, operationName }: GeneratedDocument, key: string) {
  const { status, text, headers } = await gateway.send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-request-id': 'same' },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return { status, type: headers.get('content-type'), text };
}

/** The data that graphql makes of a document by itself; undefined where there are errors, whose words are the gateway's. */
async function byGraphql({ query, variables, operationName }: GeneratedDocument): Promise<string | undefined> {
  const document = parse(query);
  if (validate(schema, document).length > 0) return undefined;
  const caller = {
    organisationId: reference.organisationId,
    fingerprint: 'ROOTnone',
    prefix: 'ROOT' as const,
    scopes: [],
    digest: '',
    limit: null,
  };
  const request = {
    requestId: 'same',
    publicUrl: undefined,
    record: { requestId: 'same', method: 'POST', path: '/graphql', status: 0, milliseconds: 0 },
    caller,
    quota: undefined,
    headers: {},
    keyed: undefined,
  };
  const contextValue = createContextOf({ ...reference, newcomers: new Newcomers(), takeTurn: inTurns(), log: silent })(
    request,
    new Set(),
  );
  const result = await execute({ schema, document, variableValues: variables, operationName, contextValue });
  return result.errors ? undefined : JSON.stringify({ data: result.data });
}

it(`answers ${DOCUMENTS} generated documents equally, ${RUNS} times each`, async () => {
  const next = documentGenerator(seededRandom(7), { emails, cuRefNos });
  const seen = { data: 0, errors: 0, byGraphql: 0 };

  async function compare(document: GeneratedDocument): Promise<void> {
    const key = document.needsRoot ? keys.ROOT : keys.PROD;
    const first = await ask(fast, document, key);
    const label = `${document.query} ${JSON.stringify(document.variables)}`;
    expect(await ask(standard, document, key), label).toEqual(first);
    for (let run = 1; run < RUNS; run++) expect(await ask(fast, document, key), `run ${run}: ${label}`).toEqual(first);
    const alone = await byGraphql(document);
    if (alone !== undefined) {
      const { errors = [] } = JSON.parse(first.text) as { errors?: { message: string }[] };
      // What graphql would run, and the gateway bounds.
      for (const { message } of errors) expect(message, label).toMatch(/ at most \d|too (much|many times)/);
      if (errors.length === 0) {
        expect(first.text, label).toBe(alone);
        seen.byGraphql += 1;
      }
    }
    seen[first.text.startsWith('{"data":{') ? 'data' : 'errors'] += 1;
  }

  for (let i = 0; i < DOCUMENTS; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => compare(next())));
  }
  // The documents are of all sorts.
  expect(seen.data).toBeGreaterThan(DOCUMENTS / 2);
  expect(seen.errors).toBeGreaterThan(DOCUMENTS / 20);
  expect(seen.byGraphql).toBeGreaterThan(DOCUMENTS / 4);
}, 300_000);
