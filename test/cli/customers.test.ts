// Customers in the hands of operators, by command.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandHere } from '../support/command.ts';
import { createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const customers = (...words: string[]) => runCommandHere('customers', words, { DATABASE_URL: gateway.databaseUrl });
const checkInJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await customers('check-emails', '--json', ...words);
  expect(stderr).toBe('');
  return { code, emails: JSON.parse(stdout).emails as Record<string, string>[], stdout };
};

let references = 0;
/** Puts a customer into an organisation of its own making, as a version with other rules stored it. */
async function store(organisationId: number, email: string, mailbox: string, deleted = false): Promise<string> {
  const cuRefNo = `check${String(references++).padStart(11, '0')}`;
  await runSql(
    gateway.databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email, deleted_at)
     values ($1, $2, $3, $4, case when $5 then now() end)`,
    [organisationId, cuRefNo, email, mailbox, deleted],
  );
  return cuRefNo;
}

const stored = async (cuRefNo: string) =>
  (
    await runSql(gateway.databaseUrl, 'select email, canonical_email, version from customer where cu_ref_no = $1', [
      cuRefNo,
    ])
  )[0];

describe('customers check-emails', () => {
  it('finds nothing where nothing is to be mended, also among contacts without an address', async () => {
    const organisationId = await createOrganisation(gateway.databaseUrl, 'clean');
    await store(organisationId, 'jan@example.com', 'jan@example.com');
    await store(organisationId, 'j.an+x@gmail.com', 'jan@gmail.com');
    await store(organisationId, '"(x"@gmail.com', '"(x"@gmail.com');
    await store(organisationId, 'a\u200b@example.com', 'a\u200b@example.com', true);
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no) values ($1, 'withoutAddress00')`,
      [organisationId],
    );
    expect(await checkInJson('--organisation', 'clean')).toMatchObject({ code: 0, emails: [] });
    const text = await customers('check-emails', '--organisation', 'clean');
    expect(text).toEqual({ code: 0, stdout: 'No address needs to be corrected.\n', stderr: '' });
  });

  it('lists what would be refused, written or matched differently, with every invisible character seen', async () => {
    const organisationId = await createOrganisation(gateway.databaseUrl, 'listed');
    const hidden = await store(organisationId, 'jan\u200b\u{e0001}@example.com', 'x1');
    const broken = await store(organisationId, '"a\nb"@example.com', 'x2');
    const long = await store(organisationId, `a@${'x'.repeat(64)}.com`, 'x3');
    const quoted = await store(organisationId, '"jan"@example.com', '"jan"@example.com');
    const tagged = await store(organisationId, '"+(x"@gmail.com', '"@gmail.com');
    const before = await Promise.all([hidden, broken, long, quoted, tagged].map(stored));
    const { code, emails, stdout } = await checkInJson('--organisation', 'listed');
    const at = { organisation: 'listed' };
    const unseen = 'must not contain white space or invisible characters';
    expect(code).toBe(1);
    expect(emails).toEqual([
      { ...at, cuRefNo: hidden, email: 'jan\u200b\u{e0001}@example.com', problem: 'refused', reason: unseen },
      {
        ...at,
        cuRefNo: broken,
        email: '"a\nb"@example.com',
        problem: 'refused',
        reason: 'must not contain control characters',
      },
      {
        ...at,
        cuRefNo: long,
        email: `a@${'x'.repeat(64)}.com`,
        problem: 'refused',
        reason: 'must be a valid e-mail address',
      },
      { ...at, cuRefNo: quoted, email: '"jan"@example.com', problem: 'written differently', today: 'jan@example.com' },
      { ...at, cuRefNo: tagged, email: '"+(x"@gmail.com', problem: 'matched differently' },
    ]);
    expect(stdout).toContain('jan\\u200b\\udb40\\udc01@example.com');
    const text = await customers('check-emails', '--organisation', 'listed');
    expect(text.code).toBe(1);
    expect(text.stdout.split('\n')).toHaveLength(6);
    expect(text.stdout).toContain(
      `cuRefNo="${hidden}"  email="jan\\u200b\\udb40\\udc01@example.com"  problem="refused"`,
    );
    expect(text.stdout).toContain('email="\\"a\\nb\\"@example.com"');
    // A look changes nothing.
    expect(await Promise.all([hidden, broken, long, quoted, tagged].map(stored))).toEqual(before);
  });

  it('mends what can be mended, says what cannot, and writes each into the trail', async () => {
    const organisationId = await createOrganisation(gateway.databaseUrl, 'mended');
    const quoted = await store(organisationId, '"jan"@example.com', '"jan"@example.com');
    const tagged = await store(organisationId, '"+(x"@gmail.com', '"@gmail.com');
    const taken = await store(organisationId, '"eva"@example.com', '"eva"@example.com');
    const holder = await store(organisationId, 'eva@example.com', 'eva@example.com');
    const hidden = await store(organisationId, 'jan\u200b@example.com', 'x1');
    const { code, emails } = await checkInJson('--organisation', 'mended', '--fix');
    expect(code).toBe(1);
    expect(emails.map(({ cuRefNo, outcome }) => [cuRefNo, outcome])).toEqual([
      [quoted, 'rewritten'],
      [tagged, 'rewritten'],
      [taken, `not rewritten: the mailbox belongs to the customer ${holder}`],
      [hidden, 'not rewritten: it has to be corrected manually'],
    ]);
    expect(await stored(quoted)).toEqual({ email: 'jan@example.com', canonical_email: 'jan@example.com', version: 2 });
    expect(await stored(tagged)).toEqual({ email: '"+(x"@gmail.com', canonical_email: '"+(x"@gmail.com', version: 2 });
    expect(await stored(taken)).toMatchObject({ email: '"eva"@example.com', version: 1 });
    const trail = await runSql(
      gateway.databaseUrl,
      `select reference, action, actor as author from change_entry where organisation_id = $1 order by id`,
      [organisationId],
    );
    const author = expect.stringMatching(/^command:.+/);
    expect(trail).toEqual([
      { reference: '*', action: 'e-mails checked', author },
      { reference: quoted, action: 'e-mail rewritten', author },
      { reference: tagged, action: 'e-mail rewritten', author },
    ]);
    await runSql(gateway.databaseUrl, 'delete from customer where cu_ref_no = any($1)', [[taken, hidden]]);
    expect(await checkInJson('--organisation', 'mended', '--fix')).toMatchObject({ code: 0, emails: [] });
  });

  it('goes page by page through every organisation', async () => {
    const organisationId = await createOrganisation(gateway.databaseUrl, 'large');
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
       select $1, 'large' || lpad(n::text, 11, '0'), '"a' || n || '"@example.com', '"a' || n || '"@example.com' from generate_series(1, 2500) n`,
      [organisationId],
    );
    const all = await checkInJson('--fix');
    expect(
      all.emails.filter(({ organisation, outcome }) => organisation === 'large' && outcome === 'rewritten'),
    ).toHaveLength(2_500);
    expect(new Set(all.emails.map(({ organisation }) => organisation))).toEqual(new Set(['listed', 'large']));
    expect(await checkInJson('--organisation', 'large')).toMatchObject({ code: 0, emails: [] });
  });

  it('leaves customers whose address would be refused to be found by reference and in lists', async () => {
    const email = '"a\nb"@old.example';
    const cuRefNo = await store(gateway.organisationId, email, email);
    const { body } = await gateway.graphql(
      'query ($r: String!) { customer(by: { cuRefNo: $r }) { email } customers(first: 5) { edges { node { cuRefNo email } } } }',
      { r: cuRefNo },
    );
    expect(body.data.customer).toEqual({ email });
    expect(body.data.customers.edges).toContainEqual({ node: { cuRefNo, email } });
  });

  it('explains itself and refuses what it does not know', async () => {
    expect((await customers('check-emails', '--help')).stdout).toContain('--fix');
    const nobody = ['check-emails', '--organisation', 'nobody'];
    expect(await customers(...nobody)).toMatchObject({ code: 1, stdout: '' });
    const { code, stdout, stderr } = await customers(...nobody, '--json');
    expect([code, stderr, JSON.parse(stdout).error.message]).toEqual([1, '', 'There is no organisation "nobody".']);
    expect(await customers('check-emails', '--all')).toMatchObject({ code: 2, stdout: '' });
    expect(await customers('burn')).toMatchObject({ code: 2, stdout: '' });
  });
});
