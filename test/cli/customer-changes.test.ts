// Customers changed by command: in the operator's name, tried without effect, and asked for before what cannot be undone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { runCommandHere } from '../support/command.ts';
import { createNamed, type Named } from '../support/customers.ts';
import { createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf } from '../support/mutations.ts';

let gateway: TestGateway;
let customer: Named;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  customer = await createNamed(gateway);
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

const customers = (...words: string[]) => runCommandHere('customers', words, { DATABASE_URL: gateway.databaseUrl });
const inJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await customers(...words, '--json');
  return { code, stderr, body: JSON.parse(stdout) };
};
const done = async (...words: string[]) => {
  const { code, stderr, body } = await inJson(...words);
  expect([code, stderr, body.error]).toEqual([0, '', undefined]);
  return body;
};
const history = async ({ cuRefNo }: Named) => changesOf(gateway, { cuRefNo });
const actor = expect.stringMatching(/^command:.+/);

describe('customers', () => {
  it('update changes a profile, and leaves what is not told', async () => {
    const first = [
      '--first-name',
      ' Jan ',
      '--phone',
      '777 123 456',
      '--country',
      'CZ',
      '--meta',
      '{"a":1,"b":2}',
      '--premium',
      'yes',
    ];
    expect(await done('update', customer.email, ...first)).toMatchObject({
      firstName: 'Jan',
      phone: '+420 777123456',
      premium: true,
      version: 2,
    });
    const second = [
      '--last-name',
      'Novák',
      '--phone',
      '',
      '--meta',
      '{"a":null}',
      '--if-version',
      '2',
      '--newsletter',
      'yes',
    ];
    await done('update', customer.cuRefNo, ...second);
    const shown = await done('show', customer.email);
    expect(shown).toMatchObject({
      ...{
        firstName: 'Jan',
        lastName: 'Novák',
        phone: null,
        premium: true,
        newsletter: true,
        meta: { b: 2 },
        address: { country: 'CZ' },
      },
      changes: [{ action: 'UPDATED', by: actor }, { action: 'UPDATED', by: actor }, { action: 'CREATED' }],
    });
    const text = await customers('show', customer.email);
    expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/^meta +{"b":2}$/m)]);
    expect(text.stdout).not.toContain('[object Object]');
    const stale = await inJson('update', customer.email, '--first-name', 'X', '--if-version', '1');
    expect([stale.code, stale.body.error.code]).toEqual([1, 'INTERNAL_CONFLICT']);
  });

  it('credit, ban, unban, delete and restore do what the mutations do', async () => {
    const { email, cuRefNo } = customer;
    const credit = ['credit', email, '--amount', '-5', '--description', 'fee', '--transaction-id', cuRefNo];
    expect(await done(...credit)).toMatchObject({ creditBalance: -5 });
    expect(await done(...credit)).toMatchObject({ creditBalance: -5 });
    expect(await done('ban', email, '--reason', 'fraud')).toMatchObject({ ban: true });
    expect(await done('unban', cuRefNo)).toMatchObject({ ban: false });
    expect(await done('delete', email, '--reason', 'asked')).toMatchObject({ deletedAt: expect.any(String) });
    expect((await done('show', cuRefNo)).deletedAt).not.toBeNull();
    expect((await inJson('show', email)).body.error.code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    expect(await done('restore', cuRefNo, '--reason', 'mistake')).toMatchObject({ deletedAt: null, email });
    expect(
      (await history(customer)).map(({ action, reason, actor: by }: Record<string, unknown>) => [action, reason, by]),
    ).toEqual([
      ['RESTORED', 'mistake', actor],
      ['DELETED', 'asked', actor],
      ['UNBANNED', null, actor],
      ['BANNED', 'fraud', actor],
      ['CREDIT_ADJUSTED', 'fee', actor],
      ['CREATED', null, expect.any(String)],
    ]);
  });

  it('update shows all that it changes, tried or done', async () => {
    const words = [
      '--city',
      'Kladno',
      '--country',
      'cz',
      '--newsletter',
      'yes',
      '--meta',
      '{"a":1}',
      '--primary-locale',
      'cs',
    ];
    const shown = { address: { city: 'Kladno', country: 'CZ' }, newsletter: true, meta: { a: 1 }, primaryLocale: 'cs' };
    expect(await done('update', customer.email, ...words, '--dry-run')).toMatchObject({ ...shown, dryRun: true });
    expect((await done('show', customer.email)).address).toEqual({});
    const changed = await done('update', customer.email, ...words);
    expect(changed).toMatchObject(shown);
    expect(changed).not.toHaveProperty('dryRun');
  });

  it('restore says that the mailbox is taken, and takes nothing but a reference', async () => {
    await done('delete', customer.email, '--reason', 'x');
    await gateway.rest({ email: customer.email });
    for (const words of [[], ['--dry-run']]) {
      const { code, body } = await inJson('restore', customer.cuRefNo, '--reason', 'x', ...words);
      expect([code, body.error.code]).toEqual([1, 'INTERNAL_CONFLICT']);
    }
    const byAddress = await inJson('restore', customer.email, '--reason', 'x');
    expect([byAddress.code, byAddress.body.error.code]).toEqual([1, 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED']);
  });

  it('merge and erase say what they would do, and do it once they are answered', async () => {
    const duplicate = await createNamed(gateway);
    await done('update', duplicate.email, '--first-name', 'Eva');
    const merge = ['merge', customer.email, duplicate.cuRefNo, '--reason', 'same'];
    expect(await done(...merge, '--dry-run')).toMatchObject({
      ...{ survivor: customer.cuRefNo, duplicate: duplicate.cuRefNo, filledFields: ['firstName'], movedCredit: 0 },
    });
    const unanswered = await inJson(...merge);
    expect([unanswered.code, unanswered.body.error.code]).toEqual([2, 'ANSWER_NEEDED']);
    expect((await customers(...merge)).stderr).toContain('--yes');
    expect(await history(duplicate)).toHaveLength(2);
    expect(await done(...merge, '--yes')).toMatchObject({ firstName: 'Eva', merged: duplicate.cuRefNo });
    const erase = ['erase', customer.cuRefNo, '--reason', 'asked'];
    expect(await done(...erase, '--dry-run')).toMatchObject({ email: null, firstName: null });
    expect((await done('show', customer.cuRefNo)).firstName).toBe('Eva');
    expect((await inJson(...erase)).body.error.code).toBe('ANSWER_NEEDED');
    expect(await done(...erase, '--yes')).toMatchObject({ email: null, firstName: null });
  });

  it.each([
    ['update', ['--first-name', 'X']],
    ['credit', ['--amount', '5', '--description', 'x']],
    ['ban', []],
    ['delete', ['--reason', 'x']],
  ])('%s --dry-run changes nothing', async (name, words) => {
    const before = await done('show', customer.cuRefNo);
    const tried = await customers(name, customer.email, ...words, '--dry-run');
    expect([tried.code, tried.stderr]).toEqual([0, '']);
    expect(tried.stdout).toContain('Nothing was changed.');
    expect(await done('show', customer.cuRefNo)).toEqual(before);
  });
});

describe('what is wrong', () => {
  it.each([
    [['update', '{email}', '--phone', '1', '--country', 'CZ'], '--phone'],
    [['update', '{email}', '--country', 'XX'], '--country'],
    [['update', '{email}', '--meta', '[1]'], '--meta'],
    [['credit', '{email}', '--amount', '0', '--description', 'x'], '--amount'],
    [['credit', '{email}', '--amount', '5', '--description', ' '], '--description'],
    [['credit', '{email}', '--amount', '5', '--description', 'x', '--transaction-id', 'short'], '--transaction-id'],
    [['ban', 'no@address@x'], '<customer>'],
    [['delete', '{email}', '--reason', ' '], '--reason'],
    [['merge', '{email}', '{cuRefNo}', '--reason', 'x', '--yes'], '<duplicate>'],
  ] as const)('is told by the names of the command line: %j', async (words, name) => {
    const named = words.map((word) => word.replace('{email}', customer.email).replace('{cuRefNo}', customer.cuRefNo));
    const { code, stdout, stderr } = await customers(...named);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`  ${name} must`);
    const { body } = await inJson(...named);
    expect(body.error.fields[0].path).toBe(name);
  });

  it('is a mistake of the command line where it is one', async () => {
    for (const words of [
      ['update'],
      ['credit', customer.email, '--amount', 'x', '--description', 'x'],
      ['delete', customer.email],
      ['update', customer.email, '--newsletter', 'maybe'],
      ['update', customer.email, '--frist-name', 'x'],
      ['burn', customer.email],
    ]) {
      const { code, stdout, stderr } = await customers(...words);
      expect([code, stdout, stderr === '']).toEqual([2, '', false]);
      const json = await inJson(...words);
      expect([json.code, json.stderr, json.body.error.code]).toEqual([2, '', 'COMMAND_LINE']);
    }
    expect((await customers('update', customer.email, '--frist-name', 'x')).stderr).toContain(
      'Did you mean --first-name?',
    );
  });

  it('is whom the organisation does not have, and of which organisation', async () => {
    for (const nobody of ['nobody@example.com', 'AAAAAAAAAAAAAAAA', 'x'])
      expect((await inJson('ban', nobody)).body.error.code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    await createOrganisation(gateway.databaseUrl, 'another');
    expect((await customers('ban', customer.email)).stderr).toContain('--organisation');
    expect((await inJson('ban', customer.email, '--organisation', 'another')).body.error.code).toBe(
      'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    );
    await runSql(
      gateway.databaseUrl,
      `delete from change_entry where organisation_id = (select id from organisation where slug = 'another')`,
    );
    await runSql(gateway.databaseUrl, `delete from organisation where slug = 'another'`);
  });
});
