// Whose each row of a step is: the customer whom it names, or a new one.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { type ReadCustomer, type ReadRow, readRow } from '../../change.ts';
import { type CustomerGroup, groupsOfCustomer } from '../../group/group.entity.ts';
import { ledTo } from '../../merge/followed.ts';
import { selectChangedOf } from '../../profile.ts';
import { objectColumns, STAGED } from './stage.ts';
import type { ValidRow } from './validate.ts';

export const REFERENCE_TAKEN =
  'is the reference of a customer with another e-mail address, or none; an import changes no e-mail address';
const REFERENCE_DELETED = 'is the reference of a customer that was deleted';

/** Customers who are known at once, and bytes of their objects as they are stored, which may be compressed. */
const MOST_KNOWN = 250;
const MOST_KNOWN_BYTES = 1024 * 1024;

/** SQL for whether a customer is a contact that is found by a phone: it has no e-mail address. */
export const isContactWith = (customer: string, phone: string) =>
  `${customer}.phone = ${phone} and ${customer}.email is null and ${customer}.phone is not null and ${customer}.deleted_at is null and ${customer}.merged_into is null`;

/** SQL for the one contact without an e-mail that has a phone; null where there is none, or several. */
const onlyContact = (phone: string) => `(
  select case when count(*) = 1 then min(s.id) end from (
    select k.id from customer k where k.organisation_id = $1 and ${isContactWith('k', phone)} limit 2
  ) s)`;

/*
 * pending  the rows that are still to be done; `sought` is the phone of one that has nothing else to find its customer by, `after` that of a contact which is
 *          found by its reference
 * led      each with the customer that it names, and whose its reference is; `before` is the phone that a contact has which is found by its reference
 * given    the phones that rows take from contacts, or give them
 * Those are ready whose e-mail, reference, sought phone and customer no earlier one of them has; which seek no phone that an earlier one takes or gives; and which
 * take and give none that an earlier one seeks: so that rows come out as if they had been done one after the other. No more of them are next than it takes
 * memory to know, of a trial those who are new too.
 */
const match: Statement = {
  name: undefined,
  text: `
    with pending as materialized (
      select r.position, r.given, r.canonical_email,
        case when r.canonical_email is null and r.given is null then r.phone end as sought,
        case when r.canonical_email is null and r.given is not null then r.phone end as after
      from ${STAGED} r
      where r.position = any($2::int[])
    ), led as materialized (
      select p.position, p.given, p.canonical_email, p.sought, p.after, (l.customer).id as customer_id, (l.customer).version,
        case when p.given is not null and (l.customer).email is null then (l.customer).phone end as before, h.id as holder_id, h.is_gone as is_holder_gone,
        ${objectColumns.map((column) => `coalesce(pg_column_size((l.customer).${column}), 0)`).join(' + ')} as size
      from pending p
      cross join lateral (
        select case
            when p.canonical_email is not null then ${ledTo('c.canonical_email = p.canonical_email and c.deleted_at is null')}
            when p.given is not null then ${ledTo('c.cu_ref_no = p.given and c.deleted_at is null')}
            else (select c from customer c where c.organisation_id = $1 and c.id = ${onlyContact('p.sought')})
          end as customer
        offset 0
      ) l
      left join lateral (
        select coalesce(c.merged_into, c.id) as id, c.deleted_at is not null as is_gone
        from customer c where c.organisation_id = $1 and c.cu_ref_no = p.given
      ) h on true
    ), given as materialized (
      select phone, min(position) as first from (
        select before as phone, position from led union all select after, position from led
      ) each where phone is not null group by phone
    ), sought as materialized (
      select sought as phone, min(position) as first from led where sought is not null group by sought
    ), ordered as (
      select l.position, l.customer_id, l.version, l.holder_id, l.is_holder_gone, l.size,
        (l.canonical_email is null or row_number() over (partition by l.canonical_email order by l.position) = 1)
          and (l.given is null or row_number() over (partition by l.given order by l.position) = 1)
          and (l.sought is null or row_number() over (partition by l.sought order by l.position) = 1)
          and (l.customer_id is null or row_number() over (partition by l.customer_id order by l.position) = 1)
          and coalesce(l.position < g.first, true) and coalesce(l.position < b.first, true) and coalesce(l.position < a.first, true) as is_ready
      from led l
      left join given g on g.phone = l.sought
      left join sought b on b.phone = l.before
      left join sought a on a.phone = l.after
    ), counted as (
      select o.*, count(case when $3 then position else customer_id end) filter (where is_ready) over (order by position) as known,
        sum(size) filter (where is_ready) over (order by position) - size as bytes_before
      from ordered o
    )
    select position, customer_id, version, case
        when holder_id is null or holder_id = customer_id then null
        when is_holder_gone then '${REFERENCE_DELETED}'
        else '${REFERENCE_TAKEN}'
      end as problem, is_ready and known <= ${MOST_KNOWN} and bytes_before < ${MOST_KNOWN_BYTES} as is_next
    from counted order by position`,
};

