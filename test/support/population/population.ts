// A database full of customers that are made up: many organisations, of which one has half of all, and one a hundred.
import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { canonicalEmail } from '../../../src/customer/email.ts';
import { clientOptions, parseDatabaseUrl } from '../../../src/database-url.ts';
import { groupShares, type MadeUpCustomer, makeUpCustomer } from './customer.ts';

/** Customers of the smallest organisation. */
const SMALLEST = 100;
/** Characters of text that are handed to PostgreSQL at once. */
const CHUNK = 1 << 18;

/** What a population is made of. */
export interface PopulationTraits {
  /** Customers in all; a thousand at least. */
  total: number;
  organisations: number;
  seed: number;
}

/** An organisation of a population. */
export interface PopulatedOrganisation {
  readonly id: number;
  readonly slug: string;
  readonly customers: number;
}

/** A million customers of twenty organisations. */
export const MILLION: PopulationTraits = { total: 1_000_000, organisations: 20, seed: 20 };

/** How many customers each organisation has: the first half of all, the last a hundred, those between them the less the later they are. */
export function sizesOf({ total, organisations }: PopulationTraits): number[] {
  const half = Math.floor(total / 2);
  const between = organisations - 2;
  const weights = Array.from({ length: between }, (_, i) => between - i);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const left = total - half - SMALLEST;
  const sizes = weights.map((weight) => Math.floor((left * weight) / sum));
  sizes[0] = (sizes[0] ?? 0) + left - sizes.reduce((all, size) => all + size, 0);
  return [half, ...sizes, SMALLEST];
}

/** Spreads the organisations over the customers: which one each belongs to, in the order of age. */
function* owners(sizes: readonly number[]): Generator<number> {
  const total = sizes.reduce((all, size) => all + size, 0);
  const given = sizes.map(() => 0);
  // Each organisation is as far as all of them together, so that none has only old customers.
  for (let n = 0; n < total; n++) {
    let next = 0;
    let behind = Number.NEGATIVE_INFINITY;
    for (const [i, size] of sizes.entries()) {
      const lag = (size * (n + 1)) / total - (given[i] ?? 0);
      if ((given[i] ?? 0) < size && lag > behind) [next, behind] = [i, lag];
    }
    given[next] = (given[next] ?? 0) + 1;
    yield next;
  }
}

