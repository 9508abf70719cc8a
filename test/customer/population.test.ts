// The population that searches are tried on: as large as it says, and the same every time.
import { beforeAll, expect, it } from 'vitest';
import { normalizeEmail } from '../../src/customer/email.ts';
import { createDatabase, runSql } from '../support/database.ts';
import { everybody, MILLION, populate, sizesOf } from '../support/population/population.ts';

const SMALL = { total: 3_000, organisations: 5, seed: 7 };

let url: string;
beforeAll(async () => {
  url = await createDatabase();
  await populate(url, SMALL);
});

it('has half of all in one organisation, and a hundred in another', () => {
  const sizes = sizesOf(MILLION);
  expect(sizes).toHaveLength(20);
  expect(sizes[0]).toBe(500_000);
  expect(sizes.at(-1)).toBe(100);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1_000_000);
});

it('is in the database as it was made up', async () => {
  const rows = await runSql<{ id: string; reference: string; email: string | null; last: string | null }>(
    url,
    'select id, cu_ref_no as reference, email, last_name as last from customer order by id',
  );
  const made = [...everybody(SMALL)].map(([, { id, cuRefNo, email, lastName }]) => ({
    id: String(id),
    reference: cuRefNo,
    email,
    last: lastName,
  }));
  expect(rows).toEqual(made);
  expect(new Set(rows.map(({ reference }) => reference)).size).toBe(SMALL.total);
});

it('has addresses and numbers as the gateway stores them, and belongs to groups', async () => {
  for (const [, { email }] of everybody(SMALL)) if (email) expect(normalizeEmail(email)).toBe(email);
  const [counts] = await runSql<Record<string, number>>(
    url,
    `select (select count(*) from customer_group_membership)::int as memberships, (select count(*) from credit_entry)::int as entries,
       (select count(*) from subscription)::int as subscriptions, (select count(*) from customer where phone is not null)::int as phones`,
  );
  for (const count of Object.values(counts ?? {})) expect(count).toBeGreaterThan(200);
});