/** A customer whom rows name, as far as import has to know. */
export interface Known extends ReadCustomer {
  readonly groups: readonly CustomerGroup[];
  readonly hasLedger: boolean;
}

const lockKnown: Statement = {
  name: undefined,
  text: `
    select from customer c where c.organisation_id = $1 and c.id = any($2::bigint[])
    order by c.id
    for no key update`,
};

/** Apart from the lock: a statement that has waited for a row sees the tables besides as they were before. */
const readKnown: Statement = {
  name: undefined,
  text: `
  select ${selectChangedOf('c')}, c.xmin::text as row_version, false as is_merged,
    (${groupsOfCustomer.select('c.id')}) as "itsGroups",
    exists (select from credit_entry e where e.organisation_id = $1 and e.customer_id = c.id) as "hasLedger"
  from customer c
  where c.organisation_id = $1 and c.id = any($2::bigint[]) and c.deleted_at is null and c.merged_into is null
  order by c.id`,
};

/** Whose a row is; `known` is absent for a new customer, and nothing is said of a row that waits. */
export type Matched = {
  readonly position: number;
  /** Internal id, as far as it is known by now. */
  readonly customerId: number | null;
} & ({ readonly known: Known | undefined } | { readonly problem: string } | { readonly isWaiting: true });

interface MatchRow {
  position: number;
  customer_id: string | null;
  version: number | null;
  problem: string | null;
  is_next: boolean;
}

/**
 * Finds out whose rows are, and locks the customers who are there: all of them at once, in order, also of rows that wait.
 *
 * @param rows - by position
 * @param pending - positions of those that are still to be done
 * @param isTrial - then nobody is locked
 * @returns all of them; those wait whose customer others changed meanwhile, or that an earlier row has to come before
 */
export async function matchRows(
  tx: OrganisationDatabase,
  rows: readonly ValidRow[],
  pending: readonly number[],
  { isTrial }: { isTrial: boolean },
): Promise<Matched[]> {
  const found = await tx.run<MatchRow>(match, [tx.organisationId, pending, isTrial]);
  const ids = found.flatMap(({ customer_id: id }) => id ?? []);
  if (ids.length > 0 && !isTrial) await tx.run(lockKnown, [tx.organisationId, ids]);
  const next = found.filter(({ is_next: isNext, problem }) => isNext && problem === null);
  const known = await readAll(
    tx,
    next.flatMap(({ customer_id: id }) => id ?? []),
  );
  return found.map(({ position, customer_id: id, version, problem, is_next: isNext }): Matched => {
    const row = { position, customerId: id === null ? null : Number(id) };
    if (!isNext) return { ...row, isWaiting: true };
    if (problem !== null) return { ...row, problem };
    if (id === null) return { ...row, known: undefined };
    const customer = known.get(Number(id));
    if (!customer || !isStillOf(rows[position] as ValidRow, customer, version)) return { ...row, isWaiting: true };
    return { ...row, known: customer };
  });
}

type KnownRow = ReadRow & { itsGroups: CustomerGroup[] | null; hasLedger: boolean };

/** Reads customers, by internal id; those who are gone are not among them. */
export async function readAll(
  tx: OrganisationDatabase,
  ids: readonly (string | number)[],
): Promise<Map<number, Known>> {
  if (ids.length === 0) return new Map();
  const read = await tx.run<KnownRow>(readKnown, [tx.organisationId, ids]);
  return new Map(
    read.map(({ itsGroups, hasLedger, ...row }) => {
      const customer = readRow(tx, row);
      return [customer.customer.id, { ...customer, groups: itsGroups ?? groupsOfCustomer.none(), hasLedger }];
    }),
  );
}

/** Whether a row names the customer also as that is once it is locked. A mailbox that leads to it by a merge does as long as its version is the same. */
function isStillOf(row: ValidRow, { customer }: Known, version: number | null): boolean {
  if (row.canonicalEmail !== null)
    return customer.canonicalEmail === row.canonicalEmail || customer.version === version;
  if (row.cuRefNo != null) return true;
  return customer.email == null && customer.phone === row.phone;
}
