// The role that serves requests: it owns no table, so row level security binds it. Every database has its own, since roles belong to the
// whole server: whoever may act as the role of another gateway's database may do nothing in this one.
import pg from 'pg';
import { ConfigError } from '../../config.ts';
import { clientOptions, type DatabaseConnection } from '../../database-url.ts';
import { isNotPermitted } from '../../errors/classify.ts';
import type { Log } from '../../log.ts';
import { assertHarmless, assertNobodyElses } from './role-trust.ts';
import { functions, grants, hasAll } from './serving-privileges.ts';
import { mayConnect, settleConnect, takeFromOthers } from './who-may-connect.ts';

/**
 * SQL that names the role of the database that it runs in, whatever a pooler calls that. A name too long for a role is shortened; one that looks
 * like a shortened name is treated as if it were too long, so that no two databases share a role.
 */
export const SERVING_ROLE = `('customer_gateway_' || case when octet_length(current_database()::text) > 46
  or current_database()::text ~ '^[0-9a-f]{32}$' then md5(current_database()::text) else current_database()::text end)`;

/** Whether the account may act as the role: PostgreSQL 16 tells being a member from being allowed to. */
const MAY_SET_ROLE = `pg_has_role(current_user, r.oid, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)`;

const isComplete = `
  select ${MAY_SET_ROLE}
    and ${hasAll('r.oid')}
    and ${mayConnect('r.oid')} as complete
  from pg_roles r where r.rolname = ${SERVING_ROLE}`;

const making = `do $$ begin execute format('create role %I nologin', ${SERVING_ROLE}); end $$`;

const joining = `
  do $$ begin
    execute format('grant %I to %I', ${SERVING_ROLE}, current_user);
  exception when insufficient_privilege then
    null; -- An administrator made it, and grants it to whoever serves.
  end $$`;

const granting = `
  do $$
  declare
    serving constant text := ${SERVING_ROLE};
  begin
    execute format('grant usage on schema %I to %I', current_schema(), serving);
    ${grants.map((grant) => `execute format('grant ${grant} to %I', serving);`).join('\n    ')}
    ${functions.map((signature) => `revoke execute on function ${signature} from public;`).join('\n    ')}
  end $$`;

/**
 * Whether the role is there and may do all that it has to. The tables must be there.
 *
 * @throws ConfigError when it may do what it must not
 */
export async function isServingRoleComplete(client: pg.ClientBase): Promise<boolean> {
  await assertHarmless(client, SERVING_ROLE);
  const { rows } = await client.query<{ complete: boolean }>(isComplete);
  return rows[0]?.complete === true;
}

/**
 * Makes the role and grants it what it needs, also after a restore onto a server without it. Nothing is granted to a role that others may act
 * as, nor to one that this account may not act as. Who else may connect is decided here only while nobody has.
 *
 * @param client - of the owner of the tables, in a transaction, which is lost when this fails
 * @throws ConfigError when the account may not do that, or the role is not to be trusted
 */
export async function completeServingRole(client: pg.ClientBase, log: Log): Promise<void> {
  const { role, account, exists } = await names(client);
  try {
    if (!exists) await client.query(making);
    await assertHarmless(client, SERVING_ROLE);
    if (exists) await assertNobodyElses(client, SERVING_ROLE, log);
    await client.query(joining);
    await assertMayServe(client);
    await client.query(granting);
    await settleConnect(client, SERVING_ROLE);
    await takeFromOthers(client, SERVING_ROLE, log);
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
    `The account of DATABASE_URL may not act as the serving role: have an administrator run: grant ${role} to ${account};`,
  );
}

function missing(role: string, account: string): string {
  return `The database has no role ${role} to serve requests as, and this account may not create it: run "npm run migrate" as the owner of the tables with CREATEROLE, or have an administrator run: create role ${role} nologin; grant ${role} to ${account};`;
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
