// Files as people have them: what becomes of each row.
import { expect, it } from 'vitest';
import { useImporting } from '../../support/importing.ts';

const at = useImporting();

/** What became of a file: counts as created/changed/unchanged/refused, the refused rows, and the customers in short. */
async function importFile(content: string | Buffer, ...words: string[]) {
  const { code, counts, refused, stderr } = await at.transfer.import(
    await at.transfer.file(content),
    at.slug,
    ...words,
  );
  const { created, changed, unchanged, refused: count } = counts;
  const customers = (await at.transfer.customers(at.slug)).map(({ cuRefNo: _, ...customer }) =>
    Object.values(customer).join(' '),
  );
  return { code, counts: [created, changed, unchanged, count].join('/'), refused, customers, stderr };
}

it("Excel's CSV: semicolons, a byte order mark, Windows' line ends", async () => {
  expect(
    await importFile('\ufeffE-mail;Jméno;Příjmení\r\njan@example.com;Jan;Novák\r\neva@example.com;Eva;"Nová;ková"\r\n'),
  ).toEqual({
    ...{ code: 0, counts: '2/0/0/0', refused: [], stderr: '' },
    customers: ['jan@example.com Jan Novák', 'eva@example.com Eva Nová;ková'],
  });
});

it('Windows-1250, said and not said', async () => {
  const bytes = Buffer.concat([
    Buffer.from('email;lastName\na@example.com;'),
    Buffer.from([0x8e, 0xe1, 0xe8, 0x65, 0x6b]),
    Buffer.from('\nb@example.com;Novak\n'),
  ]);
  const silent = await importFile(bytes);
  expect(silent).toMatchObject({ code: 1, counts: '1/0/0/1', customers: ['b@example.com Novak'] });
  expect(silent.refused).toEqual([
    ['2', 'lastName', '\ufffd\ufffd\ufffdek', 'holds bytes that are no characters of the encoding: see --encoding'],
  ]);
  expect(silent.stderr).toContain('Is it another --encoding?');
  expect(await importFile(bytes, '--encoding', 'windows-1250')).toMatchObject({
    ...{ code: 0, counts: '1/0/1/0' },
    customers: ['b@example.com Novak', 'a@example.com Žáček'],
  });
});

it("Excel's text in Unicode: UTF-16 with tabs", async () => {
  const bytes = Buffer.from('\ufeffemail\tcity\r\na@example.com\tPlzeň\r\n', 'utf16le');
  expect(await importFile(bytes)).toMatchObject({ code: 0, counts: '1/0/0/0', customers: ['a@example.com Plzeň'] });
});

it('quotes in quotes, two lines in a cell, mixed line ends', async () => {
  const text =
    'email,companyName,streetAddress\ra@example.com,"The ""Best"" Shop","Dlouhá 1\r\nPraha"\r\nb@example.com,5" Pipes,\nc@example.com,,"x\ny"';
  expect(await importFile(text)).toEqual({
    ...{ code: 0, counts: '3/0/0/0', refused: [], stderr: '' },
    customers: ['a@example.com The "Best" Shop Dlouhá 1 Praha', 'b@example.com 5" Pipes', 'c@example.com x y'],
  });
});

it.each([
  ['two cells that begin with a mark', 3, 'a@example.com;"U Kocoura;Praha\nb@example.com;"Bar;Brno'],
  ['a mark that is closed by one of inches', 3, 'a@example.com;"Foo;x\nb@example.com;5" monitor;y'],
  ['a mark within a row', 2, 'a@example.com;"Foo;"Bar'],
])('quotation marks that nobody escaped: %s', async (_, line, rows) => {
  const { code, counts, refused, customers } = await importFile(
    `email;companyName;city\n${rows}\nc@example.com;Normal;Ostrava\n`,
  );
  expect({ code, counts, customers }).toEqual({
    code: 1,
    counts: '1/0/0/1',
    customers: ['c@example.com Normal Ostrava'],
  });
  expect(refused).toEqual([
    ['2', '', '', expect.stringContaining(`has a quotation mark that closes within a cell up to line ${line}: `)],
  ]);
});

