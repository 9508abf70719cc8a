// Who brought whom, as rows of a file say it.
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../support/check.ts';
import { counts, importText, REF, useImporting } from '../../support/importing.ts';

const at = useImporting();

describe('referrals', () => {
  const without = '; the row went in without it';
  const read = async () =>
    (await at.transfer.customers(at.slug)).map(({ cuRefNo, referral }) => [
      REF.indexOf(String(cuRefNo)),
      REF.indexOf(String(referral)),
    ]);

  it('lead to earlier rows, later ones and customers who were there; a circle is refused', async () => {
    await importText(at, `cuRefNo,email\n${REF[4]},e@example.com`);
    const path = await at.transfer.file(
      `cuRefNo,email,referral\n${REF[0]},a@example.com,${REF[1]}\n${REF[1]},b@example.com,${REF[4]}\n${REF[2]},c@example.com,${REF[0]}\n${REF[4]},,${REF[2]}\n${REF[3]},d@example.com,${REF[3]}`,
    );
    const { code, counts: said, refused } = await at.transfer.import(path, at.slug);
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
    expect(await findingsOf(at.url)).toEqual([]);
    expect(await at.transfer.sql('select from import_referral')).toEqual([]);
  });

  it('that lead to nobody are told at the end, and can be mended', async () => {
    const { counts: said, report } = await importText(
      at,
      `Code,E-mail,Brought by,Note\n,a@example.com,${REF[1]},x\n,b@example.com,${REF[2]},y\n${REF[1]},c@example.com,bad,z`,
      '--map',
      'Brought by=referral,Code=cuRefNo',
    );
    expect(said).toEqual(counts(2, 0, 0, 1, 2));
    const mended = report.replaceAll(REF[2], REF[1]).replace('c@example.com,bad,z', 'c@example.com,,z');
    expect(mended).toContain('refusedLine,refusedColumn,refusedValue,refusedReason,Code,E-mail,Brought by,Note');
    const path = await at.transfer.file(mended);
    const again = await at.transfer.import(path, at.slug, '--map', 'Brought by=referral,Code=cuRefNo');
    expect(again).toMatchObject({
      code: 0,
      counts: { created: 1, changed: 2, unchanged: 0, refused: 0, withoutReferral: 0 },
    });
    const customers = await at.transfer.customers(at.slug);
    expect(customers.map(({ email, referral }) => [email, referral])).toEqual([
      ['a@example.com', REF[1]],
      ['b@example.com', REF[1]],
      ['c@example.com', undefined],
    ]);
  });

  it('lead to whom a row means, also where its reference is not kept', async () => {
    await importText(at, `cuRefNo,email\n${REF[4]},x@example.com`);
    const { counts: said } = await importText(
      at,
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
    const brought = (await at.transfer.customers(at.slug)).flatMap(({ email, referral }) =>
      referral ? [[email, referral]] : [],
    );
    expect(brought).toEqual([
      ['early@example.com', REF[4]],
      ['late@example.com', REF[4]],
      ['later@example.com', REF[0]],
    ]);
    expect(await at.transfer.sql('select from import_reference')).toEqual([]);
  });

  it('are taken away by null, with --update alone', async () => {
    await importText(at, `cuRefNo,referral\n${REF[0]},\n${REF[1]},${REF[0]}`);
    const row = JSON.stringify({ cuRefNo: REF[1], referral: null });
    expect((await importText(at, row, '--format', 'ndjson')).counts).toEqual(counts(0, 0, 1, 0));
    expect((await importText(at, row, '--format', 'ndjson', '--update')).counts).toEqual(counts(0, 1, 0, 0));
    expect((await importText(at, row, '--format', 'ndjson', '--update')).counts).toEqual(counts(0, 0, 1, 0));
    expect((await read()).map(([, referrer]) => referrer)).toEqual([-1, -1]);
  });

  it('come out by the last row that can be followed', async () => {
    await importText(at, `cuRefNo\n${REF[0]}\n${REF[1]}`);
    const first = await importText(
      at,
      `cuRefNo,referral\n${REF[0]},${REF[4]}\n${REF[0]},${REF[1]}\n${REF[0]},${REF[0]}`,
    );
    expect(first.counts).toEqual(counts(0, 1, 2, 0, 1));
    expect(first.refused.map(([line, , , reason]) => [line, reason])).toEqual([
      ['2', `must be a customer of this organisation${without}`],
    ]);
    const second = await importText(at, `cuRefNo,referral\n${REF[0]},${REF[1]}\n${REF[0]},${REF[0]}`, '--update');
    expect(second.counts).toEqual(counts(0, 0, 2, 0, 1));
    expect(await read()).toEqual([
      [0, 1],
      [1, -1],
    ]);
  });

  it('stay as they are, unless --update replaces them', async () => {
    await importText(at, `cuRefNo,referral\n${REF[0]},\n${REF[1]},\n${REF[2]},${REF[0]}`);
    expect((await importText(at, `cuRefNo,referral\n${REF[2]},${REF[1]}`)).counts).toEqual(counts(0, 0, 1, 0));
    const path = await at.transfer.file(`cuRefNo,referral\n${REF[2]},${REF[1]}`);
    expect((await at.transfer.import(path, at.slug, '--update')).counts).toMatchObject({ changed: 1 });
    expect(await read()).toEqual([
      [0, -1],
      [1, -1],
      [2, 1],
    ]);
  });
});
