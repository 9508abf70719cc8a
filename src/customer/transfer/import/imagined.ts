// The customers whom a trial would have made: as rows of a table that goes with its transaction, so that their number takes no memory.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { mergePatch } from '../../../json-object.ts';
import type { Customer } from '../../customer.entity.ts';
import { objectNames } from '../../details.ts';
import type { CustomerGroup } from '../../group/group.entity.ts';
import type { Becoming } from './existing.ts';
import type { JudgedRow } from './judge.ts';
import type { Known } from './match.ts';

/** A customer whom an earlier row would have made, as far as rows change it. */
export interface Imagined {
  /** Position in the file of the row that would have made it. */
  readonly place: number;
  readonly row: JudgedRow;
  readonly hasLedger: boolean;
}

/** The customers to whom the names of a row lead. */
export interface ImaginedOf {
  readonly byEmail: Imagined | undefined;
  readonly byReference: Imagined | undefined;
  readonly byContact: Imagined | undefined;
}

const makeTable: readonly Statement[] = [
  `create temp table import_made (
     place bigint primary key, reference text null, canonical_email text null, contact text null, data jsonb not null, has_ledger boolean not null
   ) on commit drop`,
  'create index on pg_temp.import_made (reference)',
  'create index on pg_temp.import_made (canonical_email)',
  'create index on pg_temp.import_made (contact)',
].map((text) => ({ name: undefined, text }));

const member = (condition: string) => `
  (select json_build_object('place', m.place, 'row', m.data, 'hasLedger', m.has_ledger) from pg_temp.import_made m where ${condition})`;

const find: Statement = {
  name: undefined,
  text: `
    select g.position::int - 1 as position,
      ${member('m.canonical_email = g.canonical_email')} as "byEmail",
      ${member('m.reference = g.reference')} as "byReference",
      ${member('m.place = (select case when count(*) = 1 then min(k.place) end from pg_temp.import_made k where k.contact = g.contact)')} as "byContact"
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality g (canonical_email, reference, contact, position)`,
};

const write: Statement = {
  name: undefined,
  text: `
    insert into pg_temp.import_made (place, reference, canonical_email, contact, data, has_ledger)
    select place, reference, canonical_email, contact, data, has_ledger
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::boolean[]) g (place, reference, canonical_email, contact, data, has_ledger)
    on conflict (place) do update set contact = excluded.contact, data = excluded.data, has_ledger = excluded.has_ledger`,
};

const contactOf = (row: JudgedRow) => (row.canonicalEmail === null ? (row.phone ?? null) : null);

/** Makes the table. */
export async function makeImagined(tx: OrganisationDatabase): Promise<void> {
  for (const statement of makeTable) await tx.run(statement, []);
}

/** Finds those to whom rows lead, in their order. */
export async function findImagined(tx: OrganisationDatabase, rows: readonly JudgedRow[]): Promise<ImaginedOf[]> {
  type Found = { position: number } & Record<keyof ImaginedOf, Imagined | null>;
  const found = await tx.run<Found>(find, [
    rows.map(({ canonicalEmail }) => canonicalEmail),
    rows.map(({ cuRefNo }) => cuRefNo ?? null),
    rows.map((row) => (row.cuRefNo == null ? contactOf(row) : null)),
  ]);
  const byPosition = new Map(found.map((each) => [each.position, each]));
  return rows.map((_, i) => {
    const { byEmail, byReference, byContact } = byPosition.get(i) ?? {};
    return { byEmail: byEmail ?? undefined, byReference: byReference ?? undefined, byContact: byContact ?? undefined };
  });
}

/** Keeps them. */
export async function writeImagined(tx: OrganisationDatabase, all: readonly Imagined[]): Promise<void> {
  if (all.length === 0) return;
  await tx.run(write, [
    all.map(({ place }) => place),
    all.map(({ row }) => row.cuRefNo ?? null),
    all.map(({ row }) => row.canonicalEmail),
    all.map(({ row }) => contactOf(row)),
    all.map(({ row }) => JSON.stringify(row)),
    all.map(({ hasLedger }) => hasLedger),
  ]);
}

/** One of them as it would be read. @param groupOf - the group that has, or would have, a slug */
export function knownOf({ row, hasLedger }: Imagined, groupOf: (slug: string) => CustomerGroup): Known {
  const objects = Object.fromEntries(objectNames.map((name) => [name, mergePatch({}, row[name] ?? {})]));
  const { ban, newsletter, premium, groups } = row;
  const customer = {
    ...{ ...row, ...objects },
    ...{ newsletter: newsletter ?? false, premium: premium ?? false, bannedAt: ban ? new Date(0) : null },
  };
  return {
    customer: customer as unknown as Customer,
    rowVersion: '',
    groups: (groups ?? []).map(({ slug }) => groupOf(slug)),
    hasLedger,
  };
}

/** What becomes of one of them by a row. */
export function changed(imagined: Imagined, { known, set, joined, left, credit }: Becoming): Imagined {
  const leaving = new Set(left.map(({ slug }) => slug));
  const groups = [...known.groups, ...joined]
    .filter(({ slug }) => !leaving.has(slug))
    .map(({ slug, name }) => ({ slug, name }));
  return {
    ...imagined,
    row: { ...imagined.row, ...set, groups } as JudgedRow,
    hasLedger: imagined.hasLedger || credit !== 0,
  };
}