it('marks that are no quotation, and whole cells in quotes', async () => {
  expect(
    await importFile(
      'email;companyName;city\na@example.com;The "Best" Shop;"a ""b""; c\nd"\nb@example.com;"""X"" y\nz";Q\n',
    ),
  ).toMatchObject({
    counts: '2/0/0/0',
    customers: ['a@example.com The "Best" Shop a "b"; c d', 'b@example.com "X" y z Q'],
  });
});

it('marks with blanks behind them', async () => {
  expect(await importFile('email;companyName;city\na@example.com;"Foo; Ltd" ;Praha\n')).toMatchObject({
    counts: '1/0/0/0',
  });
});

it('addresses in a column beside those of e-mail, which a row leaves blank', async () => {
  const text = 'email,phone,Invoice contact\na@example.com,,x@example.com\n,+420777123456,billing@example.com\n';
  expect(await importFile(text)).toMatchObject({ code: 0, counts: '2/0/0/0' });
  const objects = '{"phone":"+420777123457","contact":"x@example.com"}\n{"email":"b@example.com"}\n';
  const path = await at.transfer.file(objects, 'ndjson');
  expect((await at.transfer.import(path, at.slug)).counts).toMatchObject({ created: 2 });
});

it('addresses in a column that nobody knows', async () => {
  const text = 'Kontakt;Telefon\na@example.com;+420777123456\n';
  for (const words of [[], ['--custom-fields']]) {
    const { code, counts } = await at.transfer.import(await at.transfer.file(text), at.slug, ...words);
    expect({ code, counts }).toMatchObject({
      code: 2,
      counts: {
        error: { message: expect.stringContaining('say --map "Kontakt=email", or "Kontakt=" to leave it out') },
      },
    });
  }
  const object = await at.transfer.file('{"Kontakt":"a@example.com","phone":"+420777123456"}\n', 'ndjson');
  expect((await at.transfer.import(object, at.slug)).code).toBe(2);
  expect(await importFile(text, '--map', 'Kontakt=')).toMatchObject({ counts: '1/0/0/0' });
  expect(await importFile(text, '--map', 'Kontakt=email')).toMatchObject({ counts: '1/0/0/0' });
});

it('phones of one country, which the rows do not say', async () => {
  const text = 'email;phone;country\na@example.com;777 123 456;\nb@example.com;030 123456;DE\n';
  expect(await importFile(text)).toMatchObject({ counts: '1/0/0/1' });
  expect(await importFile(text, '--country', 'cz')).toMatchObject({
    counts: '1/0/1/0',
    customers: ['b@example.com +49 30123456 DE', 'a@example.com +420 777123456'],
  });
});

it('bytes that nobody can read where nobody imports them, and the end of a text of DOS', async () => {
  const bytes = Buffer.concat([
    Buffer.from('email,Note\na@example.com,'),
    Buffer.from([0x8e]),
    Buffer.from('\n\u001a'),
  ]);
  expect(await importFile(bytes, '--map', 'Note=')).toMatchObject({ code: 0, counts: '1/0/0/0' });
  const before = Buffer.concat([Buffer.from('email\n'), Buffer.from([0x8e]), Buffer.from('\nb@example.com\n')]);
  expect(await importFile(before)).toMatchObject({ code: 1, counts: '1/0/0/1' });
});

it('objects in UTF-16, and objects over several lines', async () => {
  const path = await at.transfer.file(Buffer.from('\ufeff{"email":"a@example.com"}\r\n', 'utf16le'), 'txt');
  expect((await at.transfer.import(path, at.slug)).counts).toMatchObject({ created: 1 });
  const lines = await at.transfer.file('{\n  "email": "a@example.com"\n}\n', 'json');
  expect((await at.transfer.import(lines, at.slug)).counts).toMatchObject({
    error: { message: 'The file is JSON over several lines: write one object a line (NDJSON).' },
  });
});

