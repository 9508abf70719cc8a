// Reading files: CSV as its library reads it, whatever the pieces in which it comes; encodings; lines of JSON; what columns are called.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnNamed, transferColumns } from '../../../src/customer/transfer/columns.ts';
import { defuse, undoDefuse } from '../../../src/customer/transfer/formula.ts';
import { readGroups, writeGroups } from '../../../src/customer/transfer/group-text.ts';
import { readHeader, readMap } from '../../../src/customer/transfer/header.ts';
import { CsvReader, delimiterOf } from '../../../src/customer/transfer/read/csv.ts';
import { type Encoding, toUtf8 } from '../../../src/customer/transfer/read/encoding.ts';
import { readLines } from '../../../src/customer/transfer/read/ndjson.ts';
import { RowEnd } from '../../../src/customer/transfer/read/row-end.ts';

async function* pieces(bytes: Buffer, sizes: readonly number[] = []): AsyncGenerator<Buffer> {
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const size = sizes.length > 0 ? (sizes[i % sizes.length] as number) : bytes.length;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const csv = (text: string | Buffer, sizes?: number[], delimiter?: string) =>
  all(new CsvReader(delimiter).rows(pieces(Buffer.from(text as string), sizes)));

describe('CSV', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'ž', '😀', '"', ',', ';', '\n', '\r', '\r\n', ' ', "'"),
    maxLength: 6,
  });
  const row = fc.array(cell, { minLength: 2, maxLength: 4 });
  const ends = fc.constantFrom('\n', '\r\n', '\r');

  it('is read as the library reads it in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(',', ';', '\t'),
        ends,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (rows, delimiter, end, sizes) => {
          const text = stringify(rows, { delimiter, record_delimiter: end, quoted: true });
          const read = await csv(text, sizes, delimiter);
          const expected = (
            parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true }) as string[][]
          ).filter((cells) => cells.some((text) => text.trim() !== ''));
          expect(read.map((each) => ('content' in each ? each.content : each))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tells the line in which each row begins, whatever ends lines', async () => {
    const text = 'a;b\r\n1;2\n"x\r\ny\nz";3\r\n\r\n;;\n4;5\r6;7';
    for (const sizes of [[1], [2], [3], [1_000]])
      expect((await csv(text, sizes)).map(({ line }) => line)).toEqual([1, 2, 3, 8, 9]);
  });

  it('finds the delimiter in the first row, outside of quotes', () => {
    expect(delimiterOf('"a,b,c";d\n1,2,3')).toBe(';');
    expect(delimiterOf('a\tb,c\td')).toBe('\t');
    expect(delimiterOf('email')).toBe(',');
  });

  it('passes over what Excel writes for itself', async () => {
    expect(await csv('sep=;\r\na,b;c\r\n')).toEqual([{ line: 2, content: ['a,b', 'c'] }]);
  });

  it('passes over a row that is too long, and goes on after it', async () => {
    const long = `"${'x,""\n'.repeat(400_000)}"`;
    const rows = await csv(`a,b\n1,${long}\n2,c\n3,${long}\n4,d\n`, [64 * 1024]);
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 400_003, 400_004, 800_005]);
    expect(rows.map((each) => 'content' in each)).toEqual([true, false, true, false, true]);
  });

  it('finds the end of such a row where the library finds it', () => {
    const odd = fc.string({ unit: fc.constantFrom('a', '"', '"', ';', '\n', '\r'), minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(odd, fc.integer({ min: 1, max: 5 }), (text, size) => {
        const rows = parse(text, {
          ...{ delimiter: ';', record_delimiter: ['\r\n', '\n', '\r'], relax_quotes: true, relax_column_count: true },
          on_record: (_, { bytes }) => [String(bytes)],
          // What stands in quotes that are never closed is no row.
          skip_records_with_error: true,
        }) as string[][];
        const bytes = Buffer.from(`${text}`);
        const row = new RowEnd(';');
        let end: number | undefined;
        for (let start = 0; start < bytes.length && end === undefined; start += size) {
          const at = row.in(bytes.subarray(start, start + size));
          if (at !== undefined) end = start + at;
        }
        // The last row of a text ends with it.
        expect(end ?? bytes.length).toBe(Number(rows[0]?.[0] ?? bytes.length));
        const read = bytes.subarray(0, end).toString();
        expect(row.lines).toBe(read.match(/\r\n|\n|\r/g)?.length ?? 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('goes on after a row that is too long and has a quotation mark in a cell', async () => {
    const long = `5" ${'x'.repeat(1_200_000)}`;
    expect((await csv(`a,b\n1,${long}\n2,c\n`, [64 * 1024])).map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it('tells of a quotation mark that is never closed', async () => {
    expect(await csv('a,b\n1,2\n"3,4\n5,6\n')).toEqual([
      { line: 1, content: ['a', 'b'] },
      { line: 2, content: ['1', '2'] },
      { line: 3, unreadable: 'has a quotation mark that is never closed: nothing after it was read' },
    ]);
  });

  it('keeps quotation marks where none belong', async () => {
    expect(await csv('a,b\n5" pipe,"He said ""no"""\n')).toEqual([
      { line: 1, content: ['a', 'b'] },
      { line: 2, content: ['5" pipe', 'He said "no"'] },
    ]);
  });
});

describe('encodings', () => {
  const decoded = async (bytes: Buffer, encoding: Encoding, sizes?: number[]) => {
    let isTold = false;
    const parts = await all(toUtf8(pieces(bytes, sizes), encoding, () => (isTold = true)));
    return { text: Buffer.concat(parts).toString(), isTold };
  };
  const TEXT = 'Žluťoučký kůň 😀\ufffd';

  it.each<[string, Encoding, Buffer]>([
    ['UTF-8', 'utf-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', 'utf-8', Buffer.from(`\ufeff${TEXT}`)],
  ])('%s comes as it is', async (_, encoding, bytes) => {
    for (const sizes of [[1], [2], [3], [1_000]])
      expect(await decoded(bytes, encoding, sizes)).toEqual({ text: TEXT, isTold: false });
  });

  it('UTF-16 is read, and known by its mark', async () => {
    const little = Buffer.from('\ufeffŽena 😀', 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const sizes of [[1], [3], [1_000]]) {
      expect(await decoded(little, 'utf-8', sizes)).toEqual({ text: 'Žena 😀', isTold: false });
      expect(await decoded(big, 'utf-8', sizes)).toEqual({ text: 'Žena 😀', isTold: false });
      expect(await decoded(little.subarray(2), 'utf-16', sizes)).toEqual({ text: 'Žena 😀', isTold: false });
    }
  });

  it('Windows-1250 is read', async () => {
    const bytes = Buffer.from([0x8e, 0x6c, 0x75, 0x9d, 0x6f, 0x75, 0xe8, 0x6b, 0xfd]);
    expect(await decoded(bytes, 'windows-1250', [1])).toEqual({ text: 'Žluťoučký', isTold: false });
    // What the text has itself is no such byte, whatever it comes with.
    const mixed = Buffer.concat([Buffer.from('a\ufffd'), bytes.subarray(0, 1), Buffer.from('\ufffdb')]);
    for (const sizes of [[1], [2], [5], [100]])
      expect((await decoded(mixed, 'utf-8', sizes)).text).toBe('a\ufffd\u001a\ufffdb');
    expect(await decoded(bytes, 'utf-8', [4])).toEqual({ text: '\u001alu\u001aou\u001ak\u001a', isTold: true });
  });
});

it('reads lines of JSON, and passes over those that are too long', async () => {
  const text = `{"a":1}\r\n\n  \n${'x'.repeat(1_200_000)}\n{"b":"ž"}`;
  for (const sizes of [[7], [64 * 1024]])
    expect(await all(readLines(pieces(Buffer.from(text), sizes)))).toEqual([
      { line: 1, content: '{"a":1}' },
      { line: 4, unreadable: 'is longer than 1 MiB' },
      { line: 5, content: '{"b":"ž"}' },
    ]);
});

describe('columns', () => {
  it('are known by our names and by the usual ones', () => {
    for (const column of transferColumns) expect(columnNamed(column)).toBe(column);
    const spelt = ['E-mail', ' e_mail ', 'FIRST NAME', 'Příjmení', 'PSČ', 'IČO', 'VAT number', 'Zip code', 'Telefon'];
    expect(spelt.map(columnNamed)).toEqual([
      ...['email', 'email', 'firstName', 'lastName', 'postalCode'],
      ...['companyRegistrationNumber', 'taxIdentificationNumber', 'postalCode', 'phone'],
    ]);
    expect(columnNamed('Schuhgröße')).toBeUndefined();
  });

  const header = (names: string[], map = '', customFields = false) =>
    readHeader(names, { map: readMap(map), customFields });

  it('are what the operator says', () => {
    const { targets, unknown } = header(
      ['Emil', 'E-mail', 'Size', 'Note', 'x'],
      'Emil=email,E-mail=,Size=customFields.size',
    );
    expect(targets).toEqual([{ column: 'email' }, null, { customField: 'size' }, null, null]);
    expect(unknown).toEqual(['Note', 'x']);
    expect(header(['Mail, private', 'a"b'], '"Mail, private=email",a"b=city').targets).toEqual([
      { column: 'email' },
      { column: 'city' },
    ]);
    expect(header(['email', 'Note', ''], '', true).targets).toEqual([
      { column: 'email' },
      { customField: 'Note' },
      null,
    ]);
  });

  it.each([
    [['email', 'E-mail'], '', /The columns "email" and "E-mail" of the file are both email/],
    [['name'], '', /No column of the file is known as email, cuRefNo or phone/],
    [['email'], 'mail=email', /"mail", which is no column of the file/],
    [['email'], 'email=mailbox', /"mailbox", which is none of the columns cuRefNo, email/],
    [['email'], 'email=,email=email', /--map names "email" twice/],
    [['email'], '=email', /--map names no column of the file in "=email"/],
    [['email', 'x'], 'x=customFields.', /"customFields.", which is none of the columns/],
    [['email', 'email'], '', /Two columns of the file are called "email": rename one of them there/],
    [['email'], '"email=email', /--map has a quotation mark that is never closed/],
    [['email'], 'email', /--map has no = in "email"/],
    [Array.from({ length: 1_001 }, (_, i) => `c${i}`), '', /The file has 1,001 columns/],
  ])('%j with --map %j are refused', (names, map, message) => {
    expect(() => header(names, map)).toThrow(message);
  });
});

describe('texts that a spreadsheet would run', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+420', "'+420"],
    ['-x', "'-x"],
    ['@x', "'@x"],
    ['\uff1dx', "'\uff1dx"],
    ["'=1", "''=1"],
    ["'t Hooft", "'t Hooft"],
    ['a=b', 'a=b'],
  ])('%j is written as %j', (text, written) => {
    expect(defuse(text)).toBe(written);
    expect(undoDefuse(written)).toBe(text);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '=', '+', '@', 'a', ' '), maxLength: 6 }), (text) => {
        expect(undoDefuse(defuse(text))).toBe(text);
        expect(/^[=+\-@]/.test(defuse(text))).toBe(false);
      }),
    );
  });
});

describe('groups as text', () => {
  it('come back as they were', () => {
    const name = fc
      .string({ unit: fc.constantFrom('|', '\\', '=', 'a', 'ž', ' '), minLength: 1, maxLength: 6 })
      .map((text) => `x${text}x`);
    const group = fc.record({ slug: fc.constantFrom('vip', 'a-b', 'c_1'), name });
    fc.assert(
      fc.property(fc.array(group, { maxLength: 4 }), (groups) => {
        expect(readGroups(writeGroups(groups))).toEqual(groups);
      }),
    );
  });

  it('are read as people write them', () => {
    expect(readGroups(' vip | VIP zákazníci|dealers=Dealers & co.||')).toEqual([
      { slug: 'vip', name: 'vip' },
      { name: 'VIP zákazníci' },
      { slug: 'dealers', name: 'Dealers & co.' },
    ]);
  });
});
