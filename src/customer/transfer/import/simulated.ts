// Customers as a trial would have made, or changed, them: as rows of tables that go with its transaction, so that their number takes no memory.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { mergePatch } from '../../../json-object.ts';
import { addressMembers } from '../../address.ts';
import type { Customer } from '../../customer.entity.ts';
import { objectNames } from '../../details.ts';
import { identityTexts } from '../../fields.ts';
import { ledTo } from '../../merge/followed.ts';
import type { CustomerChange } from './existing.ts';
import { isContactWith, type Known, type Matched } from './match.ts';
import type { ValidRow } from './validate.ts';

/** A customer whom an earlier row would have made or changed, as far as rows change it. */
export interface SimulatedCustomer {
  /** Its internal id; of one whom a row would have made, the position of that row in the file, negative. */
  readonly id: number;
  readonly row: ValidRow;
  readonly hasLedger: boolean;
}

/** One that a row leads to, with its phone if that is all by which it may be found; of a row that waits, the rest is not there. */
export interface SimulatedMatch extends SimulatedCustomer {
  readonly contact: string | null;
}

/** The customers to whom the names of a row lead. */
export interface SimulatedMatches {
  readonly byEmail: SimulatedMatch | null;
  readonly byReference: SimulatedMatch | null;
  /** What has become of the customer who is there. */
  readonly byCustomer: SimulatedMatch | null;
  /** The only contact that has the phone, where it would have been made or changed; where it is there as it was, its internal id. */
  readonly byContact: SimulatedMatch | null;
  readonly contact: string | null;
}

const makeTables: readonly Statement[] = [
  `create temp table import_simulated (
     id bigint primary key, reference text null, canonical_email text null, contact text null, data jsonb not null, has_ledger boolean not null
   ) on commit drop`,
  'create temp table import_simulated_reference (reference text primary key, customer_id bigint not null) on commit drop',
  'create unique index on pg_temp.import_simulated (reference)',
  'create unique index on pg_temp.import_simulated (canonical_email)',
  'create index on pg_temp.import_simulated (contact)',
].map((text) => ({ name: undefined, text }));

const member = (condition: string) => `
  (select json_build_object('id', m.id, 'contact', m.contact, 'row', case when g.is_next then m.data end, 'hasLedger', m.has_ledger) from pg_temp.import_simulated m where ${condition})`;

/*
 * Contacts are counted here and there: those that have the phone by now, and those who are there and have it still.
 */
const find: Statement = {
  name: undefined,
  text: `
    with given as materialized (
      select g.*, m.count as made, m.id as made_id, c.count as there, c.id
      from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::boolean[]) with ordinality g (canonical_email, reference, contact, customer_id, is_next, position)
      cross join lateral (
        select count(*), min(s.id) as id from (select k.id from pg_temp.import_simulated k where k.contact = g.contact limit 2) s
      ) m
      cross join lateral (
        select count(*), min(s.id) as id from (
          select k.id from customer k
          where k.organisation_id = $1 and ${isContactWith('k', 'g.contact')}
            and not exists (select from pg_temp.import_simulated n where n.id = k.id)
          limit 2
        ) s
      ) c
    )
    select g.position::int - 1 as position,
      ${member('m.canonical_email = g.canonical_email')} as "byEmail",
      ${member('m.reference = g.reference')} as "byReference",
      ${member('m.id = g.customer_id')} as "byCustomer",
      ${member('g.made = 1 and g.there = 0 and m.id = g.made_id')} as "byContact",
      case when g.made = 0 and g.there = 1 then g.id end as contact
    from given g`,
};

const write: Statement = {
  name: undefined,
  text: `
    insert into pg_temp.import_simulated (id, reference, canonical_email, contact, data, has_ledger)
    select id, reference, canonical_email, contact, data, has_ledger
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::boolean[]) g (id, reference, canonical_email, contact, data, has_ledger)
    on conflict (id) do update set contact = excluded.contact, data = excluded.data, has_ledger = excluded.has_ledger`,
};

/** As `findReferrers` finds those who are there. */
const findReferences: Statement = {
  name: undefined,
  text: `
    with led as (
      select g.reference, ${ledTo('c.cu_ref_no = g.reference and c.deleted_at is null')} as customer from unnest($2::text[]) g (reference)
    ), found as (
      select l.reference, coalesce(
          (l.customer).id,
          (select m.id from pg_temp.import_simulated m where m.reference = l.reference),
          (select r.customer_id from pg_temp.import_simulated_reference r where r.reference = l.reference)
        ) as id
      from led l
    )
    select reference, id from found where id is not null`,
};

/** The phone by which a contact may be found; null of a row that names its customer by an e-mail address. */
export const contactOf = (row: ValidRow) => (row.canonicalEmail === null ? (row.phone ?? null) : null);

