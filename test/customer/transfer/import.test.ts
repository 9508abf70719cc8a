// Importing customers: whose each row is, what becomes of it, and that a trial says the same.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findingsOf } from '../../support/check.ts';
import { createDatabase, createKey } from '../../support/database.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { openTransfer, type Transfer } from '../../support/transfer.ts';

let url: string;
let transfer: Transfer;
let gateway: TestGateway;
let slug: string;
beforeAll(async () => {
  url = await createDatabase();
  gateway = await startGateway({ databaseUrl: url });
  transfer = await openTransfer(url);
});
beforeEach(async () => {
  slug = await transfer.organisation();
});
afterAll(async () => {
  await gateway.close();
  await transfer.remove();
});

const REF = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(16)) as [string, string, string, string, string];
const counts = (created: number, changed: number, unchanged: number, refused: number, withoutReferral = 0) => ({
  rows: created + changed + unchanged + refused,
  ...{ created, changed, unchanged, refused, withoutReferral },
});

/** Imports text; before that, a trial says what would become of it, and does nothing. */
async function importText(text: string, ...words: string[]) {
  const path = await transfer.file(text, words.includes('ndjson') ? 'ndjson' : 'csv');
  const before = await transfer.export(slug);
  const trial = await transfer.import(path, slug, '--dry-run', ...words);
  expect(await transfer.export(slug)).toBe(before);
  const done = await transfer.import(path, slug, ...words);
  expect({ ...trial.counts, dryRun: false }).toEqual(done.counts);
  expect(trial.refused).toEqual(done.refused);
  expect(trial.code).toBe(done.code);
  const { dryRun: _, ...said } = done.counts;
  return { ...done, counts: said };
}

const keyOf = async () => {
  const [row] = await transfer.sql<{ id: number }>('select id from organisation where slug = $1', [slug]);
  return createKey(url, row?.id ?? 0);
};