it('custom fields beside none', async () => {
  const path = await at.transfer.file('{"email":"a@example.com","customFields":null,"size":5}\n', 'ndjson');
  await at.transfer.import(path, at.slug, '--custom-fields');
  expect(await at.transfer.customers(at.slug)).toMatchObject([{ customFields: { size: 5 } }]);
});

it('credits of customers who have a ledger', async () => {
  const { stderr } = await importFile('email,creditBalance\na@example.com,10\nA@example.com,20\na@example.com,10\n');
  expect(stderr).toContain('1 row gave another credit than the customer has');
  const path = await at.transfer.file('email,creditBalance\na@example.com,30\n');
  for (const words of [['--dry-run'], ['--update']])
    expect((await at.transfer.import(path, at.slug, ...words)).stderr).toContain('1 row gave another credit');
});

it('empty rows at the end, and between', async () => {
  expect(
    await importFile('email;firstName\r\na@example.com;A\r\n\r\n;\r\nb@example.com;B\r\n;\r\n ; \r\n\r\n'),
  ).toMatchObject({
    ...{ code: 0, counts: '2/0/0/0', customers: ['a@example.com A', 'b@example.com B'] },
  });
});

it('a row of 100,000 cells, and a header of as many', async () => {
  const row = ','.repeat(99_999);
  expect(
    await importFile(`email,firstName\na@example.com,A\nb@example.com,B${row}x\nc@example.com,C${row}\n`),
  ).toMatchObject({
    ...{ code: 1, counts: '2/0/0/1', customers: ['a@example.com A', 'c@example.com C'] },
    refused: [['3', '', '', 'has 100,001 cells, and the header 2']],
  });
  const path = await at.transfer.file(`email${row}\na@example.com\n`);
  expect(await at.transfer.import(path, at.slug)).toMatchObject({
    code: 2,
    counts: { error: { code: 'CONFIGURATION', message: 'The file has 100,000 columns; at most 1,000 are read.' } },
  });
});

it('a cell of 50 MB, quoted and not', async () => {
  const huge = 'x'.repeat(50 * 1024 * 1024);
  const { code, counts, refused, customers } = await importFile(
    `email,firstName\na@example.com,A\nb@example.com,"${huge}"\nc@example.com,${huge}\nd@example.com,D\n`,
  );
  expect({ code, counts, customers }).toEqual({
    code: 1,
    counts: '2/0/0/2',
    customers: ['a@example.com A', 'd@example.com D'],
  });
  expect(refused).toEqual([
    ['3', '', '', 'is longer than 1 MiB up to line 3, or has a quotation mark that is never closed'],
    ['4', '', '', 'is longer than 1 MiB up to line 4, or has a quotation mark that is never closed'],
  ]);
});

it('NUL, and other characters that no text has', async () => {
  expect(
    await importFile('email,firstName\na@example.com,A\0B\nb@exa\0mple.com,B\nc@example.com,\u200bC\n'),
  ).toMatchObject({
    ...{ code: 1, counts: '1/0/0/2', customers: ['c@example.com C'] },
    refused: [
      ['2', 'firstName', 'A�B', 'must not contain control characters'],
      ['3', 'email', 'b@exa�mple.com', expect.stringMatching(/^must /)],
    ],
  });
});

it('the same customers again and again', async () => {
  expect(
    await importFile(
      'email,firstName,lastName\na@example.com,A,\nA@EXAMPLE.com,B,Z\na@example.com,A,Z\nb@example.com,,\nb@example.com,,\n',
    ),
  ).toMatchObject({
    ...{ code: 0, counts: '2/1/2/0', customers: ['a@example.com A Z', 'b@example.com'] },
  });
});

