// What the role that serves requests may do in the database: every table of the gateway stands here.

/** Tables that only processes of the version before use; the next version drops them. */
export const tablesOfVersionBefore = ['audit_entry'];

/** Each table, and what requests may do with it. The change log is written and read, never changed; erasing takes its values away. */
export const tablePrivileges: Record<string, readonly string[]> = {
  api_key: ['select', 'insert', 'update', 'delete'],
  // Counted by a function of the owner.
  api_key_use: ['select'],
  audit_entry: ['select', 'insert'],
  change_entry: ['select', 'insert'],
  change_value: ['select', 'insert', 'delete'],
  credit_entry: ['select', 'insert', 'update', 'delete'],
  customer: ['select', 'insert', 'update', 'delete'],
  customer_group: ['select', 'insert', 'update', 'delete'],
  customer_group_membership: ['select', 'insert', 'update', 'delete'],
  customer_ip: ['select', 'insert', 'update', 'delete'],
  idempotency_key: ['select', 'insert', 'update', 'delete'],
  // Imports are the owner's: nothing of them is for requests.
  import_reference: [],
  import_referral: [],
  import_run: [],
  // Whether there is anything left to migrate.
  migration: ['select'],
  organisation: ['select'],
  referral: ['select', 'insert', 'update', 'delete'],
  subscription: ['select', 'insert', 'update', 'delete'],
};

/** All of them. */
export const tables = Object.keys(tablePrivileges);

/** The sequences behind the rows that requests make. */
export const sequences = [
  'api_key',
  'audit_entry',
  'change_entry',
  'credit_entry',
  'customer',
  'customer_group',
  'subscription',
].map((table) => `${table}_id_seq`);

/**
 * What the role that serves requests cannot do itself, each by a function of the owner, and nobody else's to execute: the look-up of a key, background work,
 * the erasure of kept answers, what keys were used for; and the search by parts of text, of one organisation.
 */
export const functions = [
  'find_api_key(text)',
  'expire_idempotency_keys(integer)',
  'bound_idempotency_keys(integer, bigint, bigint)',
  'clear_deleted_groups(integer)',
  'erase_kept_answers(text[], text[])',
  'note_api_key_use(integer[], integer[], double precision[])',
  'fold_for_search(text)',
  'search_pattern(text)',
  'search_customers(text[], integer)',
];

/** Everything that is granted one by one, as `grant` and `revoke` name it. */
export const objects = [
  ...tables.map((table) => `table ${table}`),
  ...sequences.map((sequence) => `sequence ${sequence}`),
  ...functions.map((signature) => `function ${signature}`),
];

/** What is granted, as `grant` says it. */
export const grants = [
  ...Object.entries(tablePrivileges).flatMap(([table, privileges]) =>
    privileges.length > 0 ? [`${privileges.join(', ')} on ${table}`] : [],
  ),
  ...sequences.map((sequence) => `usage on sequence ${sequence}`),
  ...functions.map((signature) => `execute on function ${signature}`),
];

/** SQL of the conditions that all of it is granted to the role whose number an expression gives. */
export function hasAll(role: string): string {
  const granted = Object.entries(tablePrivileges)
    .flatMap(([table, privileges]) => privileges.map((privilege) => ['table', table, privilege]))
    .concat(sequences.map((sequence) => ['sequence', sequence, 'usage']))
    .map(([kind, name, privilege]) => `has_${kind}_privilege(${role}, '${name}', '${privilege}')`);
  return [
    `has_schema_privilege(${role}, current_schema()::text, 'usage')`,
    ...granted,
    ...functions.map(
      (signature) =>
        `has_function_privilege(${role}, '${signature}', 'execute') and not has_function_privilege('public', '${signature}', 'execute')`,
    ),
  ].join('\n    and ');
}
