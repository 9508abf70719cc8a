// Whether the role that serves requests may be trusted with a database: anybody who may make roles can have made one of that name.
import type pg from 'pg';
import { ConfigError } from '../../config.ts';
import type { Log } from '../../log.ts';
import { SCHEMA_OID } from '../schema.ts';

/** What the role must not be: how it is said, by which column it is known, and what takes it back. */
const forbidden = [
  ['may log in', 'rolcanlogin', 'nologin'],
  ['is a superuser', 'rolsuper', 'nosuperuser'],
  ['is not bound by row level security (BYPASSRLS)', 'rolbypassrls', 'nobypassrls'],
  ['may create roles (CREATEROLE)', 'rolcreaterole', 'nocreaterole'],
] as const;

/**
 * Checks that the role may do nothing but what it is granted here. One that is not there is harmless.
 *
 * @param role - SQL that gives its name
 * @throws ConfigError naming what it may do, and what takes that back
 */
export async function assertHarmless(client: pg.ClientBase, role: string): Promise<void> {
  const { rows } = await client.query(`
    select quote_ident(r.rolname) as name, ${forbidden.map(([, column]) => `r.${column}`).join(', ')},
      (select string_agg(quote_ident(g.rolname), ', ' order by g.rolname)
       from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid) as groups
    from pg_roles r where r.rolname = ${role}`);
  const [row] = rows;
  if (!row) return;
  const found = forbidden.filter(([, column]) => row[column]);
  const traits = found.map(([trait]): string => trait);
  const commands = found.length > 0 ? [`alter role ${row.name} ${found.map(([, , undo]) => undo).join(' ')};`] : [];
  if (row.groups) {
    traits.push(`is a member of ${row.groups}`);
    commands.push(`revoke ${row.groups} from ${row.name};`);
  }
  if (traits.length === 0) return;
  throw new ConfigError(
    `The role ${row.name} cannot be trusted to serve requests, because it ${traits.join(', ')}: have an administrator run: ${commands.join(' ')} or drop the role if nobody knows who created it.`,
  );
}

/** Whether the role holds nothing here yet: who owns the database grants CONNECT, any other owner of the tables these. */
const IS_FIRST = `(
  select not exists (
    select from aclexplode(case when pg_has_role(current_user, d.datdba, 'usage') then d.datacl
      else (select relacl from pg_class where relnamespace = ${SCHEMA_OID} and relname = 'customer') end) a
    where a.grantee = r.oid
  ) from pg_database d where d.datname = current_database())`;

/** Whether a member may act as the role, or do what it may. Before PostgreSQL 16 every member may. */
const ACTS = `(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) or coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true))`;

/**
 * Checks, before anything in this database is granted to the role, that nobody may act as it whom nobody here has let in. An administrator
 * who made it for us, and may only grant it, is named in the log.
 *
 * @param role - SQL that gives its name
 * @throws ConfigError naming whoever may act as it
 */
export async function assertNobodyElses(client: pg.ClientBase, role: string, log: Log): Promise<void> {
  const { rows } = await client.query<{ name: string; member: string; acts: boolean }>(`
    select quote_ident(r.rolname) as name, quote_ident(o.rolname) as member, bool_or(${ACTS}) as acts
    from pg_roles r join pg_auth_members m on m.roleid = r.oid join pg_roles o on o.oid = m.member
    where r.rolname = ${role} and ${IS_FIRST} and not o.rolsuper and o.rolname <> current_user
    group by 1, 2 order by 2`);
  const [first] = rows;
  if (!first) return;
  const acting = rows.filter(({ acts }) => acts).map(({ member }) => member);
  if (acting.length === 0) {
    const administrators = rows.map(({ member }) => member).join(', ');
    log.warn(`the serving role ${first.name} was created by another account; it can be granted by: ${administrators}`);
    return;
  }
  throw new ConfigError(
    `The role ${first.name} existed before this database first used it to serve requests, and other accounts may act as it: have an administrator run: revoke ${first.name} from ${acting.join(', ')}; and grant it again, after the start, to the accounts that serve requests.`,
  );
}
