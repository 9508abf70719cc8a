// How rows are called in findings: by public references, never by anything of a person.

/** SQL that calls a row by its public reference; one that does not look like one may be anything, and is not shown. */
const byReference = (what: string, column: string, form: string) => (row: string) =>
  `case when ${row}.${column} ~ '${form}' then '${what} ' || ${row}.${column} else '${what} with the id ' || ${row}.id end`;

const REFERENCE_FORM = '^[A-Za-z0-9]{16}$';

/** SQL that calls a row of `customer`. */
export const nameOfCustomer = byReference('customer', 'cu_ref_no', REFERENCE_FORM);

/** SQL that calls the customer that a column of a row leads to, also where there is none. */
export const customerOf = (row: string, column = 'customer_id') => `
  coalesce(
    (select ${nameOfCustomer('k')} from customer k where k.organisation_id = ${row}.organisation_id and k.id = ${row}.${column}),
    'customer with the id ' || ${row}.${column}
  )`;

const groupOf = (row: string) => `
  coalesce(
    (select 'group ' || g.slug from customer_group g where g.organisation_id = ${row}.organisation_id and g.id = ${row}.group_id),
    'group with the id ' || ${row}.group_id
  )`;

/** SQL that calls a row of each table; a new table has its line here. */
const subjects: Record<string, (row: string) => string> = {
  organisation: (row) => `'organisation with the id ' || ${row}.id`,
  api_key: byReference('API key', 'fingerprint', '^(PROD|DEV_|ROOT)[A-Za-z0-9]{4}$'),
  api_key_use: (row) => `'use of the API key with the id ' || ${row}.api_key_id`,
  customer: nameOfCustomer,
  customer_group: (row) => `'group ' || ${row}.slug`,
  customer_group_membership: (row) => `'membership of ' || ${customerOf(row)} || ' in ' || ${groupOf(row)}`,
  referral: (row) => `'referral of ' || ${customerOf(row)}`,
  subscription: byReference('subscription', 'external_id', REFERENCE_FORM),
  credit_entry: byReference('credit entry', 'transaction_id', REFERENCE_FORM),
  customer_ip: (row) => `'IP history of ' || ${customerOf(row)}`,
  change_entry: (row) => `'change entry with the id ' || ${row}.id`,
  change_value: (row) => `'value of the change entry with the id ' || ${row}.entry_id`,
  import_run: (row) => `'import with the number ' || ${row}.id`,
  import_reference: (row) =>
    `'reference in the import with the number ' || ${row}.run_id || ' of ' || ${customerOf(row)}`,
  import_referral: (row) =>
    `'referral in the import with the number ' || ${row}.run_id || ' for ' || ${customerOf(row)}`,
  idempotency_key: (row) => `'idempotency key that was claimed at ' || ${row}.created_at`,
};

/** SQL that calls a row of a table. */
export function subjectOf(table: string, row: string): string {
  const subject = subjects[table];
  if (!subject) throw new Error(`src/check/subjects.ts does not say how a row of ${table} is called`);
  return subject(row);
}
