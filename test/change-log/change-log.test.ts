// The change log: one entry for each change, in the transaction of the change, with who, on which request, why, and the values before and after.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { createDatabase, createKey, createOrganisation, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

interface Entry {
  action: string;
  actor: string;
  request: string | null;
  reason: string | null;
  fields: string[];
  values: Record<string, [before: unknown, after: unknown]> | null;
}

let gateway: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway();
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => gateway.close());

const newKey = async () => (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
const ask = (query: string, fingerprint: string, requestId = 'asked') =>
  gateway.graphql(query, { f: fingerprint }, { key: root, headers: { 'X-Request-Id': requestId } });
const mutation = (name: string, others = '') =>
  `mutation ($f: String!) { ${name}(input: { fingerprint: $f ${others} }) { apiKey { fingerprint expiresAt } } }`;
const logOf = (reference: string) =>
  runSql<Entry>(
    gateway.databaseUrl,
    `select action, actor, request_id as request, reason, fields,
       (select json_object_agg(field, json_build_array(before, after)) from change_value v
        where v.organisation_id = e.organisation_id and v.entry_id = e.id) as values
     from change_entry e where reference = $1 order by id`,
    [reference],
  );

describe('a change of a key', () => {
  it('is written with who, the request, why, and what changed', async () => {
    const fingerprint = await newKey();
    await ask(mutation('deactivateApiKey', 'reason: "lost"'), fingerprint, 'first');
    await ask(mutation('deactivateApiKey', 'reason: "again"'), fingerprint, 'second');
    await ask(mutation('activateApiKey'), fingerprint, 'third');
    const { body } = await ask(mutation('rotateApiKey', 'graceSeconds: 60'), fingerprint, 'fourth');
    const made = body.data.rotateApiKey.apiKey.fingerprint;
    const { body: shown } = await gateway.graphql(
      'query ($f: String!) { apiKey(fingerprint: $f) { expiresAt } }',
      { f: fingerprint },
      { key: root },
    );
    await ask(mutation('deleteApiKey'), fingerprint, 'fifth');
    const actor = `key:${root.slice(0, 8)}`;
    const common = { actor, reason: null };
    expect(await logOf(fingerprint)).toMatchObject([
      {
        ...common,
        action: 'deactivated',
        request: 'first',
        reason: 'lost',
        fields: ['active'],
        values: { active: [true, false] },
      },
      { ...common, action: 'activated', request: 'third', fields: ['active'], values: { active: [false, true] } },
      {
        ...common,
        action: 'rotated',
        request: 'fourth',
        reason: `replaced by ${made}`,
        fields: ['expiresAt'],
        values: { expiresAt: [null, shown.data.apiKey.expiresAt] },
      },
      { ...common, action: 'shown', fields: [], values: null },
      { ...common, action: 'deleted', request: 'fifth', values: { deletedAt: [null, expect.stringMatching(/Z$/)] } },
    ]);
    expect(await logOf(made)).toMatchObject([
      { ...common, action: 'created', request: 'fourth', reason: `replaces ${fingerprint}`, fields: [], values: null },
    ]);
  });

  it.each([
    ['createApiKey', 'mutation { createApiKey(input: { prefix: DEV_, name: "unwritten" }) { key } }'],
    ['rotateApiKey', mutation('rotateApiKey')],
    ['deactivateApiKey', mutation('deactivateApiKey')],
    ['deleteApiKey', mutation('deleteApiKey')],
  ])('by %s is not made where it cannot be written', async (_, query) => {
    const fingerprint = await newKey();
    const keys = () =>
      runSql(gateway.databaseUrl, 'select * from api_key where organisation_id = $1 order by id', [
        gateway.organisationId,
      ]);
    const before = await keys();
    const role = servingRoleOf(gateway.databaseUrl);
    await runSql(gateway.databaseUrl, `revoke insert on change_entry from ${role}`);
    try {
      const { body } = await ask(query, fingerprint);
      expect(body.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(await keys()).toEqual(before);
    } finally {
      await runSql(gateway.databaseUrl, `grant insert on change_entry to ${role}`);
    }
  });
});

describe('the command', () => {
  const run = (program: 'customers' | 'keys', words: string[]) =>
    runCommand(program, words, { DATABASE_URL: gateway.databaseUrl });

  it('keys writes who runs it, and no request', async () => {
    const fingerprint = await newKey();
    expect(await run('keys', ['deactivate', fingerprint, '--reason', 'lost'])).toMatchObject({ code: 0 });
    expect(await logOf(fingerprint)).toMatchObject([
      {
        action: 'deactivated',
        actor: expect.stringMatching(/^command:.+/),
        request: null,
        reason: 'lost',
        values: { active: [true, false] },
      },
    ]);
  });

  it('customers check-emails writes the address before and after', async () => {
    const slug = 'log-emails';
    const organisation = await createOrganisation(gateway.databaseUrl, slug);
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
       values ($1, 'LogOfChanges0001', '"jan"@example.com', '"jan"@example.com')`,
      [organisation],
    );
    await run('customers', ['check-emails', '--organisation', slug, '--fix']);
    expect(await logOf('LogOfChanges0001')).toMatchObject([
      { action: 'e-mail rewritten', values: { email: ['"jan"@example.com', 'jan@example.com'] } },
    ]);
  });
});

it('may be written and read by requests, not changed; its values can be taken away', async () => {
  const databaseUrl = await createDatabase();
  const { rows } = {
    rows: await runSql<{ privileges: string }>(
      databaseUrl,
      `select table_name || ' ' || string_agg(privilege_type, ' ' order by privilege_type) as privileges
     from information_schema.table_privileges where grantee = $1 and table_name like 'change%' group by table_name order by 1`,
      [servingRoleOf(databaseUrl)],
    ),
  };
  expect(rows.map(({ privileges }) => privileges)).toEqual([
    'change_entry INSERT SELECT',
    'change_value DELETE INSERT SELECT',
  ]);
});
