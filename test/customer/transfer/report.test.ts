// Reports of refused rows.
import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { counts, importText, REF, useImporting } from '../../support/importing.ts';

const at = useImporting();

describe('a report', () => {
  it('has every cell as it was, whatever ends lines in it, and whatever groups are called', async () => {
    const text = 'email,streetAddress,firstName\nbad,"Dlouha 1\n2nd floor",Jan\nbad,"a\rb",Eva\n';
    const { report } = await importText(at, text);
    const again = await at.transfer.import(
      await at.transfer.file(report.replace(/,bad,"D/, ',x@example.com,"D').replace(/,bad,"a/, ',y@example.com,"a')),
      at.slug,
    );
    expect(again).toMatchObject({ code: 0, counts: { created: 2 } });
    expect(await at.transfer.customers(at.slug)).toMatchObject([
      { streetAddress: 'Dlouha 1 2nd floor', firstName: 'Jan' },
      { streetAddress: 'a b', firstName: 'Eva' },
    ]);
    at.slug = await at.transfer.organisation();
    const groups = [{ slug: 'g', name: 'A|B=\\' }, 'h', { name: 'Jó' }];
    const objects = [
      { email: 'bad', groups },
      { email: 'bad', groups: ["=cmd|' /C calc'!A0"] },
    ];
    const { report: ofObjects } = await importText(
      at,
      objects.map((each) => JSON.stringify(each)).join('\n'),
      '--format',
      'ndjson',
    );
    expect(ofObjects).not.toMatch(/(^|,)"?[=+@]/m);
    const mended = ofObjects.replace(/^2,(.*)|^1,email,bad,(.*?),,bad,/gm, (line) =>
      line.replace(',,bad,', ',,z@example.com,'),
    );
    await at.transfer.import(await at.transfer.file(mended), at.slug);
    expect(await at.transfer.customers(at.slug)).toMatchObject([
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
    const { report, counts: said } = await importText(at, text, '--map', 'Jméno=firstName');
    expect(said).toEqual(counts(1, 0, 0, 2));
    expect(report).not.toMatch(/(^|;)"?[=+]/m);
    const mended = report.replaceAll(`'${cells[0]}`, 'x@example.com').replaceAll(';bad;', ';y@example.com;');
    const again = await at.transfer.import(await at.transfer.file(mended), at.slug);
    expect(again).toMatchObject({ code: 0, counts: { created: 2, refused: 0 } });
    expect(await at.transfer.customers(at.slug)).toMatchObject([
      { email: 'good@example.com' },
      { email: 'x@example.com', firstName: '=cmd', lastName: "'t Hooft", city: 'a;"b" c' },
      { email: 'y@example.com', firstName: '+x' },
    ]);
  });

  it('looks like the file, so that the same program opens it', async () => {
    const text = 'email;firstName\r\nbad;Jiří\r\n';
    const reports = [
      await importText(at, text),
      await importText(at, `\ufeff${text}`),
      await importText(at, text.replaceAll(';', '\t')),
    ];
    const [plain, marked, tabs] = reports.map(({ report }) => report);
    const head = 'refusedLine;refusedColumn;refusedValue;refusedReason;email;firstName\r\n';
    expect(plain?.startsWith(head)).toBe(true);
    expect(marked).toBe(`\ufeff${plain}`);
    expect(tabs).toBe(plain?.replaceAll(';', '\t'));
    const path = await at.transfer.file(Buffer.from('email;firstName\r\nbad;Ji\u00f8\u00ed\r\n', 'latin1'));
    const { report } = await at.transfer.import(path, at.slug, '--encoding', 'windows-1250');
    expect(report).toBe(marked);
    // Its byte order mark is believed before what is said.
    const mended = await at.transfer.file(report.replace(';bad;J', ';good@example.com;J'));
    expect(await at.transfer.import(mended, at.slug, '--encoding', 'windows-1250')).toMatchObject({ code: 0 });
    expect(await at.transfer.customers(at.slug)).toMatchObject([{ firstName: 'Jiří' }]);
  });

  it('of objects is imported as they were, whatever the operator calls their members', async () => {
    const map = ['--map', 'Mail=email,Ref=referral,Note=,Size=customFields.size'];
    const rows = [
      { Mail: 'a@example.com', Ref: REF[4], Note: 'x', Size: 5 },
      { Mail: 'bad', Ref: REF[0], firstName: 'B\ud800', Size: 7 },
    ];
    const { report } = await importText(
      at,
      rows.map((each) => JSON.stringify(each)).join('\n'),
      '--format',
      'ndjson',
      ...map,
    );
    const path = await at.transfer.file(report);
    const asIs = await at.transfer.import(path, at.slug, ...map);
    expect(asIs.counts).toMatchObject({ refused: 1, withoutReferral: 1 });
    expect(asIs.refused.map(([, column]) => column)).toEqual(['firstName', 'Ref']);
    const references = (await at.transfer.customers(at.slug)).map(({ cuRefNo }) => String(cuRefNo));
    const mended = report
      .replaceAll(REF[4], '')
      .replaceAll(REF[0], references[0] as string)
      .replace(',bad,,', ',b@example.com,,')
      .replaceAll('\u001a', '');
    expect((await at.transfer.import(await at.transfer.file(mended), at.slug, ...map)).counts).toMatchObject({
      created: 1,
      refused: 0,
    });
    expect(await at.transfer.customers(at.slug)).toMatchObject([
      { email: 'a@example.com', customFields: { size: 5 } },
      { email: 'b@example.com', firstName: 'B', customFields: { size: 7 }, referral: references[0] },
    ]);
  });

  it('names a customer in its own columns alone', async () => {
    await importText(at, 'email,phone\na@example.com,+420777123456');
    const { report } = await importText(
      at,
      `email,phone,referral\na@example.com,ext 5,${REF[4]}`,
      '--map',
      'phone=customFields.phone',
    );
    expect(report.trim().split('\r\n').at(-1)).toMatch(new RegExp(`,a@example.com,,${REF[4]},\\w{16}$`));
  });

  it('of a file with as many columns as there may be is imported', async () => {
    const more = Array.from({ length: 999 }, (_, i) => `c${i}`);
    const first = await at.transfer.import(await at.transfer.file(`email,${more}\nbad${','.repeat(999)}\n`), at.slug);
    expect((await at.transfer.import(await at.transfer.file(first.report), at.slug)).counts).toMatchObject({
      refused: 1,
    });
  });

  it('of objects has no column twice, whatever the operator calls their members', async () => {
    const path = await at.transfer.file('{"email":"bad","firstName":"Novak"}\n', 'ndjson');
    const map = ['--map', 'firstName=lastName'];
    const { report } = await at.transfer.import(path, at.slug, ...map);
    const mended = await at.transfer.file(report.replaceAll(',bad', ',b@example.com'));
    expect((await at.transfer.import(mended, at.slug, ...map)).counts).toMatchObject({ created: 1 });
    expect(await at.transfer.customers(at.slug)).toMatchObject([{ email: 'b@example.com', lastName: 'Novak' }]);
  });

  it('sets the referral of a contact that nothing but its reference tells from others', async () => {
    const phone = '+420 777123456';
    await at.transfer.import(
      await at.transfer.file(`cuRefNo,phone,lastName\n${REF[0]},${phone},\n${REF[1]},${phone},\n${REF[2]},,Referrer\n`),
      at.slug,
    );
    const path = await at.transfer.file(`phone,lastName,referral\n${phone},Jan,${REF[4]}\n`);
    const { report } = await at.transfer.import(path, at.slug);
    const mended = await at.transfer.file(report.replaceAll(REF[4], REF[2]));
    expect((await at.transfer.import(mended, at.slug)).counts).toMatchObject({ rows: 1, created: 0, changed: 1 });
    const customers = await at.transfer.customers(at.slug);
    expect(customers.map(({ lastName, referral }) => [lastName, referral])).toEqual([
      ...[
        [undefined, undefined],
        [undefined, undefined],
        ['Referrer', undefined],
      ],
      ['Jan', REF[2]],
    ]);
  });

  it('takes the place of no file, standard input included', async () => {
    const path = await at.transfer.file('email\nbad\n');
    const words = ['import', '-', '--organisation', at.slug, '--report', path];
    const { status, stderr } = spawnSync(process.execPath, [`src/cli/import.ts`, ...words.slice(1)], {
      env: { ...process.env, DATABASE_URL: at.url },
      stdio: [openSync(path, 'r'), 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, 'The report would take the place of the file that is imported.\n']);
    expect(await readFile(path, 'utf8')).toBe('email\nbad\n');
  });

  it('is in no way needed', async () => {
    const path = await at.transfer.file(`email\n${Array.from({ length: 25 }, (_, i) => `bad${i}`).join('\n')}`);
    const { stderr, report } = await at.transfer.import(path, at.slug);
    expect(stderr).not.toContain('bad');
    expect(await readFile(`${path}.refused.csv`, 'utf8')).toBe(report);
  });
});
