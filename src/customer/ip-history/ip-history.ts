// The addresses that a customer came from: a row when an address is new to the customer, or a day after its last one. The latest thousand are
// kept, and up to a hundred more.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { keysetPages, type Page, type PositionOf } from '../../database/keyset.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { normalizeIp } from '../../ip/address.ts';
import type { OperationContext } from '../../operation-context.ts';
import { ownedByCustomer } from '../customer.entity.ts';

export const CustomerIpEntity = defineEntity({
  name: 'CustomerIp',
  tableName: 'customer_ip',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'customerId', 'seenAt', 'address'],
  properties: {
    organisationId: p.integer().primary(),
    ...ownedByCustomer,
    customerId: p.bigint('number').primary(),
    seenAt: p.datetime(3).primary().defaultRaw('now()'),
    address: p.string().primary().columnType('inet'),
  },
});

/** An address that a customer came from, and when. */
export interface IpSighting {
  /** As `normalizeIp` writes it. */
  readonly address: string;
  readonly seenAt: Date;
}

/** What a history is sorted by. */
export const ipHistorySort = [
  { sql: 'h.seen_at', type: 'timestamptz' },
  { sql: 'h.address', type: 'inet' },
] as const;

/** One page of a customer's addresses. */
export type IpHistoryPage = Page<PositionOf<typeof ipHistorySort>>;

const pageOf = keysetPages({
  name: 'customer_ip_pages',
  sort: ipHistorySort,
  direction: 'desc',
  parameters: 2,
  text: ({ condition, order, limit, direction }) => `
    select c.id as customer_id, host(i.address) as address, i.seen_at
    from unnest($2::bigint[]) c (id)
    cross join lateral (
      select h.address, h.seen_at
      from customer_ip h
      where h.organisation_id = $1 and h.customer_id = c.id${condition}
      order by ${order}
      limit ${limit}
    ) i
    order by i.seen_at ${direction}, i.address ${direction}`,
});

/**
 * Reads the same page of the histories of many customers, the latest address first, in one statement.
 *
 * @param ids - internal ids of customers
 * @returns the sightings, those of one customer in order
 */
export async function listIpHistories(
  { database }: OperationContext,
  ids: readonly number[],
  page: IpHistoryPage,
): Promise<(IpSighting & { customerId: number })[]> {
  const rows = await database.run<{ customer_id: string; address: string; seen_at: Date }>(
    ...pageOf(page, [database.organisationId, ids]),
  );
  return rows.map((row) => ({
    customerId: Number(row.customer_id),
    address: normalizeIp(row.address),
    seenAt: new Date(row.seen_at),
  }));
}

/** Addresses of a customer that are kept, the latest; and how many of the others go at once. */
const KEPT = 1_000;
const CUT_AT_ONCE = 2_000;

const cut: Statement = {
  name: 'customer_ip_cut',
  text: `
    with oldest_left as (
      select seen_at, address from (
        (
          select seen_at, address from customer_ip
          where organisation_id = $1 and customer_id = $2
          order by seen_at desc, address desc
          offset ${KEPT - 1} limit 1
        ) union all (
          select seen_at, address from customer_ip
          where organisation_id = $1 and customer_id = $2
          order by seen_at, address
          offset ${CUT_AT_ONCE} limit 1
        )
      ) either
      order by seen_at, address
      limit 1
    )
    delete from customer_ip
    where organisation_id = $1 and customer_id = $2
      and (seen_at, address) < (select seen_at, address from oldest_left)`,
};

/** Removes the oldest addresses of a customer who has more than are kept. */
export async function cutIpHistory(database: OrganisationDatabase, customerId: number): Promise<void> {
  await database.run(cut, [database.organisationId, customerId]);
}
