// What a database must look like after whatever befell it, and one to spoil.
import pino from 'pino';
import { expect } from 'vitest';
import { findings } from '../../src/check/check.ts';
import type { Finding, Unlisted } from '../../src/check/invariant.ts';
import { withOwner } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase, createKey, createOrganisation, runSql } from './database.ts';
import { fillOrganisation } from './organisation.ts';

/** What `npm run check` finds in a database. */
export function findingsOf(databaseUrl: string, organisation?: string): Promise<(Finding | Unlisted)[]> {
  const connection = parseDatabaseUrl(databaseUrl);
  return withOwner({ connection, entities, log: pino({ level: 'silent' }), operationTimeout: 0 }, async (owner) => {
    const found = [];
    for await (const finding of findings(owner, { organisation })) found.push(finding);
    return found;
  });
}

/** Expects that no row of a database breaks what its tables promise. */
export async function expectClean(databaseUrl: string): Promise<void> {
  expect(await findingsOf(databaseUrl)).toEqual([]);
}

/** Gives each customer of an organisation a ledger of 5, -2 and 4, and the changes that go with it, in the log. */
async function fillHistories(url: string, organisationId: number): Promise<void> {
  await runSql(
    url,
    `with step (place, amount, balance) as (values (1, 5, 5), (2, -2, 3), (3, 4, 7)), entry as (
       insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author)
       select c.organisation_id, c.id, substr(md5(c.id || '/' || place), 1, 16), amount, balance, 'x', 'x'
       from customer c, step where c.organisation_id = $1 order by c.id, place
     ), change as (
       insert into change_entry (organisation_id, subject, reference, action, actor, fields, ordinal)
       select c.organisation_id, 'customer', c.cu_ref_no, 'x', 'x', case when place <= 3 then '{creditBalance}'::text[] else '{ban,deleted}' end, place
       from customer c, generate_series(1, 4) place where c.organisation_id = $1 order by c.id, place returning *
     ), changed as (
       insert into change_value (organisation_id, entry_id, field, before, after)
       select c.organisation_id, c.id, f, to_jsonb(step.balance - step.amount), coalesce(to_jsonb(step.balance), 'false')
       from change c cross join unnest(c.fields) f left join step on step.place = c.ordinal
     ), seen as (
       insert into customer_ip (organisation_id, customer_id, address) select organisation_id, id, '1.1.1.1' from customer where organisation_id = $1
     )
     update customer set credit_balance = 7, change_count = 4 where organisation_id = $1`,
    [organisationId],
  );
}

/** Makes a database with two organisations, `one` (with the id 1) and `two`, of some customers who have everything, in this order. */
export async function makeFilled(customers = 6): Promise<string> {
  const url = await createDatabase();
  for (const label of ['one', 'two']) {
    const organisationId = await createOrganisation(url, label);
    await createKey(url, organisationId);
    await fillOrganisation(url, organisationId, label, customers);
    await fillHistories(url, organisationId);
    await runSql(url, `insert into idempotency_key (organisation_id, key, request_digest) values ($1, 'k', 'd')`, [
      organisationId,
    ]);
  }
  return url;
}
