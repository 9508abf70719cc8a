// The role that serves requests: it owns no table, so row level security binds it. Every database has its own, since roles belong to the
// whole server: whoever may act as the role of another gateway's database may do nothing in this one.
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';

/** SQL that names the role of the database that it runs in, whatever a pooler calls that. A name too long for a role is shortened. */
export const SERVING_ROLE = `('customer_gateway_' || case when octet_length(current_database()::text) > 46
  then md5(current_database()::text) else current_database()::text end)`;

/** What it may do, beyond using the schema. The audit trail is written and read, never changed. */
const tables: Record<string, readonly string[]> = {
  api_key: ['select', 'insert', 'update', 'delete'],
  audit_entry: ['select', 'insert'],
  credit_entry: ['select', 'insert', 'update', 'delete'],
  customer: ['select', 'insert', 'update', 'delete'],
  customer_group: ['select', 'insert', 'update', 'delete'],
  customer_group_membership: ['select', 'insert', 'update', 'delete'],
  customer_ip: ['select', 'insert', 'update', 'delete'],
  idempotency_key: ['select', 'insert', 'update', 'delete'],
  // Whether there is anything left to migrate.
  migration: ['select'],
  organisation: ['select'],
  referral: ['select', 'insert', 'update', 'delete'],
  subscription: ['select', 'insert', 'update', 'delete'],
};

/** The sequences behind the rows that requests make. */
const sequences = ['api_key', 'audit_entry', 'credit_entry', 'customer', 'customer_group', 'subscription'].map(
  (table) => `${table}_id_seq`,
);

/** The one look-up that crosses the wall; nobody else's. */
const FUNCTION = 'find_api_key(text)';

const SCHEMA = `current_schema()::text`;

/** Whether the account may act as the role: PostgreSQL 16 tells being a member from being allowed to. */
const MAY_SET_ROLE = `pg_has_role(current_user, r.oid, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)`;

/** Whether the account may say who connects, and whether nobody has said so yet: then everybody may. */
const database = `
  select pg_has_role(current_user, datdba, 'usage') as owned, datacl is null as open from pg_database where datname = current_database()`;

const isComplete = `
  select ${MAY_SET_ROLE}
    and has_schema_privilege(r.oid, ${SCHEMA}, 'usage')
    ${Object.entries(tables)
      .flatMap(([table, privileges]) => privileges.map((privilege) => ['table', table, privilege]))
      .concat(sequences.map((sequence) => ['sequence', sequence, 'usage']))
      .map(([kind, name, privilege]) => `and has_${kind}_privilege(r.oid, '${name}', '${privilege}')`)
      .join('\n    ')}
    and has_function_privilege(r.oid, '${FUNCTION}', 'execute') and not has_function_privilege('public', '${FUNCTION}', 'execute')
    and (not d.owned or has_database_privilege(r.oid, current_database(), 'connect') and not d.open) as complete
  from pg_roles r, (${database}) d where r.rolname = ${SERVING_ROLE}`;

const grants = [
  ...Object.entries(tables).map(([table, privileges]) => `${privileges.join(', ')} on ${table}`),
  ...sequences.map((sequence) => `usage on sequence ${sequence}`),
  `execute on function ${FUNCTION}`,
];

const completing = `
  do $$
  declare
    serving constant text := ${SERVING_ROLE};
    d record;
  begin
    if not exists (select from pg_roles where rolname = serving) then
      execute format('create role %I nologin', serving);
    end if;
    begin
      execute format('grant %I to %I', serving, current_user);
    exception when insufficient_privilege then
      null; -- An administrator made it, and grants it to whoever serves.
    end;
    execute format('grant usage on schema %I to %I', ${SCHEMA}, serving);
    ${grants.map((grant) => `execute format('grant ${grant} to %I', serving);`).join('\n    ')}
    revoke execute on function ${FUNCTION} from public;
    for d in ${database} loop
      if d.owned then
        execute format('grant connect on database %I to %I', current_database(), serving);
      end if;
      if d.owned and d.open then
        execute format('revoke connect on database %I from public', current_database());
      end if;
    end loop;
  end $$`;

/** SQLSTATE of what the account may not do, and of a role that is not there. */
const NOT_PERMITTED = '42501';
const NO_ROLE = '22023';

/** Whether the role is there and may do all that it has to. The tables must be there. */
export async function isServingRoleComplete(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ complete: boolean }>(isComplete);
  return rows[0]?.complete === true;
}

/**
 * Makes the role and grants it what it needs, also after a restore onto a server without it. Who else may connect is decided here only while
 * nobody has.
 *
 * @param client - of the owner of the tables, in a transaction, which is lost when this fails
 * @throws ConfigError when the account may not do that
 */
export async function completeServingRole(client: pg.ClientBase): Promise<void> {
  const { role, account, exists } = await names(client);
  try {
    await client.query(completing);
  } catch (error) {
    if (!isNotPermitted(error)) throw error;
    const sentence = exists
      ? `The role ${role} lacks privileges that this account may not grant: run "npm run migrate" as the owner of the tables.`
      : missing(role, account);
    throw new ConfigError(sentence, { cause: error });
  }
}

/**
 * Says what to do when the account that serves requests may not act as the role.
 *
 * @param error - what a statement that had to act as it failed with
 * @throws ConfigError, or the error itself when it is of another kind
 */
export async function explainServingRole(error: unknown, connection: DatabaseConnection): Promise<never> {
  if (!isNotPermitted(error)) throw error;
  const client = new pg.Client(clientOptions(connection, { application_name: 'gateway start' }));
  client.on('error', () => {});
  try {
    await client.connect();
    await assertMayServe(client);
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Checks that an account may act as the role.
 *
 * @throws ConfigError saying what to do when it may not
 */
export async function assertMayServe(client: pg.ClientBase): Promise<void> {
  const { role, account, exists, allowed } = await names(client);
  if (!exists) throw new ConfigError(missing(role, account));
  if (allowed) return;
  throw new ConfigError(
    `The account of DATABASE_URL may not act as the role that serves requests: have an administrator run: grant ${role} to ${account};`,
  );
}

/** Whether a failure says that the account may not do something, or that there is no such role. */
export function isNotPermitted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === NOT_PERMITTED || error.code === NO_ROLE);
}

function missing(role: string, account: string): string {
  return `The database has no role ${role} to serve requests by, and this account may not make it: run "npm run migrate" as the owner of the tables with CREATEROLE, or have an administrator run: create role ${role} nologin; grant ${role} to ${account};`;
}

/** The names, quoted where SQL needs that. */
async function names(
  client: pg.ClientBase,
): Promise<{ role: string; account: string; exists: boolean; allowed: boolean }> {
  const { rows } = await client.query(`
    select quote_ident(${SERVING_ROLE}) as role, quote_ident(current_user) as account, r.oid is not null as exists,
      coalesce(${MAY_SET_ROLE}, false) as allowed
    from (values (1)) one left join pg_roles r on r.rolname = ${SERVING_ROLE}`);
  return rows[0];
}