describe('new customers', () => {
  it('are made with all that a row gives, by the rules of the API', async () => {
    const { code, counts: said } = await importText(
      [
        'cuRefNo,email,phone,firstName,lastName,companyName,companyRegistrationNumber,taxIdentificationNumber,streetAddress,city,cityPart,stateRegion,postalCode,country,primaryLocale,newsletter,creditBalance,premium,ban,groups,referral,meta,customFields',
        `${REF[0]},  Jan@Example.COM ,777 123 456,Jan,  Novák ,Acme,051 03118,cz123,Dlouhá 1,Praha,Staré Město,Praha,110 00,cz,cs_cz,yes,-5,1,TRUE,vip=VIP lidé|dealers,,"{""a"":{""b"":[1,null]},""n"":null}","{""x"":1}"`,
        ',second@example.com',
      ].join('\r\n'),
    );
    expect({ code, said }).toEqual({ code: 0, said: counts(2, 0, 0, 0) });
    const [first, second] = await transfer.customers(slug);
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
    expect(await findingsOf(url)).toEqual([]);
    const { body } = await gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version creditEntries(first: 5) { edges { node { amount balanceAfter description } } }
         changes(first: 5) { edges { node { action actor requestId } } } } }`,
      {},
      { key: await keyOf() },
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
    expect(await transfer.customers(slug)).toMatchObject([
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

describe('whose a row is', () => {
  it('is told by the e-mail address alone', async () => {
    await importText(`cuRefNo,email\n${REF[0]},j.an@gmail.com\n${REF[1]},eva@example.com`);
    const { counts: said, refused } = await importText(
      [
        'cuRefNo,email,firstName',
        ',jan+x@gmail.com,Jan',
        `${REF[2]},eva@example.com,Eva`,
        `${REF[0]},eva@example.com,No`,
        `${REF[0]},new@example.com,No`,
        `${REF[2]},other@example.com,Other`,
      ].join('\n'),
    );
    expect(said).toEqual(counts(1, 2, 0, 2));
    const taken =
      'is the reference of a customer with another e-mail address, or none; an import changes no e-mail address';
    expect(refused).toEqual([
      ['4', 'cuRefNo', REF[0], taken],
      ['5', 'cuRefNo', REF[0], taken],
    ]);
    expect(await transfer.customers(slug)).toEqual([
      { cuRefNo: REF[0], email: 'j.an@gmail.com', firstName: 'Jan' },
      { cuRefNo: REF[1], email: 'eva@example.com', firstName: 'Eva' },
      { cuRefNo: REF[2], email: 'other@example.com', firstName: 'Other' },
    ]);
  });

  it('is told by the reference where there is no address', async () => {
    await importText(`cuRefNo,email\n${REF[0]},jan@example.com`);
    const { counts: said } = await importText(
      `cuRefNo,lastName,phone\n${REF[0]},Novák,\n${REF[1]},,+420777123456\n${REF[2]},,`,
    );
    expect(said).toEqual(counts(2, 1, 0, 0));
    expect(await transfer.customers(slug)).toEqual([
      { cuRefNo: REF[0], email: 'jan@example.com', lastName: 'Novák' },
      { cuRefNo: REF[1], phone: '+420 777123456' },
      { cuRefNo: REF[2] },
    ]);
  });

  it('is told by the phone where there is nothing else, and one contact alone has it', async () => {
    await importText(
      `cuRefNo,email,phone\n${REF[0]},with@example.com,+420777000001\n${REF[1]},,+420777000002\n${REF[2]},,+420777000003\n${REF[3]},,+420777000003`,
    );
    const { counts: said } = await importText(
      'phone,lastName\n+420777000001,New\n+420777000002,Found\n+420777000003,Third\n+420777000001,Again\n,\n ,Nobody',
    );
    expect(said).toEqual(counts(2, 1, 1, 1));
    expect(await transfer.customers(slug)).toEqual([
      { cuRefNo: REF[0], email: 'with@example.com', phone: '+420 777000001' },
      { cuRefNo: REF[1], phone: '+420 777000002', lastName: 'Found' },
      { cuRefNo: REF[2], phone: '+420 777000003' },
      { cuRefNo: REF[3], phone: '+420 777000003' },
      { cuRefNo: expect.any(String), phone: '+420 777000001', lastName: 'New' },
      { cuRefNo: expect.any(String), phone: '+420 777000003', lastName: 'Third' },
    ]);
  });

  it('is nobody who was deleted, and the survivor of whoever was merged', async () => {
    await importText(
      `cuRefNo,email\n${REF[0]},gone@example.com\n${REF[1]},kept@example.com\n${REF[2]},double@example.com`,
    );
    const key = await keyOf();
    await gateway.graphql(
      `mutation { deleteCustomer(input: { by: { cuRefNo: "${REF[0]}" }, reason: "x" }) { customer { cuRefNo } } }`,
      {},
      { key },
    );
    await gateway.graphql(
      `mutation { mergeCustomers(input: { survivor: { cuRefNo: "${REF[1]}" }, duplicate: { cuRefNo: "${REF[2]}" }, reason: "x" }) { customer { cuRefNo } } }`,
      {},
      { key },
    );
    const { counts: said, refused } = await importText(
      `cuRefNo,email,firstName,lastName\n${REF[0]},,No,\n,gone@example.com,New,\n,double@example.com,First,\n${REF[2]},,,Last`,
    );
    expect(said).toEqual(counts(1, 2, 0, 1));
    expect(refused).toEqual([['2', 'cuRefNo', REF[0], 'is the reference of a customer that was deleted']]);
    expect(await transfer.customers(slug)).toEqual([
      { cuRefNo: REF[1], email: 'kept@example.com', firstName: 'First', lastName: 'Last' },
      { cuRefNo: expect.any(String), email: 'gone@example.com', firstName: 'New' },
    ]);
  });

  it('comes out as if rows were done one after the other, however many name one customer', async () => {
    const rows = [
      `${REF[0]},,+420777000001,,`,
      ',,+420777000001,First,',
      `${REF[0]},,,,Last`,
      ',a@example.com,,A,',
      `${REF[1]},a@example.com,,B,`,
      `${REF[1]},b@example.com,,C,`,
      ',A@example.com,,,Z',
    ];
    const { counts: said, refused } = await importText(`cuRefNo,email,phone,firstName,lastName\n${rows.join('\n')}`);
    expect(said).toEqual(counts(3, 3, 1, 0));
    expect(refused).toEqual([]);
    expect(await transfer.customers(slug)).toEqual([
      { cuRefNo: REF[0], phone: '+420 777000001', firstName: 'First', lastName: 'Last' },
      { cuRefNo: expect.any(String), email: 'a@example.com', firstName: 'A', lastName: 'Z' },
      { cuRefNo: REF[1], email: 'b@example.com', firstName: 'C' },
    ]);
  });
});

describe('customers who are there', () => {
  const BEFORE = 'cuRefNo,email,firstName,city,premium,creditBalance,groups,meta,newsletter';
  beforeEach(async () => {
    await importText(
      `${BEFORE}\n${REF[0]},jan@example.com,Jan,,,5,vip|dealers,"{""a"":1,""o"":{""x"":1}}",true\n${REF[1]},eva@example.com,,,,,,,`,
    );
  });
  const ROWS = `email,firstName,lastName,city,premium,ban,creditBalance,groups,meta,newsletter
jan@example.com,Honza,Novák,Praha,true,true,100,third|vip,"{""a"":2,""o"":{""x"":2,""y"":3}}",false
eva@example.com,,,,,,7,,,`;

  it('have their blanks filled, and keep the rest', async () => {
    const { counts: said } = await importText(ROWS);
    expect(said).toEqual(counts(0, 2, 0, 0));
    const { counts: again } = await importText(ROWS);
    expect(again).toEqual(counts(0, 0, 2, 0));
    expect(await transfer.customers(slug)).toEqual([
      {
        ...{ cuRefNo: REF[0], email: 'jan@example.com', firstName: 'Jan', lastName: 'Novák', city: 'Praha' },
        ...{ creditBalance: 5, newsletter: true, meta: { a: 1, o: { x: 1, y: 3 } } },
        groups: ['dealers', 'third', 'vip'].map((name) => ({ slug: name, name })),
      },
      // Nobody has had credit before: the ledger is opened.
      { cuRefNo: REF[1], email: 'eva@example.com', creditBalance: 7 },
    ]);
    expect(await findingsOf(url)).toEqual([]);
  });

  it('become what the row says with --update, but for their credit', async () => {
    const { counts: said } = await importText(ROWS, '--update');
    expect(said).toEqual(counts(0, 2, 0, 0));
    expect((await importText(ROWS, '--update')).counts).toEqual(counts(0, 0, 2, 0));
    const [jan] = await transfer.customers(slug);
    expect(jan).toEqual({
      ...{ cuRefNo: REF[0], email: 'jan@example.com', firstName: 'Honza', lastName: 'Novák', city: 'Praha' },
      ...{ premium: true, ban: true, creditBalance: 5, meta: { a: 2, o: { x: 2, y: 3 } } },
      groups: ['third', 'vip'].map((name) => ({ slug: name, name })),
    });
    const { body } = await gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version changes(first: 1) { edges { node { action reason fields { name before after } } } } } }`,
      {},
      { key: await keyOf() },
    );
    expect(body.data.customer).toMatchObject({
      version: 2,
      changes: { edges: [{ node: { action: 'GROUPS_CHANGED' } }] },
    });
    expect(await findingsOf(url)).toEqual([]);
  });

  it('are cleared by null alone, and only with --update', async () => {
    const row = JSON.stringify({
      email: 'jan@example.com',
      firstName: null,
      city: '',
      groups: null,
      meta: null,
      newsletter: null,
    });
    expect((await importText(row, '--format', 'ndjson')).counts).toEqual(counts(0, 0, 1, 0));
    expect((await importText(row, '--format', 'ndjson', '--update')).counts).toEqual(counts(0, 1, 0, 0));
    expect((await transfer.customers(slug))[0]).toEqual({
      cuRefNo: REF[0],
      email: 'jan@example.com',
      creditBalance: 5,
    });
  });

  it('refuse an object that would become too large, and too many groups', async () => {
    const filler = (size: number) => JSON.stringify({ [`k${size}`]: 'x'.repeat(size) }).replaceAll('"', '""');
    await importText(`email,customFields\njan@example.com,"${filler(20_000)}"`);
    const many = Array.from({ length: 99 }, (_, i) => `g${i}`).join('|');
    const { refused, counts: said } = await importText(
      `email,customFields,groups\njan@example.com,"${filler(20_001)}",\njan@example.com,,${many}\neva@example.com,"${filler(33_000)}",`,
    );
    expect(said).toEqual(counts(0, 0, 0, 3));
    expect(refused.map(([line, column, , reason]) => [line, column, reason])).toEqual([
      ['2', 'customFields', 'must be at most 32 KiB of JSON after the merge'],
      ['3', 'groups', 'must leave the customer in at most 100 groups'],
      ['4', 'customFields', 'must be at most 32 KiB of JSON after the merge'],
    ]);
  });
});