/** The phone by which a row looks for its customer, for want of anything else; null of one that has something else. */
export const soughtBy = (row: ValidRow) => (row.cuRefNo == null ? contactOf(row) : null);

/** Makes the tables. */
export async function createSimulation(tx: OrganisationDatabase): Promise<void> {
  for (const statement of makeTables) await tx.run(statement, []);
}

/**
 * Finds those to whom rows lead, in their order.
 *
 * @param matched - whose each row is of those who are there
 */
export async function findSimulated(
  tx: OrganisationDatabase,
  rows: readonly ValidRow[],
  matched: readonly Matched[],
): Promise<SimulatedMatches[]> {
  const found = await tx.run<SimulatedMatches & { position: number }>(find, [
    tx.organisationId,
    rows.map(({ canonicalEmail }) => canonicalEmail),
    rows.map(({ cuRefNo }) => cuRefNo ?? null),
    rows.map(soughtBy),
    matched.map(({ customerId }) => customerId),
    matched.map((each) => !('isWaiting' in each)),
  ]);
  return found.toSorted((one, other) => one.position - other.position);
}

/** Ids of the customers whom references would lead to. */
export async function findSimulatedReferrers(
  tx: OrganisationDatabase,
  references: readonly string[],
): Promise<Map<string, number>> {
  const values = [tx.organisationId, [...new Set(references)]];
  const rows = await tx.run<{ reference: string; id: string }>(findReferences, values);
  return new Map(rows.map(({ reference, id }) => [reference, Number(id)]));
}

const keepReferences: Statement = {
  name: undefined,
  text: `
    insert into pg_temp.import_simulated_reference (reference, customer_id)
    select reference, customer_id from unnest($1::text[], $2::bigint[]) g (reference, customer_id)
    on conflict do nothing`,
};

/** Keeps the references that rows give to customers who have others. */
export async function keepSimulatedReferences(
  tx: OrganisationDatabase,
  given: readonly (readonly [reference: string, customerId: number])[],
): Promise<void> {
  if (given.length === 0) return;
  await tx.run(keepReferences, [given.map(([reference]) => reference), given.map(([, id]) => id)]);
}

/** Keeps them. */
export async function writeSimulated(tx: OrganisationDatabase, all: readonly SimulatedCustomer[]): Promise<void> {
  if (all.length === 0) return;
  // Whoever is there is found by that.
  const named = all.map(({ id, row }) => (id < 0 ? row : undefined));
  await tx.run(write, [
    all.map(({ id }) => id),
    named.map((row) => row?.cuRefNo ?? null),
    named.map((row) => row?.canonicalEmail ?? null),
    all.map(({ row }) => contactOf(row)),
    all.map(({ row }) => JSON.stringify(row)),
    all.map(({ hasLedger }) => hasLedger),
  ]);
}

/** A customer who is there, as a trial keeps it once a row would change it. */
export function simulatedOf({ customer, groups, hasLedger }: Known): SimulatedCustomer {
  const names = [...identityTexts, ...addressMembers, 'newsletter', 'premium', ...objectNames] as const;
  const row = {
    ...Object.fromEntries(names.map((name) => [name, customer[name]])),
    email: customer.email ?? null,
    canonicalEmail: customer.canonicalEmail ?? null,
    cuRefNo: customer.cuRefNo,
    creditBalance: customer.creditBalance,
    ban: customer.bannedAt != null,
    groups: groups.map(({ slug, name }) => ({ slug, name })),
  };
  return { id: customer.id, row: row as unknown as ValidRow, hasLedger };
}

/** One of them as it would be read. Its groups have no ids: there need not be such. */
export function knownOf({ id, row, hasLedger }: SimulatedCustomer): Known {
  const objects = Object.fromEntries(objectNames.map((name) => [name, mergePatch({}, row[name] ?? {})]));
  const { ban, newsletter, premium, groups } = row;
  const customer = {
    ...{ ...row, ...objects, id },
    ...{ newsletter: newsletter ?? false, premium: premium ?? false, bannedAt: ban ? new Date(0) : null },
  };
  return {
    customer: customer as unknown as Customer,
    rowVersion: '',
    groups: (groups ?? []).map((group) => ({ ...group, id: 0 })),
    hasLedger,
  };
}

/** What becomes of one of them by a row. */
export function changed(
  simulated: SimulatedCustomer,
  { known, set, joined, left, credit }: CustomerChange,
): SimulatedCustomer {
  const leaving = new Set(left.map(({ slug }) => slug));
  const groups = [...known.groups, ...joined]
    .filter(({ slug }) => !leaving.has(slug))
    .map(({ slug, name }) => ({ slug, name }));
  return {
    ...simulated,
    row: { ...simulated.row, ...set, groups, ...(credit !== 0 && { creditBalance: credit }) } as ValidRow,
    hasLedger: simulated.hasLedger || credit !== 0,
  };
}
