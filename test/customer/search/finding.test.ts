// What a search finds, and what not: names of several languages, e-mail addresses, telephone numbers and companies.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../../support/apis.ts';
import { runSql } from '../../support/database.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

/** A customer: first name, last name, company, e-mail, phone. */
type Person = readonly (string | null)[];

const people: Record<string, Person> = {
  novak: ['Jan', 'Novák', null, 'jan.novak@example.com', '+420 777123456'],
  dvorakova: ['Žofie', 'Dvořáková', null, 'zofie@firma.example', null],
  krepelka: ['Přemysl', 'Křepelka', null, 'premek@example.org', '+420 601000999'],
  weiss: ['Jürgen', 'Weiß', null, 'juergen.weiss@beispiel.example', '+49 15112345678'],
  strasse: [null, null, 'Große Straße GmbH & Co. KG', 'info@strasse.example', '+49 301234567'],
  yilmaz: ['Işıl', 'Yılmaz', null, 'isil@ornek.example', '+90 5321234567'],
  ipek: ['İpek', 'Şahin', null, 'ipek@ornek.example', null],
  nguyen: ['Thị Hường', 'Nguyễn', null, 'huong@vidu.example', '+84 912345678'],
  dang: ['Đức', 'Đặng', null, 'duc@vidu.example', null],
  lukasz: ['Łukasz', 'Żółć', null, 'lukasz@przyklad.example', '+48 512345678'],
  oneil: ['Sean', 'O’Neil', null, 'sean.oneil@example.ie', null],
  combining: ['Ame\u0301lie', 'Bre\u0301mont', null, 'amelie@exemple.example', null],
  bizkit: [null, null, 'BizKitHub s.r.o.', 'faktury+2026@bizkithub.example', '+420 222333444'],
  percent: [null, null, '100% Bio_Laden', 'bio@laden.example', null],
  backslash: [null, null, 'C:\\Windows\\Fenster', 'fenster@laden.example', null],
  sigma: ['Γιώργος', 'Παπαδόπουλος', null, 'giorgos@paradeigma.example', null],
  cyrillic: ['Ёлка', 'Семёнова', null, 'elka@primer.example', null],
  kanji: ['太郎', '山田', null, 'taro@rei.example', null],
  emoji: ['Emo 🎉', 'Ji', null, 'emo@ji.example', null],
  oyvind: ['Øyvind', 'Berg', null, null, '+47 22123456'],
  store: [null, null, '7 11 Store', 'kontakt@obchod.example', null],
  linka: [null, null, 'Linka 112 155 158', 'volejte@linka.example', null],
  phoneOnly: ['Bez', 'Adresy', null, null, '+420 733999888'],
};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  for (const [name, [firstName, lastName, companyName, email, phone]] of Object.entries(people)) {
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no, first_name, last_name, company_name, email, canonical_email, phone)
       values ($1, rpad($2, 16, '0'), normalize($3, nfc), normalize($4, nfc), $5, $6, $6, $7)`,
      [gateway.organisationId, name, firstName, lastName, companyName, email, phone],
    );
  }
});
afterAll(() => gateway.close());

async function find(search: string): Promise<string[]> {
  const { body } = await gateway.graphql(
    'query ($search: String) { customers(search: $search, first: 100) { totalCount edges { node { cuRefNo } } } }',
    { search },
  );
  expect(body.errors).toBeUndefined();
  const { totalCount, edges } = body.data.customers;
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node }: { node: { cuRefNo: string } }) => node.cuRefNo.replace(/0+$/, ''));
}

describe('a search finds', () => {
  it.each([
    // Czech, in any case, with and without its accents.
    ['Novak', 'novak'],
    ['novák', 'novak'],
    ['NOVÁK', 'novak'],
    ['ovák', 'novak'],
    ['jan nov', 'novak'],
    ['novák jan', 'novak'],
    ['dvorak', 'dvorakova'],
    ['ŽOFIE', 'dvorakova'],
    ['krepel premysl', 'krepelka'],
    // German: ß and its two letters, both ways; umlauts.
    ['weiss', 'weiss'],
    ['Weiß', 'weiss'],
    ['WEISS jurgen', 'weiss'],
    ['strasse', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['gmbh & co', 'strasse'],
    // Turkish: the dotless i, and the capital with a dot.
    ['yilmaz', 'yilmaz'],
    ['YILMAZ', 'yilmaz'],
    ['Yılmaz ışıl', 'yilmaz'],
    ['ipek', 'ipek'],
    ['İPEK', 'ipek'],
    ['sahin', 'ipek'],
    // Vietnamese, with letters of two marks; the same in decomposed form.
    ['nguyen', 'nguyen'],
    ['Nguyễn Hường'.normalize('NFD'), 'nguyen'],
    ['dang duc', 'dang'],
    ['ĐẶNG', 'dang'],
    // Polish.
    ['zolc', 'lukasz'],
    ['łukasz', 'lukasz'],
    // Apostrophes, and marks that stand apart.
    ["o'neil", 'oneil'],
    ['o`neil', 'oneil'],
    ['O´Neil', 'oneil'],
    ['O’NEIL', 'oneil'],
    ['amelie bremont', 'combining'],
    ['Ame\u0301lie', 'combining'],
    // Parts of addresses.
    ['zofie@firma', 'dvorakova'],
    ['premek@', 'krepelka'],
    ['vidu.example hu', 'nguyen'],
    ['faktury+2026', 'bizkit'],
    // Numbers with and without blanks and signs, from the middle, and with the other prefix.
    ['+420 777 123 456', 'novak'],
    ['777-123-456', 'novak'],
    ['+420777123456', 'novak'],
    ['00420 777 123 456', 'novak'],
    ['1234567', 'strasse yilmaz weiss nguyen lukasz'],
    ['733 999 888', 'phoneOnly'],
    // While it is typed, and with the prefix of those who call from the same country.
    ['777 1', 'novak'],
    ['777 123', 'novak'],
    ['777 123 4', 'novak'],
    ['777 123 45', 'novak'],
    ['22 12 34 56', 'oyvind'],
    ['oyvind 22 12 34 56', 'oyvind'],
    ['0 777 123 456', 'novak'],
    ['+49 (0)30 1234567', 'strasse'],
    // Words of digits that are no number.
    ['Linka 112 155 158', 'linka'],
    ['112 155 158', 'linka'],
    ['store 7 11', 'store'],
    ['7 11', 'store'],
    // As pasted from a letter.
    ['Novák, Jan', 'novak'],
    ['"Jürgen Weiß" <juergen.weiss@beispiel.example>', 'weiss'],
    // Companies and their forms; what has a meaning in patterns has none here.
    ['bizkithub s.r.o.', 'bizkit'],
    ['100%', 'percent'],
    ['bio_laden', 'percent'],
    ['c:\\windows\\', 'backslash'],
    // Other scripts.
    ['ΠΑΠΑΔΟΠΟΥΛΟΣ', 'sigma'],
    ['παπαδοπουλος γιωργος', 'sigma'],
    ['семенова', 'cyrillic'],
    ['山田', 'kanji'],
    ['🎉', 'emoji'],
    // Short words are what words begin with.
    ['j', 'novak weiss emoji'],
    ['no', 'novak'],
    // Invisible marks that come along.
    ['\u200bnovák\ufeff', 'novak'],
  ])('%j', async (search, names) => {
    expect((await find(search)).toSorted()).toEqual(names.split(' ').filter(Boolean).toSorted());
  });

  it('everybody where it is blank, empty or null', async () => {
    for (const search of ['', '   ', '\u200b']) expect(await find(search)).toHaveLength(Object.keys(people).length);
  });
});