describe('referrals', () => {
  const without = '; the row went in without it';
  const read = async () =>
    (await transfer.customers(slug)).map(({ cuRefNo, referral }) => [
      REF.indexOf(String(cuRefNo)),
      REF.indexOf(String(referral)),
    ]);

  it('lead to earlier rows, later ones and customers who were there; a circle is refused', async () => {
    await importText(`cuRefNo,email\n${REF[4]},e@example.com`);
    const path = await transfer.file(
      `cuRefNo,email,referral\n${REF[0]},a@example.com,${REF[1]}\n${REF[1]},b@example.com,${REF[4]}\n${REF[2]},c@example.com,${REF[0]}\n${REF[4]},,${REF[2]}\n${REF[3]},d@example.com,${REF[3]}`,
    );
    const { code, counts: said, refused } = await transfer.import(path, slug);
    expect({ code, said }).toMatchObject({ code: 1, said: { created: 4, refused: 0, withoutReferral: 2 } });
    expect(refused).toEqual([
      [
        '5',
        'referral',
        REF[2],
        `must not have been brought by this customer, neither directly nor by others${without}`,
      ],
      ['6', 'referral', REF[3], `must be another customer${without}`],
    ]);
    expect(await read()).toEqual([
      [4, -1],
      [0, 1],
      [1, 4],
      [2, 0],
      [3, -1],
    ]);
    expect(await findingsOf(url)).toEqual([]);
    expect(await transfer.sql('select from import_referral')).toEqual([]);
  });

  it('that lead to nobody are told at the end, and can be mended', async () => {
    const { counts: said, report } = await importText(
      `Code,E-mail,Brought by,Note\n,a@example.com,${REF[1]},x\n,b@example.com,${REF[2]},y\n${REF[1]},c@example.com,bad,z`,
      '--map',
      'Brought by=referral,Code=cuRefNo',
    );
    expect(said).toEqual(counts(2, 0, 0, 1, 2));
    const mended = report.replaceAll(REF[2], REF[1]).replace('c@example.com,bad,z', 'c@example.com,,z');
    expect(mended).toContain('refusedLine,refusedColumn,refusedValue,refusedReason,Code,E-mail,Brought by,Note');
    const path = await transfer.file(mended);
    const again = await transfer.import(path, slug, '--map', 'Brought by=referral,Code=cuRefNo');
    expect(again).toMatchObject({
      code: 0,
      counts: { created: 1, changed: 2, unchanged: 0, refused: 0, withoutReferral: 0 },
    });
    const customers = await transfer.customers(slug);
    expect(customers.map(({ email, referral }) => [email, referral])).toEqual([
      ['a@example.com', REF[1]],
      ['b@example.com', REF[1]],
      ['c@example.com', undefined],
    ]);
  });

  it('lead to whom a row means, also where its reference is not kept', async () => {
    await importText(`cuRefNo,email\n${REF[4]},x@example.com`);
    const { counts: said } = await importText(
      [
        'cuRefNo,email,referral',
        `,early@example.com,${REF[1]}`,
        `${REF[1]},x@example.com,`,
        `${REF[0]},twice@example.com,`,
        `${REF[2]},Twice@example.com,`,
        `,late@example.com,${REF[1]}`,
        `,later@example.com,${REF[2]}`,
        `${REF[3]},x@example.com,${REF[3]}`,
      ].join('\n'),
    );
    expect(said).toEqual(counts(4, 0, 3, 0, 1));
    const brought = (await transfer.customers(slug)).flatMap(({ email, referral }) =>
      referral ? [[email, referral]] : [],
    );
    expect(brought).toEqual([
      ['early@example.com', REF[4]],
      ['late@example.com', REF[4]],
      ['later@example.com', REF[0]],
    ]);
    expect(await transfer.sql('select from import_reference')).toEqual([]);
  });

  it('stay as they are, unless --update replaces them', async () => {
    await importText(`cuRefNo,referral\n${REF[0]},\n${REF[1]},\n${REF[2]},${REF[0]}`);
    expect((await importText(`cuRefNo,referral\n${REF[2]},${REF[1]}`)).counts).toEqual(counts(0, 0, 1, 0));
    const path = await transfer.file(`cuRefNo,referral\n${REF[2]},${REF[1]}`);
    expect((await transfer.import(path, slug, '--update')).counts).toMatchObject({ changed: 1 });
    expect(await read()).toEqual([
      [0, -1],
      [1, -1],
      [2, 1],
    ]);
  });
});

