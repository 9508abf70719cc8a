// An organisation that has everything: in the rows that are shown nothing is null that can be something.
import { createDatabase, createKey, createOrganisation, runSql } from './database.ts';

/** An address that every database of `testDatabases` knows, and all of it. */
export const KNOWN_ADDRESS = '89.160.20.112';
export const KNOWN_NAME = 'host.example';
/** The zone that gives that address its name. */
export const knownZone = {
  'PTR 112.20.160.89.in-addr.arpa': [KNOWN_NAME],
  [`A ${KNOWN_NAME}`]: [KNOWN_ADDRESS],
};

export interface Everything {
  databaseUrl: string;
  organisationId: number;
  /** Two customers, each of whom brought the other. */
  customers: { id: number; cuRefNo: string; email: string; externalId: string }[];
  /** Fingerprint of the organisation's newest API key. */
  fingerprint: string;
  rootKey: string;
}

/** What a column holds of which nothing is said. */
const samples: Record<string, (column: string) => unknown> = {
  'character varying': (column) => column.slice(0, 16),
  text: (column) => `some ${column}`,
  integer: (column) => 1_000 + column.length,
  bigint: (column) => 2_000 + column.length,
  smallint: (column) => column.length,
  'double precision': (column) => column.length + 0.5,
  boolean: () => true,
  jsonb: (column) => JSON.stringify({ [column]: [1, null, 'ž'] }),
  inet: () => KNOWN_ADDRESS,
  'timestamp with time zone': (column) => `2026-01-${10 + (column.length % 20)}T08:30:00.125Z`,
  date: () => '2026-01-31',
  ARRAY: (column) => [column],
};

/** Inserts a row with a value in every column, also in those that nobody has thought of here. */
async function insertFull<Row extends object>(url: string, table: string, row: Record<string, unknown>): Promise<Row> {
  const columns = await runSql<{ name: string; type: string; length: number | null }>(
    url,
    `select column_name as name, data_type as type, character_maximum_length as length
     from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_identity = 'NO' and coalesce(column_default, '') not like 'nextval%'`,
    [table],
  );
  const values = columns.map(({ name, type, length }) => {
    if (name in row) return row[name];
    const sample = samples[type];
    if (!sample) throw new Error(`${table}.${name}: there is no sample of ${type}`);
    const value = sample(name);
    return typeof value === 'string' && length !== null ? value.slice(0, length) : value;
  });
  const names = columns.map(({ name }) => name).join(', ');
  const places = columns.map((_, i) => `$${i + 1}`).join(', ');
  const [made] = await runSql<Row>(url, `insert into ${table} (${names}) values (${places}) returning *`, values);
  if (!made) throw new Error(`${table}: no row was made`);
  return made;
}

/** Makes a database with an organisation that has everything. */
export async function makeEverything(): Promise<Everything> {
  const databaseUrl = await createDatabase();
  const organisationId = await createOrganisation(databaseUrl);
  const full = <Row extends object>(table: string, row: Record<string, unknown>) =>
    insertFull<Row>(databaseUrl, table, { organisation_id: organisationId, ...row });
  const customers = [];
  for (const name of ['first', 'second']) {
    const email = `${name}@example.com`;
    const cuRefNo = `${name}0000000000`.slice(0, 11).padEnd(16, '0');
    const { id } = await full<{ id: string }>('customer', {
      cu_ref_no: cuRefNo,
      email,
      canonical_email: email,
      phone: '+420 777123456',
      first_name: `First ${name}`,
      country: 'CZ',
      primary_locale: 'en-GB',
      change_count: 1,
      last_seen_at: new Date(),
      deleted_at: null,
      merged_into: null,
      erased_at: null,
    });
    const externalId = `${name}Running0000000`.slice(0, 16).padEnd(16, '0');
    customers.push({ id: Number(id), cuRefNo, email, externalId });
    const owned = { customer_id: id };
    const change = { subject: 'customer', reference: cuRefNo, action: 'updated', ordinal: 1, fields: ['firstName'] };
    const { id: entryId } = await full<{ id: string }>('change_entry', change);
    await full('change_value', { entry_id: entryId, field: 'firstName' });
    await full('credit_entry', { ...owned, transaction_id: `${name}Entry`.padEnd(16, '0') });
    for (const slug of ['a', 'b']) {
      const group = await full<{ id: number }>('customer_group', {
        name: `Group ${slug}`,
        slug: `${name}-${slug}`,
        deleted_at: null,
      });
      await full('customer_group_membership', { ...owned, group_id: group.id });
    }
    await full('subscription', {
      ...owned,
      external_id: externalId,
      order_hash: `${name}`.padEnd(32, '0'),
      order_number: `${name}-1`,
      ends_at: new Date(Date.now() + 86_400_000),
    });
    await full('customer_ip', { ...owned, address: KNOWN_ADDRESS });
  }
  const [one, two] = customers as [(typeof customers)[0], (typeof customers)[0]];
  await full('referral', { customer_id: one.id, referrer_id: two.id });
  await full('referral', { customer_id: two.id, referrer_id: one.id });
  const rootKey = await createKey(databaseUrl, organisationId, { prefix: 'ROOT' });
  const { id: keyId, fingerprint } = await full<{ id: number; fingerprint: string }>('api_key', {
    digest: 'f'.repeat(64),
    fingerprint: 'PRODfull',
    scopes: ['customer:read'],
    limit_per_minute: 7,
  });
  await full('api_key_use', { api_key_id: keyId, day: new Date().toISOString().slice(0, 10), requests: 7 });
  await full('change_entry', { subject: 'api_key', reference: fingerprint, ordinal: null });
  return { databaseUrl, organisationId, customers, fingerprint, rootKey };
}