describe('a search does not find', () => {
  it.each([
    'novakova',
    'jan dvorak',
    'novak novotny',
    'nov ak jan dvorakova',
    'weis s weiss x',
    'weisz',
    'yilmas',
    'nguyem',
    'zolcc',
    'oneill',
    'o neill',
    'bremontt',
    'jan.novak@example.org',
    'firma.example.com',
    '777123457',
    '+421 777123456',
    '601 000 998',
    'bizkithub gmbh',
    '1000%',
    'bioxladen',
    '%',
    '_',
    '%%%',
    'c:/windows',
    'ak',
    '456',
    'te',
  ])('%j', async (search) => {
    // What words begin with, and a part of a number.
    const expected: Record<string, string[]> = {
      '456': ['novak', 'strasse', 'weiss', 'yilmaz', 'nguyen', 'lukasz', 'oyvind'],
    };
    expect((await find(search)).toSorted()).toEqual((expected[search] ?? []).toSorted());
  });
});

describe('what is found', () => {
  it('follows what customers are changed to, and away from', async () => {
    await rest.create(gateway, { email: 'moves@example.com', companyName: 'Stará' });
    expect(await find('stara')).toHaveLength(1);
    const { body } = await gateway.graphql(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { cuRefNo } } }',
      { input: { by: { email: 'moves@example.com' }, companyName: 'Nová', phone: '+420 605111222' } },
    );
    const { cuRefNo } = body.data.updateCustomer.customer;
    expect(await find('stara')).toEqual([]);
    expect(await find('nova moves')).toHaveLength(1);
    expect(await find('605 111 222')).toHaveLength(1);
    await gateway.graphql(
      'mutation ($input: DeleteCustomerInput!) { deleteCustomer(input: $input) { customer { cuRefNo } } }',
      { input: { by: { cuRefNo }, reason: 'It was a test.' } },
    );
    expect(await find('nova moves')).toEqual([]);
    await gateway.graphql(
      'mutation ($input: RestoreCustomerInput!) { restoreCustomer(input: $input) { customer { cuRefNo } } }',
      { input: { by: { cuRefNo }, reason: 'It is needed.' } },
    );
    expect(await find('nova moves')).toHaveLength(1);
    await gateway.graphql(
      'mutation ($input: EraseCustomerInput!) { eraseCustomer(input: $input) { customer { cuRefNo } } }',
      { input: { by: { cuRefNo }, reason: 'They asked for it.' } },
    );
    expect(await find('moves')).toEqual([]);
    const rows = await runSql(gateway.databaseUrl, 'select search_text from customer where cu_ref_no = $1', [cuRefNo]);
    expect(rows).toEqual([{ search_text: '' }]);
  });
});

it('folds text of ASCII as it folds any other', async () => {
  const ascii = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1)).join('');
  const [row] = await runSql<{ alone: string; beside: string }>(
    gateway.databaseUrl,
    `select fold_for_search($1) as alone, fold_for_search($1 || 'é') as beside`,
    [ascii],
  );
  expect(`${row?.alone}e`).toBe(row?.beside);
});

it('reads the index in every script: PostgreSQL takes their letters for letters', async () => {
  const [row] = await runSql<{ known: number }>(
    gateway.databaseUrl,
    `select count(*)::int as known from unnest(array['семенова', 'παπαδοπουλος', '山田太郎']) word where show_trgm(word) <> '{}'`,
  );
  expect(row?.known).toBe(3);
});