describe('a contact with a phone alone', () => {
  it('has no e-mail address on either API, and none gives it one', async () => {
    await importText(`cuRefNo,phone,firstName\n${REF[0]},+420 777 000 009,Phone`);
    const key = await keyOf();
    const { body } = await gateway.graphql(`{ customer(by: { cuRefNo: "${REF[0]}" }) { email phone } }`, {}, { key });
    expect(body.data.customer).toEqual({ email: null, phone: '+420 777000009' });
    const detail = await gateway.send(`/api/v1/customer/detail?apiKey=${key}&cuRefNo=${REF[0]}`);
    expect(detail.body).toMatchObject({ success: true, email: null, phone: '+420 777000009' });
    const created = await gateway.rest({ email: 'phone@example.com' }, { key });
    expect(created.body).toMatchObject({ newAccount: true });
    expect(created.body.cuRefNo).not.toBe(REF[0]);
    expect((await transfer.customers(slug)).map(({ email, phone }) => [email, phone])).toEqual([
      [undefined, '+420 777000009'],
      ['phone@example.com', undefined],
    ]);
  });
});

it('a trial knows what earlier rows of the file would have made of customers', async () => {
  const many = (from: number) => Array.from({ length: 60 }, (_, i) => `g${from + i}`).join('|');
  await importText(
    `cuRefNo,email,phone\n${REF[0]},a@example.com,\n${REF[1]},,+420777000001\n${REF[2]},,+420777000002\n${REF[3]},,+420777000002\n${REF[4]},b@example.com,`,
  );
  const rows = [
    ...['a@example.com,,Name,7,,', 'a@example.com,,Name,8,,'],
    // Two contacts have that phone already, and one of the next gets a third.
    ...[',+420777000002,X,,,', ',+420777000002,Y,,,', ',+420777000001,Z,,,', ',+420777000001,Z,,,'],
    ...[`b@example.com,,,,${many(0)},`, `b@example.com,,,,${many(50)},`],
    ...[`a@example.com,,,,,${REF[4]}`, `a@example.com,,,,,${REF[4]}`, `b@example.com,,,,,${REF[4]}`],
  ];
  const { counts: said, refused } = await importText(
    `email,phone,lastName,creditBalance,groups,referral\n${rows.join('\n')}`,
  );
  expect(said).toEqual(counts(2, 4, 4, 1, 1));
  expect(refused.map(([line]) => line)).toEqual(['9', '12']);
  const update = `cuRefNo,email,phone\n${REF[1]},,+420777000009\n,,+420777000009\n,,+420777000001\n`;
  expect((await importText(update, '--update')).counts).toEqual(counts(1, 1, 1, 0));
});