/** Everybody of a population, with the position of the organisation. */
export function* everybody(
  traits: PopulationTraits,
): Generator<readonly [organisation: number, customer: MadeUpCustomer]> {
  let n = 0;
  for (const owner of owners(sizesOf(traits))) {
    yield [owner, makeUpCustomer(n, traits.total, traits.seed)];
    n += 1;
  }
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value as `COPY` reads it. */
export function copied(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (value instanceof Date) return value.toISOString();
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

/** Writes rows into a table. */
async function copyRows(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
) {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const finished = once(stream, 'finish');
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.map(copied).join('\t')}\n`;
    if (chunk.length < CHUNK) continue;
    if (!stream.write(chunk)) await once(stream, 'drain');
    chunk = '';
  }
  stream.end(chunk);
  await finished;
}

/** Columns of a made-up customer, by its members. */
export const customerColumns = {
  id: 'id',
  cuRefNo: 'cu_ref_no',
  email: 'email',
  phone: 'phone',
  firstName: 'first_name',
  lastName: 'last_name',
  companyName: 'company_name',
  companyRegistrationNumber: 'company_registration_number',
  taxIdentificationNumber: 'tax_identification_number',
  streetAddress: 'street_address',
  city: 'city',
  postalCode: 'postal_code',
  country: 'country',
  primaryLocale: 'primary_locale',
  newsletter: 'newsletter',
  creditBalance: 'credit_balance',
  premium: 'premium',
  createdAt: 'created_at',
  lastSeenAt: 'last_seen_at',
  lastIp: 'last_ip',
  bannedAt: 'banned_at',
  deletedAt: 'deleted_at',
} as const;

/**
 * Fills a database that has the gateway's tables, and no customers.
 *
 * @returns the organisations, the largest first; those of a population with the same traits are the same
 */
export async function populate(databaseUrl: string, traits: PopulationTraits): Promise<PopulatedOrganisation[]> {
  const client = new pg.Client(clientOptions(parseDatabaseUrl(databaseUrl)));
  await client.connect();
  try {
    const organisations = await addOrganisations(client, traits);
    const groups = await addGroups(client, organisations);
    const names = Object.keys(customerColumns) as (keyof typeof customerColumns)[];
    const columns = ['organisation_id', 'canonical_email', 'updated_at', ...Object.values(customerColumns)];
    const idOf = (position: number) => organisations[position]?.id;
    const each = function* (row: (organisation: number, customer: MadeUpCustomer) => Iterable<readonly unknown[]>) {
      for (const [organisation, customer] of everybody(traits)) yield* row(organisation, customer);
    };
    await copyRows(
      client,
      'customer',
      columns,
      each((organisation, customer) => [
        [
          idOf(organisation),
          customer.email && canonicalEmail(customer.email),
          customer.createdAt,
          ...names.map((name) => customer[name]),
        ],
      ]),
    );
    await copyRows(
      client,
      'customer_group_membership',
      ['organisation_id', 'customer_id', 'group_id'],
      each((organisation, { id, groups: positions }) =>
        positions.map((position) => [idOf(organisation), id, groups[organisation]?.[position]]),
      ),
    );
    await addCredit(client);
    await addSubscriptions(client, each, idOf);
    await client.query(`select setval(pg_get_serial_sequence('customer', 'id'), ${traits.total})`);
    await client.query('vacuum analyze');
    return organisations;
  } finally {
    await client.end();
  }
}

async function addOrganisations(client: pg.Client, traits: PopulationTraits): Promise<PopulatedOrganisation[]> {
  const organisations: PopulatedOrganisation[] = [];
  for (const [i, customers] of sizesOf(traits).entries()) {
    const slug = `population-${i + 1}`;
    const text = 'insert into organisation (slug, name) values ($1, $1) returning id';
    const { rows } = await client.query<{ id: number }>(text, [slug]);
    organisations.push({ id: rows[0]?.id ?? 0, slug, customers });
  }
  return organisations;
}

/** Adds the groups of each organisation; returns their ids. */
async function addGroups(client: pg.Client, organisations: readonly PopulatedOrganisation[]): Promise<number[][]> {
  const ids: number[][] = [];
  for (const { id } of organisations) {
    const { rows } = await client.query<{ id: number }>(
      `insert into customer_group (organisation_id, name, slug)
       select $1::int, 'Group ' || n, 'group-' || n from generate_series(1, $2::int) n order by n returning id`,
      [id, groupShares.length],
    );
    ids.push(rows.map((row) => row.id));
  }
  return ids;
}

/** Adds an entry to the ledger of each customer who has credit. */
async function addCredit(client: pg.Client): Promise<void> {
  await client.query(`
    insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author, created_at)
    select organisation_id, id, cu_ref_no, credit_balance, credit_balance, 'Brought along', 'command:population', created_at
    from customer where credit_balance <> 0 order by id`);
}

async function addSubscriptions(
  client: pg.Client,
  each: (
    row: (organisation: number, customer: MadeUpCustomer) => Iterable<readonly unknown[]>,
  ) => Iterable<readonly unknown[]>,
  idOf: (organisation: number) => number | undefined,
): Promise<void> {
  const columns = ['organisation_id', 'customer_id', 'external_id', 'product_slug', 'product_code'];
  await copyRows(
    client,
    'subscription',
    [...columns, 'order_number', 'order_hash', 'auto_renew', 'starts_at'],
    each((organisation, { id, cuRefNo, subscriptions, createdAt }) =>
      Array.from({ length: subscriptions }, (_, i) => [
        idOf(organisation),
        id,
        `${cuRefNo.slice(0, 15)}${i}`,
        'year',
        'YEAR',
        `${id}-${i}`,
        cuRefNo.repeat(2),
        i === 0,
        createdAt,
      ]),
    ),
  );
}
