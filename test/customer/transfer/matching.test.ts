// Whose each row of an import is, and what becomes of customers who are there.
import { beforeEach, describe, expect, it } from 'vitest';
import { findingsOf } from '../../support/check.ts';
import { counts, importText, keyOf, REF, useImporting } from '../../support/importing.ts';

const at = useImporting();

describe('whose a row is', () => {
  it('is told by the e-mail address alone', async () => {
    await importText(at, `cuRefNo,email\n${REF[0]},j.an@gmail.com\n${REF[1]},eva@example.com`);
    const { counts: said, refused } = await importText(
      at,
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
    expect(await at.transfer.customers(at.slug)).toEqual([
      { cuRefNo: REF[0], email: 'j.an@gmail.com', firstName: 'Jan' },
      { cuRefNo: REF[1], email: 'eva@example.com', firstName: 'Eva' },
      { cuRefNo: REF[2], email: 'other@example.com', firstName: 'Other' },
    ]);
  });

  it('is told by the reference where there is no address', async () => {
    await importText(at, `cuRefNo,email\n${REF[0]},jan@example.com`);
    const { counts: said } = await importText(
      at,
      `cuRefNo,lastName,phone\n${REF[0]},Novák,\n${REF[1]},,+420777123456\n${REF[2]},,`,
    );
    expect(said).toEqual(counts(2, 1, 0, 0));
    expect(await at.transfer.customers(at.slug)).toEqual([
      { cuRefNo: REF[0], email: 'jan@example.com', lastName: 'Novák' },
      { cuRefNo: REF[1], phone: '+420 777123456' },
      { cuRefNo: REF[2] },
    ]);
  });

  it('is told by the phone where there is nothing else, and one contact alone has it', async () => {
    await importText(
      at,
      `cuRefNo,email,phone\n${REF[0]},with@example.com,+420777000001\n${REF[1]},,+420777000002\n${REF[2]},,+420777000003\n${REF[3]},,+420777000003`,
    );
    const { counts: said } = await importText(
      at,
      'phone,lastName\n+420777000001,New\n+420777000002,Found\n+420777000003,Third\n+420777000001,Again\n,\n ,Nobody',
    );
    expect(said).toEqual(counts(2, 1, 1, 1));
    expect(await at.transfer.customers(at.slug)).toEqual([
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
      at,
      `cuRefNo,email\n${REF[0]},gone@example.com\n${REF[1]},kept@example.com\n${REF[2]},double@example.com`,
    );
    const key = await keyOf(at);
    await at.gateway.graphql(
      `mutation { deleteCustomer(input: { by: { cuRefNo: "${REF[0]}" }, reason: "x" }) { customer { cuRefNo } } }`,
      {},
      { key },
    );
    await at.gateway.graphql(
      `mutation { mergeCustomers(input: { survivor: { cuRefNo: "${REF[1]}" }, duplicate: { cuRefNo: "${REF[2]}" }, reason: "x" }) { customer { cuRefNo } } }`,
      {},
      { key },
    );
    const { counts: said, refused } = await importText(
      at,
      `cuRefNo,email,firstName,lastName\n${REF[0]},,No,\n,gone@example.com,New,\n,double@example.com,First,\n${REF[2]},,,Last`,
    );
    expect(said).toEqual(counts(1, 2, 0, 1));
    expect(refused).toEqual([['2', 'cuRefNo', REF[0], 'is the reference of a customer that was deleted']]);
    const both = await importText(at, `cuRefNo,email\n${REF[0]},gone@example.com`);
    expect(both.refused).toEqual(refused);
    expect(await at.transfer.customers(at.slug)).toEqual([
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
    const { counts: said, refused } = await importText(
      at,
      `cuRefNo,email,phone,firstName,lastName\n${rows.join('\n')}`,
    );
    expect(said).toEqual(counts(3, 3, 1, 0));
    expect(refused).toEqual([]);
    expect(await at.transfer.customers(at.slug)).toEqual([
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
      at,
      `${BEFORE}\n${REF[0]},jan@example.com,Jan,,,5,vip|dealers,"{""a"":1,""o"":{""x"":1}}",true\n${REF[1]},eva@example.com,,,,,,,`,
    );
  });
  const ROWS = `email,firstName,lastName,city,premium,ban,creditBalance,groups,meta,newsletter
jan@example.com,Honza,Novák,Praha,true,true,100,third|vip,"{""a"":2,""o"":{""x"":2,""y"":3}}",false
eva@example.com,,,,,,7,,,`;

  it('have their blanks filled, and keep the rest', async () => {
    const { counts: said } = await importText(at, ROWS);
    expect(said).toEqual(counts(0, 2, 0, 0));
    const { counts: again } = await importText(at, ROWS);
    expect(again).toEqual(counts(0, 0, 2, 0));
    expect(await at.transfer.customers(at.slug)).toEqual([
      {
        ...{ cuRefNo: REF[0], email: 'jan@example.com', firstName: 'Jan', lastName: 'Novák', city: 'Praha' },
        ...{ creditBalance: 5, newsletter: true, meta: { a: 1, o: { x: 1, y: 3 } } },
        groups: ['dealers', 'third', 'vip'].map((name) => ({ slug: name, name })),
      },
      // Nobody has had credit before: the ledger is opened.
      { cuRefNo: REF[1], email: 'eva@example.com', creditBalance: 7 },
    ]);
    expect(await findingsOf(at.url)).toEqual([]);
  });

  it('become what the row says with --update, but for their credit', async () => {
    const { counts: said } = await importText(at, ROWS, '--update');
    expect(said).toEqual(counts(0, 2, 0, 0));
    expect((await importText(at, ROWS, '--update')).counts).toEqual(counts(0, 0, 2, 0));
    const [jan] = await at.transfer.customers(at.slug);
    expect(jan).toEqual({
      ...{ cuRefNo: REF[0], email: 'jan@example.com', firstName: 'Honza', lastName: 'Novák', city: 'Praha' },
      ...{ premium: true, ban: true, creditBalance: 5, meta: { a: 2, o: { x: 2, y: 3 } } },
      groups: ['third', 'vip'].map((name) => ({ slug: name, name })),
    });
    const { body } = await at.gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version changes(first: 1) { edges { node { action reason fields { name before after } } } } } }`,
      {},
      { key: await keyOf(at) },
    );
    expect(body.data.customer).toMatchObject({
      version: 2,
      changes: { edges: [{ node: { action: 'GROUPS_CHANGED' } }] },
    });
    expect(await findingsOf(at.url)).toEqual([]);
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
    expect((await importText(at, row, '--format', 'ndjson')).counts).toEqual(counts(0, 0, 1, 0));
    expect((await importText(at, row, '--format', 'ndjson', '--update')).counts).toEqual(counts(0, 1, 0, 0));
    expect((await at.transfer.customers(at.slug))[0]).toEqual({
      cuRefNo: REF[0],
      email: 'jan@example.com',
      creditBalance: 5,
    });
  });

  it('are not changed by a cell in which nothing is seen', async () => {
    const { counts: said } = await importText(
      at,
      'email,firstName,city,Size\njan@example.com,\u200b,\u2060\u0085, \u200b \n',
      ...['--update', '--custom-fields'],
    );
    expect(said).toEqual(counts(0, 0, 1, 0));
  });

  it('refuse an object that would become too large, and too many groups', async () => {
    const filler = (size: number) => JSON.stringify({ [`k${size}`]: 'x'.repeat(size) }).replaceAll('"', '""');
    await importText(at, `email,customFields\njan@example.com,"${filler(20_000)}"`);
    const many = Array.from({ length: 99 }, (_, i) => `g${i}`).join('|');
    const { refused, counts: said } = await importText(
      at,
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

describe('a contact with a phone alone', () => {
  it('has no e-mail address on either API, and none gives it one', async () => {
    await importText(at, `cuRefNo,phone,firstName\n${REF[0]},+420 777 000 009,Phone`);
    const key = await keyOf(at);
    const { body } = await at.gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { email phone } }`,
      {},
      { key },
    );
    expect(body.data.customer).toEqual({ email: null, phone: '+420 777000009' });
    const detail = await at.gateway.send(`/api/v1/customer/detail?apiKey=${key}&cuRefNo=${REF[0]}`);
    expect(detail.body).toMatchObject({ success: true, email: null, phone: '+420 777000009' });
    const created = await at.gateway.rest({ email: 'phone@example.com' }, { key });
    expect(created.body).toMatchObject({ newAccount: true });
    expect(created.body.cuRefNo).not.toBe(REF[0]);
    expect((await at.transfer.customers(at.slug)).map(({ email, phone }) => [email, phone])).toEqual([
      [undefined, '+420 777000009'],
      ['phone@example.com', undefined],
    ]);
  });
});

it('a trial draws no number of a customer', async () => {
  const path = await at.transfer.file('email\na@example.com\nb@example.com\n');
  const drawn = () => at.transfer.sql('select last_value, is_called from customer_id_seq');
  const before = await drawn();
  expect((await at.transfer.import(path, at.slug, '--dry-run')).counts).toMatchObject({ created: 2 });
  expect(await drawn()).toEqual(before);
});

it('a trial knows what earlier rows of the file would have made of customers', async () => {
  const many = (from: number) => Array.from({ length: 60 }, (_, i) => `g${from + i}`).join('|');
  await importText(
    at,
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
    at,
    `email,phone,lastName,creditBalance,groups,referral\n${rows.join('\n')}`,
  );
  expect(said).toEqual(counts(2, 4, 4, 1, 1));
  expect(refused.map(([line]) => line)).toEqual(['9', '12']);
  const update = `cuRefNo,email,phone\n${REF[1]},,+420777000009\n,,+420777000009\n,,+420777000001\n`;
  expect((await importText(at, update, '--update')).counts).toEqual(counts(1, 1, 1, 0));
});

it('a ban is no change of the profile, and has its own entry', async () => {
  await importText(at, `cuRefNo,email\n${REF[0]},jan@example.com`);
  for (const [ban, action] of [
    ['true', 'BANNED'],
    ['false', 'UNBANNED'],
  ]) {
    expect((await importText(at, `email,ban\njan@example.com,${ban}`, '--update')).counts).toEqual(counts(0, 1, 0, 0));
    const { body } = await at.gateway.graphql(
      `{ customer(by: { cuRefNo: "${REF[0]}" }) { version ban changes(first: 1) { edges { node { action } } } } }`,
      {},
      { key: await keyOf(at) },
    );
    expect(body.data.customer).toEqual({
      version: 1,
      ban: ban === 'true',
      changes: { edges: [{ node: { action } }] },
    });
  }
});

it('a phone is looked for as earlier rows leave it, and later ones change it after', async () => {
  const before = `cuRefNo,phone\n${REF[0]},+420777000001\n${REF[1]},+420777000001\n`;
  await importText(at, before);
  const rows = `cuRefNo,phone,firstName\n${REF[0]},+420777000002,\n,+420777000001,Jan\n${REF[1]},,Eva\n`;
  const { counts: said } = await importText(at, rows, '--update');
  expect(said).toEqual(counts(0, 3, 0, 0));
  expect(await at.transfer.customers(at.slug)).toEqual([
    { cuRefNo: REF[0], phone: '+420 777000002' },
    { cuRefNo: REF[1], phone: '+420 777000001', firstName: 'Eva' },
  ]);
  // The same of customers whom the file itself has brought.
  at.slug = await at.transfer.organisation();
  const together = await importText(
    at,
    `${before.replace('phone', 'phone,firstName')}${rows.slice(rows.indexOf('\n') + 1)}`,
    '--update',
  );
  expect(together.counts).toEqual(counts(2, 3, 0, 0));
  expect((await at.transfer.customers(at.slug)).map(({ firstName }) => firstName)).toEqual([undefined, 'Eva']);
});

it('a trial refuses what would be refused after the rows before', async () => {
  const big = (size: number) => 'x'.repeat(size);
  const rows = [
    { email: 'a@example.com', cuRefNo: REF[0], meta: { x: big(25_000) } },
    { email: 'a@example.com', meta: { x: null } },
    { cuRefNo: REF[0], meta: { y: big(10_000) } },
  ];
  const text = rows.map((each) => JSON.stringify(each)).join('\n');
  expect((await importText(at, text, '--format', 'ndjson', '--update')).counts).toEqual(counts(1, 2, 0, 0));
});

describe('contacts whose phones rows change', () => {
  const phoneOf = (i: number) => `+420 7771234${String(i).padStart(2, '0')}`;
  const referenceOf = (i: number) => `contact${String(i).padStart(9, '0')}`;
  const some = (count: number) => Array.from({ length: count }, (_, i) => i);
  const withoutReferences = async (slug: string) =>
    (await at.transfer.customers(slug)).map(({ cuRefNo: _, ...customer }) => customer);
  /** Of each import so far, into how many steps it fell. */
  const steps = async (slug: string) =>
    (
      await at.transfer.sql<{ steps: number }>(
        'select r.steps::int from import_run r join organisation o on o.id = r.organisation_id where o.slug = $1 order by r.id',
        [slug],
      )
    ).map((run) => run.steps);

  it('go in at once where all are told by their references, though each has the phone of the one before', async () => {
    const contacts = some(40).map((i) => `${referenceOf(i)},${phoneOf(i)}`);
    await importText(at, `cuRefNo,phone\n${contacts.join('\n')}\n`);
    const slipped = some(40).map((i) => `${referenceOf(i)},${phoneOf(i - 1 < 0 ? 39 : i - 1)}`);
    expect((await importText(at, `cuRefNo,phone\n${slipped.join('\n')}\n`, '--update')).counts).toEqual(
      counts(0, 40, 0, 0),
    );
    expect((await at.transfer.customers(at.slug)).map(({ phone }) => phone)).toEqual(
      some(40).map((i) => phoneOf((i + 39) % 40)),
    );
    // The rows, and the end.
    expect(await steps(at.slug)).toEqual([2, 2]);
  });

  it('go in by smaller steps where they wait for each other in a long chain, and come out as one after the other', async () => {
    const count = 14;
    const contacts = `cuRefNo,phone,lastName\n${some(count)
      .map((i) => `${referenceOf(i)},${phoneOf(i)},`)
      .join('\n')}\n`;
    const chain = some(count - 1).flatMap((i) => [`,${phoneOf(i)},Seeks${i}`, `${referenceOf(i)},${phoneOf(i + 1)},`]);
    const other = await at.transfer.organisation();
    for (const slug of [at.slug, other]) await at.transfer.import(await at.transfer.file(contacts), slug);
    const whole = await importText(at, `cuRefNo,phone,lastName\n${chain.join('\n')}\n`, '--update');
    expect(whole.counts).toMatchObject({ rows: chain.length, refused: 0 });
    for (const row of chain)
      await at.transfer.import(await at.transfer.file(`cuRefNo,phone,lastName\n${row}\n`), other, '--update');
    expect(await withoutReferences(at.slug)).toEqual(await withoutReferences(other));
    expect((await steps(at.slug)).at(-1)).toBeGreaterThan(2);
  });
});