it('a header in another language', async () => {
  const text = 'Adres e-mail,Imię,Rozmiar buta\na@example.com,Zofia,38\n';
  const path = await at.transfer.file(text);
  expect(await at.transfer.import(path, at.slug)).toMatchObject({
    code: 2,
    counts: { error: { message: expect.stringContaining('name one by --map "header=email"') } },
  });
  expect(
    await importFile(text, '--map', 'Adres e-mail=email,Imię=firstName,Rozmiar buta=customFields.shoeSize'),
  ).toMatchObject({ code: 0, counts: '1/0/0/0' });
  expect(await at.transfer.customers(at.slug)).toMatchObject([
    { firstName: 'Zofia', customFields: { shoeSize: '38' } },
  ]);
});

it('columns that nobody knows', async () => {
  const silent = await importFile('email,Note,Size\na@example.com,x,38\n');
  expect(silent).toMatchObject({ code: 0, counts: '1/0/0/0', customers: ['a@example.com'] });
  expect(silent.stderr).toContain('the columns "Note", "Size". See --map and --custom-fields.');
  expect(await importFile('email,Note,Size\na@example.com,x,\n', '--custom-fields')).toMatchObject({
    counts: '0/1/0/0',
  });
  expect(await at.transfer.customers(at.slug)).toMatchObject([{ customFields: { Note: 'x' } }]);
});

it('phones alone', async () => {
  const text = 'Telefon;Země;Jméno\n777 123 456;CZ;A\n+420777123456;;B\n777123457;;C\n0049 30 123456;;D\n123;CZ;E\n';
  expect(await importFile(text)).toMatchObject({
    ...{ code: 1, counts: '2/0/1/2' },
    customers: ['+420 777123456 A CZ', '+49 30123456 D'],
    refused: [
      ['4', 'Telefon', '777123457', expect.stringContaining('must begin with + and the country code')],
      ['6', 'Telefon', '123', 'must be a valid phone number'],
    ],
  });
});

it.each([
  ['nothing', ''],
  ['a header alone', 'email\n'],
  ['a mark alone', '\ufeff'],
])('%s', async (_, text) => {
  const path = await at.transfer.file(text);
  const { code, counts } = await at.transfer.import(path, at.slug);
  if (text.startsWith('email')) expect({ code, counts }).toMatchObject({ code: 0, counts: { rows: 0 } });
  else
    expect({ code, counts }).toMatchObject({
      code: 2,
      counts: { error: { message: 'The file has no row with the names of columns.' } },
    });
});

it.each([
  ['a workbook', Buffer.from('PK\u0003\u0004rest'), /^The file is a workbook of a spreadsheet, or an archive/],
  ['a JSON array', '[{"email":"a@example.com"}]', /^The file is one JSON array: write its objects one a line/],
  [
    'UTF-16 without a mark',
    Buffer.from('email;firstName\n', 'utf16le'),
    /^The file looks like UTF-16: say --encoding utf-16le/,
  ],
  [
    'a header in Windows-1250',
    Buffer.from('email;Jm\u00e9no\na@example.com;A\n', 'latin1'),
    /^The names of the columns hold bytes/,
  ],
])('%s', async (_, content, message) => {
  const { code, counts } = await at.transfer.import(await at.transfer.file(content), at.slug);
  expect({ code, counts }).toEqual({
    code: 2,
    counts: { error: { code: 'CONFIGURATION', message: expect.stringMatching(message) } },
  });
  expect(await at.transfer.customers(at.slug)).toEqual([]);
});

it('a report can be reported on, and has all cells of a row that has too many', async () => {
  const first = await at.transfer.import(
    await at.transfer.file('email,firstName\na@example.com,A,more\nbad,B\n'),
    at.slug,
  );
  const second = await at.transfer.import(await at.transfer.file(first.report), at.slug);
  expect(second.counts).toMatchObject({ created: 0, refused: 2 });
  expect(second.report.split('\r\n')[0]).toBe('refusedLine,refusedColumn,refusedValue,refusedReason,email,firstName');
  expect(second.report).toContain('a@example.com,A,more');
});