it('a ban is no change of the profile, and has its own entry', async () => {
  await importText(`cuRefNo,email\n${REF[0]},jan@example.com`);
  for (const [ban, action] of [
    ['true', 'BANNED'],
    ['false', 'UNBANNED'],
  ]) {
    expect((await importText(`email,ban\njan@example.com,${ban}`, '--update')).counts).toEqual(counts(0, 1, 0, 0));
    const { body } = await gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version ban changes(first: 1) { edges { node { action } } } } }`,
      {},
      { key: await keyOf() },
    );
    expect(body.data.customer).toEqual({
      version: 1,
      ban: ban === 'true',
      changes: { edges: [{ node: { action } }] },
    });
  }
});

it('a row that is refused makes no group, and an object that has a member twice is refused', async () => {
  await importText(`cuRefNo,email\n${REF[0]},a@example.com`);
  await importText(`cuRefNo,email,groups\n${REF[0]},b@example.com,ghosts`);
  expect(await transfer.sql(`select from customer_group where slug = 'ghosts'`)).toEqual([]);
  const twice = '{"email":"a@example.com","email":"b@example.com"}\n{"email":"c@example.com","meta":{"a":1,"a":2}}';
  const { counts: said, refused } = await importText(twice, '--format', 'ndjson');
  expect(said).toEqual(counts(0, 0, 0, 2));
  expect(refused.map(([, , , reason]) => reason)).toEqual(Array(2).fill('is not a JSON object, or has a member twice'));
  expect((await importText('email,meta\nd@example.com,"{""a"":1,""a"":2}"')).counts).toEqual(counts(0, 0, 0, 1));
});

it('objects however deep, and values however long, are refused', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const { refused, counts: said } = await importText(
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
  const csv = await importText(`email,meta\na@example.com,"{""a"":${deep}}"`);
  expect(csv.refused).toEqual([['2', 'meta', '', why]]);
});

it('many rows of one customer take a time that grows with their number alone', async () => {
  const rows = Array.from({ length: 120 }, (_, n) => `a@example.com,City ${n}`);
  const path = await transfer.file(`email,city\n${rows.join('\n')}`);
  expect((await transfer.import(path, slug, '--update')).counts).toMatchObject({ rows: 120, created: 1, changed: 119 });
  expect(await transfer.customers(slug)).toMatchObject([{ city: 'City 119' }]);
  const [run] = await transfer.sql<{ steps: string }>('select steps from import_run order by id desc limit 1');
  // Eight a step, and one for the end.
  expect(Number(run?.steps)).toBe(16);
});

describe('a report', () => {
  it('has every cell as it was, whatever ends lines in it, and whatever groups are called', async () => {
    const text = 'email,streetAddress,firstName\nbad,"Dlouha 1\n2nd floor",Jan\nbad,"a\rb",Eva\n';
    const { report } = await importText(text);
    const again = await transfer.import(
      await transfer.file(report.replace(/,bad,"D/, ',x@example.com,"D').replace(/,bad,"a/, ',y@example.com,"a')),
      slug,
    );
    expect(again).toMatchObject({ code: 0, counts: { created: 2 } });
    expect(await transfer.customers(slug)).toMatchObject([
      { streetAddress: 'Dlouha 1 2nd floor', firstName: 'Jan' },
      { streetAddress: 'a b', firstName: 'Eva' },
    ]);
    slug = await transfer.organisation();
    const groups = [{ slug: 'g', name: 'A|B=\\' }, 'h', { name: 'Jó' }];
    const objects = [
      { email: 'bad', groups },
      { email: 'bad', groups: ["=cmd|' /C calc'!A0"] },
    ];
    const { report: ofObjects } = await importText(
      objects.map((each) => JSON.stringify(each)).join('\n'),
      '--format',
      'ndjson',
    );
    expect(ofObjects).not.toMatch(/(^|,)"?[=+@]/m);
    const mended = ofObjects.replace(/^2,(.*)|^1,email,bad,(.*?),,bad,/gm, (line) =>
      line.replace(',,bad,', ',,z@example.com,'),
    );
    await transfer.import(await transfer.file(mended), slug);
    expect(await transfer.customers(slug)).toMatchObject([
      {
        groups: [
          { slug: 'g', name: 'A|B=\\' },
          { slug: 'h', name: 'h' },
          { slug: 'jo', name: 'Jó' },
        ],
      },
    ]);
  });

  it('can be mended and imported again, whatever is in the cells', async () => {
    const cells = ['=1+1@x', "'=1", "'t Hooft", 'a;"b"\nc'];
    const text = `Jméno;E-mail;lastName;city\n=cmd;${cells[0]};"${cells[2]}";"a;""b""\nc"\nJan;good@example.com;;\n'+x;bad;;`;
    const { report, counts: said } = await importText(text, '--map', 'Jméno=firstName');
    expect(said).toEqual(counts(1, 0, 0, 2));
    expect(report).not.toMatch(/(^|,)"?[=+]/m);
    const mended = report.replaceAll(`'${cells[0]}`, 'x@example.com').replaceAll(',bad,', ',y@example.com,');
    const again = await transfer.import(await transfer.file(mended), slug);
    expect(again).toMatchObject({ code: 0, counts: { created: 2, refused: 0 } });
    expect(await transfer.customers(slug)).toMatchObject([
      { email: 'good@example.com' },
      { email: 'x@example.com', firstName: '=cmd', lastName: "'t Hooft", city: 'a;"b" c' },
      { email: 'y@example.com', firstName: '+x' },
    ]);
  });

  it('is in no way needed', async () => {
    const path = await transfer.file(`email\n${Array.from({ length: 25 }, (_, i) => `bad${i}`).join('\n')}`);
    const { stderr, report } = await transfer.import(path, slug);
    expect(stderr).not.toContain('bad');
    expect(await readFile(`${path}.refused.csv`, 'utf8')).toBe(report);
  });
});
