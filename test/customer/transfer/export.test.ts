// Exporting customers: all of one moment, in a file that import reads without a difference.
import { access, readdir, readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { useImporting } from '../../support/importing.ts';

const at = useImporting();

const reference = (n: number) => String(n).padStart(16, '0');

describe('what goes out comes in again without a difference', () => {
  const text = fc
    .string({
      unit: fc.constantFrom('=', '+', '@', "'", '"', ',', ';', 'a', 'ž', '😀', '-', '|', ' '),
      minLength: 1,
      maxLength: 8,
    })
    .map((value) => `${value}x`.replace(/ +/g, ' ').trim());
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const json = fc.dictionary(
    fc.constantFrom('a', 'b', '10', '9', 'ž'),
    fc.oneof(
      fc.integer(),
      text,
      fc.boolean(),
      fc.array(fc.integer(), { maxLength: 2 }),
      fc.constant({ deep: [1, { x: null }] }),
    ),
    { maxKeys: 3 },
  );
  const customer = fc.record({
    email: maybe(fc.constantFrom('=a', '+b', "'=c", '-d', "o'neil", 'žena')),
    phone: maybe(fc.integer({ min: 601_000_000, max: 608_999_999 }).map((n) => `+420 ${n}`)),
    firstName: maybe(text),
    lastName: maybe(text),
    companyName: maybe(text),
    companyRegistrationNumber: maybe(fc.constantFrom('=1', '00012', '+5')),
    taxIdentificationNumber: maybe(fc.constantFrom('CZ1', '@X')),
    streetAddress: maybe(text),
    city: maybe(text),
    cityPart: maybe(text),
    stateRegion: maybe(text),
    postalCode: maybe(fc.constantFrom('110 00', '=1')),
    country: maybe(fc.constantFrom('CZ', 'DE')),
    primaryLocale: maybe(fc.constantFrom('cs', 'en-GB')),
    newsletter: fc.boolean(),
    creditBalance: fc.oneof(fc.constant(0), fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })),
    premium: fc.boolean(),
    ban: fc.boolean(),
    groups: fc.uniqueArray(
      fc.record({ slug: fc.constantFrom('vip', 'a-b', 'c_1'), name: fc.constantFrom('A|B', 'C=D', '\\', 'Žlutí') }),
      { selector: ({ slug }) => slug, maxLength: 3 },
    ),
    referral: maybe(fc.integer({ min: 1, max: 40 }).map(reference)),
    meta: json,
    customFields: json,
  });

  it.each(['csv', 'ndjson'])('as %s', async (format) => {
    const [rows = []] = fc.sample(fc.array(customer, { minLength: 40, maxLength: 40 }), {
      numRuns: 1,
      seed: Date.now(),
    });
    const source = rows.map((row, i) =>
      JSON.stringify({
        cuRefNo: reference(i + 1),
        ...row,
        email: row.email && `${row.email}${i}@example.com`,
        referral: row.referral === reference(i + 1) ? undefined : row.referral,
      }),
    );
    const { counts } = await at.transfer.import(await at.transfer.file(source.join('\n'), 'ndjson'), at.slug);
    // Circles are refused; all else is as it was given.
    expect(counts).toMatchObject({ created: 40, refused: 0 });
    const first = await at.transfer.export(at.slug, '--format', format);
    const other = await at.transfer.organisation();
    const again = await at.transfer.import(await at.transfer.file(first, format), other);
    expect(again).toMatchObject({ code: 0, counts: { created: 40 } });
    expect(await at.transfer.export(other, '--format', format)).toBe(first);
    // And nothing is changed by what is there already, updates included.
    const same = await at.transfer.import(await at.transfer.file(first, format), other, '--update');
    expect(same).toMatchObject({ code: 0, counts: { created: 0, changed: 0, unchanged: 40 } });
  });

  it('however many there are', async () => {
    const lines = Array.from(
      { length: 2_100 },
      (_, n) => `${reference(n)},,${n % 3 === 0 ? '+420 777000000' : ''},${reference((n * 17 + 3) % 2_100)}`,
    );
    await at.transfer.import(await at.transfer.file(`cuRefNo,email,phone,referral\n${lines.join('\n')}`), at.slug);
    const first = await at.transfer.export(at.slug);
    const other = await at.transfer.organisation();
    await at.transfer.import(await at.transfer.file(first), other);
    expect(await at.transfer.export(other)).toBe(first);
    expect(first.split('\r\n')).toHaveLength(2_102);
  });
});

