// Importing customers: those who are new, and what is refused.
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../support/check.ts';
import { counts, importText, keyOf, REF, useImporting } from '../../support/importing.ts';

const at = useImporting();

describe('new customers', () => {
  it('are made with all that a row gives, by the rules of the API', async () => {
    const { code, counts: said } = await importText(
      at,
      [
        'cuRefNo,email,phone,firstName,lastName,companyName,companyRegistrationNumber,taxIdentificationNumber,streetAddress,city,cityPart,stateRegion,postalCode,country,primaryLocale,newsletter,creditBalance,premium,ban,groups,referral,meta,customFields',
        `${REF[0]},  Jan@Example.COM ,777 123 456,Jan,  Novák ,Acme,051 03118,cz123,Dlouhá 1,Praha,Staré Město,Praha,110 00,cz,cs_cz,yes,-5,1,TRUE,vip=VIP lidé|dealers,,"{""a"":{""b"":[1,null]},""n"":null}","{""x"":1}"`,
        ',second@example.com',
      ].join('\r\n'),
    );
    expect({ code, said }).toEqual({ code: 0, said: counts(2, 0, 0, 0) });
    const [first, second] = await at.transfer.customers(at.slug);
    expect(first).toEqual({
      cuRefNo: REF[0],
      email: 'jan@example.com',
      phone: '+420 777123456',
      firstName: 'Jan',
      lastName: 'Novák',
      companyName: 'Acme',
      companyRegistrationNumber: '05103118',
      taxIdentificationNumber: 'CZ123',
      streetAddress: 'Dlouhá 1',
      city: 'Praha',
      cityPart: 'Staré Město',
      stateRegion: 'Praha',
      postalCode: '110 00',
      country: 'CZ',
      primaryLocale: 'cs-CZ',
      newsletter: true,
      creditBalance: -5,
      premium: true,
      ban: true,
      groups: [
        { slug: 'dealers', name: 'dealers' },
        { slug: 'vip', name: 'VIP lidé' },
      ],
      meta: { a: { b: [1, null] } },
      customFields: { x: 1 },
    });
    expect(second).toEqual({ cuRefNo: expect.stringMatching(/^[A-Za-z0-9]{16}$/), email: 'second@example.com' });
    // The ledger is opened, the log tells of credit and ban, and who did it.
    expect(await findingsOf(at.url)).toEqual([]);
    const { body } = await at.gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version creditEntries(first: 5) { edges { node { amount balanceAfter description } } }
         changes(first: 5) { edges { node { action actor requestId } } } } }`,
      {},
      { key: await keyOf(at) },
    );
    expect(body.errors).toBeUndefined();
    const { customer } = body.data;
    const author = expect.stringMatching(/^command:/);
    const requestId = expect.stringMatching(/^import-\d+$/);
    expect(customer).toEqual({
      version: 1,
      creditEntries: {
        edges: [{ node: { amount: -5, balanceAfter: -5, description: 'Opening balance (import)' } }],
      },
      changes: {
        edges: ['BANNED', 'CREDIT_ADJUSTED', 'CREATED'].map((action) => ({
          node: { action, actor: author, requestId },
        })),
      },
    });
  });

  it('come from objects too, whose types are not converted', async () => {
    const { code, refused } = await importText(
      at,
      [
        {
          email: 'a@example.com',
          newsletter: true,
          creditBalance: 7,
          groups: [{ slug: 'vip', name: 'VIP' }, 'plain'],
          meta: { a: 1 },
        },
        { email: 'b@example.com', newsletter: 'yes', creditBalance: '7', groups: 'vip', meta: [] },
        { email: 'c@example.com', firstName: null, phone: '' },
        [],
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
      '--format',
      'ndjson',
    );
    expect(code).toBe(1);
    expect(refused).toEqual([
      [
        '2',
        'newsletter; meta; creditBalance; groups',
        'yes; []; 7; vip',
        expect.stringMatching(
          /^newsletter must be true or false; meta must be an object; creditBalance must be a whole number of 32 bits; groups must be a list$/,
        ),
      ],
      ['4', '', '[]', 'is not a JSON object, or has a member twice'],
    ]);
    expect(await at.transfer.customers(at.slug)).toMatchObject([
      {
        email: 'a@example.com',
        newsletter: true,
        creditBalance: 7,
        groups: [
          { slug: 'plain', name: 'plain' },
          { slug: 'vip', name: 'VIP' },
        ],
        meta: { a: 1 },
      },
      { email: 'c@example.com' },
    ]);
  });
});

it('a row that is refused makes no group, and an object that has a member twice is refused', async () => {
  await importText(at, `cuRefNo,email\n${REF[0]},a@example.com`);
  await importText(at, `cuRefNo,email,groups\n${REF[0]},b@example.com,ghosts`);
  const many = Array.from({ length: 100 }, (_, i) => `g${i}`).join('|');
  await importText(at, `email,groups\na@example.com,${many}`);
  expect((await importText(at, 'email,groups\na@example.com,ghosts')).counts).toEqual(counts(0, 0, 0, 1));
  expect(await at.transfer.sql(`select from customer_group where slug = 'ghosts'`)).toEqual([]);
  const twice = '{"email":"a@example.com","email":"b@example.com"}\n{"email":"c@example.com","meta":{"a":1,"a":2}}';
  const { counts: said, refused } = await importText(at, twice, '--format', 'ndjson');
  expect(said).toEqual(counts(0, 0, 0, 2));
  expect(refused.map(([, , , reason]) => reason)).toEqual(Array(2).fill('is not a JSON object, or has a member twice'));
  expect((await importText(at, 'email,meta\nd@example.com,"{""a"":1,""a"":2}"')).counts).toEqual(counts(0, 0, 0, 1));
});

it('objects however deep, and values however long, are refused', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const { refused, counts: said } = await importText(
    at,
    [
      '{"email":"good@example.com"}',
      `{"email":"a@example.com","meta":{"a":${deep}}}`,
      `{"email":${deep}}`,
      `{"email":"b@example.com","groups":${deep},"firstName":"${'x'.repeat(100_000)}"}`,
      `{"email":"c@example.com","other":${deep}}`,
    ].join('\n'),
    '--format',
    'ndjson',
    '--custom-fields',
  );
  expect(said).toEqual(counts(1, 0, 0, 4));
  const why = 'must be at most 16 levels deep';
  expect(refused).toEqual([
    ['2', 'meta', '', why],
    ['3', 'email', '', why],
    ['4', 'groups', '', why],
    ['5', 'customFields', '', why],
  ]);
  const csv = await importText(at, `email,meta\na@example.com,"{""a"":${deep}}"`);
  expect(csv.refused).toEqual([['2', 'meta', '', why]]);
});

it('many rows of one customer take a time that grows with their number alone', async () => {
  const rows = Array.from({ length: 120 }, (_, n) => `a@example.com,City ${n}`);
  const path = await at.transfer.file(`email,city\n${rows.join('\n')}`);
  expect((await at.transfer.import(path, at.slug, '--update')).counts).toMatchObject({
    rows: 120,
    created: 1,
    changed: 119,
  });
  expect(await at.transfer.customers(at.slug)).toMatchObject([{ city: 'City 119' }]);
  const [run] = await at.transfer.sql<{ steps: string }>('select steps from import_run order by id desc limit 1');
  // Eight a step, and one for the end.
  expect(Number(run?.steps)).toBe(16);
});
