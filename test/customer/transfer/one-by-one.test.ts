// An import comes out as if its rows were done one after the other, and a trial says the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findingsOf } from '../../support/check.ts';
import { importText, REF, useImporting } from '../../support/importing.ts';

const at = useImporting();

const RUNS = Number(process.env.GATEWAY_TEST_IMPORTS ?? 8);
const CUT = 'cut@example.com';
const PHONES = ['+420 777000001', '+420 777000002', '+420 777000003'];

const maybe = <Value>(value: fc.Arbitrary<Value>, freq = 2) => fc.option(value, { nil: undefined, freq });
const row = fc.record({
  cuRefNo: maybe(fc.constantFrom(...REF.slice(0, 4))),
  email: maybe(fc.constantFrom('a@example.com', 'A@example.com', 'b@example.com')),
  phone: maybe(fc.constantFrom(...PHONES), 4),
  firstName: maybe(fc.constantFrom('Jan', 'Eva', null)),
  groups: maybe(fc.constantFrom(['vip'], ['vip', 'new'], null)),
  ban: maybe(fc.boolean()),
  creditBalance: maybe(fc.constantFrom(0, 5)),
  meta: maybe(fc.constantFrom({ a: 1 }, { a: null, b: 2 }, null)),
});
const referral = maybe(fc.constantFrom(...REF, null));

const lines = (rows: readonly object[]) => rows.map((each) => JSON.stringify(each)).join('\n');
/** The customers but for one who is in the way; references that were drawn are told by the places of who has them. */
function told(all: readonly Record<string, unknown>[]): object[] {
  const customers = all.filter(({ email }) => email !== CUT);
  const references = customers.map(({ cuRefNo }) => cuRefNo);
  return customers.map(({ cuRefNo, referral, ...customer }) => ({
    ...customer,
    cuRefNo: REF.some((given) => given === cuRefNo) && cuRefNo,
    referrer: references.indexOf(referral),
  }));
}

it(`of ${RUNS} generated files`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 9 }), fc.boolean(), async (rows, isUpdate) => {
      const words = ['--format', 'ndjson', ...(isUpdate ? ['--update'] : [])];
      at.slug = await at.transfer.organisation();
      const together = await importText(at, lines(rows), ...words);
      const customers = told(await at.transfer.customers(at.slug));
      at.slug = await at.transfer.organisation();
      const apart: Record<string, number> = {};
      for (const each of rows) {
        const { counts } = await at.transfer.import(await at.transfer.file(lines([each])), at.slug, ...words);
        for (const [name, count] of Object.entries(counts)) apart[name] = (apart[name] ?? 0) + Number(count);
      }
      expect(told(await at.transfer.customers(at.slug))).toEqual(customers);
      expect(apart).toMatchObject(together.counts);
    }),
    { numRuns: RUNS },
  );
  expect(await findingsOf(at.url)).toEqual([]);
}, 600_000);

it(`of ${RUNS} generated files with referrals, which a trial tells as they come out, wherever a step ends`, async () => {
  const referring = fc.tuple(row, referral).map(([given, brought]) => ({ ...given, referral: brought }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(referring, { minLength: 2, maxLength: 9 }),
      fc.boolean(),
      fc.nat(),
      async (rows, isUpdate, cut) => {
        const words = ['--format', 'ndjson', ...(isUpdate ? ['--update'] : [])];
        at.slug = await at.transfer.organisation();
        const together = await importText(at, lines(rows), ...words);
        const customers = told(await at.transfer.customers(at.slug));
        at.slug = await at.transfer.organisation();
        // Nine rows of one customer are done in two steps.
        const others = Array.from({ length: 9 }, () => ({ email: CUT }));
        const place = cut % rows.length;
        const apart = await importText(at, lines([...rows.slice(0, place), ...others, ...rows.slice(place)]), ...words);
        const found = told(await at.transfer.customers(at.slug));
        expect(found).toEqual(customers);
        const { created, changed, refused, withoutReferral } = together.counts;
        expect(apart.counts).toMatchObject({ created: Number(created) + 1, changed, refused, withoutReferral });
      },
    ),
    { numRuns: RUNS },
  );
  expect(await findingsOf(at.url)).toEqual([]);
}, 600_000);