it('CSV runs as no formula, unless it is --raw', async () => {
  const formulas = ['=1+1', '+1', '-1', '@x', "'=x"];
  const rows = formulas.map((formula, n) =>
    JSON.stringify({
      cuRefNo: reference(n),
      firstName: formula,
      lastName: formula,
      companyName: formula,
      city: formula,
      email: n < 3 ? `${formula}${n}@example.com` : null,
      creditBalance: -5,
      phone: '+420777000000',
    }),
  );
  await at.transfer.import(await at.transfer.file(rows.join('\n'), 'ndjson'), at.slug);
  const cells = (text: string) => parse(text, { columns: true }) as Record<string, string>[];
  const safe = cells(await at.transfer.export(at.slug));
  expect(safe.map(({ firstName }) => firstName)).toEqual(formulas.map((formula) => `'${formula}`));
  // A number is one, and a phone is written as phones are.
  expect(safe[0]).toMatchObject({ creditBalance: '-5', phone: '+420 777000000', email: "'=1+10@example.com" });
  expect(cells(await at.transfer.export(at.slug, '--raw')).map(({ city }) => city)).toEqual(formulas);
  expect(await at.transfer.export(at.slug, '--bom')).toMatch(/^\ufeffcuRefNo,email,phone,/);
  expect(await at.transfer.export(at.slug, '--delimiter', 'semicolon')).toMatch(/^cuRefNo;email;phone;/);
});

it('nothing comes in again too', async () => {
  const text = await at.transfer.export(at.slug, '--format', 'ndjson');
  expect(text).toBe('');
  expect((await at.transfer.import(await at.transfer.file(text, 'ndjson'), at.slug)).counts).toMatchObject({ rows: 0 });
  const csv = await at.transfer.export(at.slug);
  expect((await at.transfer.import(await at.transfer.file(csv), at.slug)).counts).toMatchObject({ rows: 0 });
});

it('those are left out who were deleted or merged, and whoever the filter leaves out', async () => {
  await at.transfer.import(
    await at.transfer.file(
      `cuRefNo,premium,groups\n${[1, 2, 3, 4].map((n) => `${reference(n)},${n % 2 === 0},${n > 2 ? 'vip' : ''}`).join('\n')}`,
    ),
    at.slug,
  );
  await at.transfer.sql(`update customer set deleted_at = now() where cu_ref_no = $1`, [reference(4)]);
  const references = async (...words: string[]) =>
    (parse(await at.transfer.export(at.slug, ...words), { columns: true }) as { cuRefNo: string }[]).map(
      ({ cuRefNo }) => Number(cuRefNo),
    );
  expect(await references()).toEqual([1, 2, 3]);
  expect(await references('--filter', '{"premium":false}')).toEqual([1, 3]);
  expect(await references('--filter', '{"premium":false,"groups":{"anyOf":["vip"]}}')).toEqual([3]);
  expect(await references('--filter', '{"groups":{"none":true}}')).toEqual([1, 2]);
});

it('what cannot be done is told, and leaves what was there', async () => {
  const said = async (...words: string[]) => {
    const { code, stderr } = await runCommand('export', [...words, '--organisation', at.slug], {
      DATABASE_URL: at.url,
    });
    return [code, stderr.trim()];
  };
  const path = await at.transfer.file('kept');
  expect(await said(path, '--filter', '{"premum":true,"createdAt":{"form":"x"}}')).toEqual([
    1,
    'INTERNAL_VALIDATION_FAILED: Some of the values sent are not valid.\n  --filter (premum) is no part of a filter\n  --filter (createdAt.form) is no part of a filter',
  ]);
  expect((await said(path, '--filter', 'premium'))[0]).toBe(2);
  expect(await said('/nowhere/x.csv')).toEqual([
    1,
    'The file /nowhere/x.csv cannot be written: there is no such file or folder.',
  ]);
  expect(await said(at.transfer.pathOf(''))).toEqual([
    1,
    `The file ${at.transfer.pathOf('')} cannot be written: it is a folder.`,
  ]);
  expect(await readFile(path, 'utf8')).toBe('kept');
  expect(await said(path)).toEqual([0, '0 customers were exported.']);
  expect(await readFile(path, 'utf8')).toMatch(/^cuRefNo,email,phone,/);
  expect((await readdir(at.transfer.pathOf(''))).filter((name) => name.endsWith('.part'))).toEqual([]);
  await access(path);
});

it('goes to standard output alone', async () => {
  await at.transfer.import(await at.transfer.file(`cuRefNo\n${reference(1)}`), at.slug);
  const { code, stdout, stderr } = await runCommand('export', ['-', '--organisation', at.slug, '--format', 'ndjson'], {
    DATABASE_URL: at.url,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '1 customer was exported.\n' });
  expect(JSON.parse(stdout)).toMatchObject({ cuRefNo: reference(1), email: null, groups: [] });
});
