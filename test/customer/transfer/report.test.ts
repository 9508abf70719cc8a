// Reports of refused rows.
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
    expect(report.trim().split('\r\n').at(-1)).toMatch(new RegExp(`,a@example.com,,${REF[4]}$`));
  });

  it('is in no way needed', async () => {
    const path = await at.transfer.file(`email\n${Array.from({ length: 25 }, (_, i) => `bad${i}`).join('\n')}`);
    const { stderr, report } = await at.transfer.import(path, at.slug);
    expect(stderr).not.toContain('bad');
    expect(await readFile(`${path}.refused.csv`, 'utf8')).toBe(report);
  });
});
