// Who may connect to the database: no longer everybody, where nobody has decided it, and no role of another database.
import type pg from 'pg';
import { isNotPermitted } from '../../errors/classify.ts';
import type { Log } from '../../log.ts';
import { SCHEMA_OID } from '../schema.ts';
import { functions, objects, sequences, tables } from './serving-privileges.ts';

/** Whether the account may say who connects, and whether nobody has said so yet: then everybody may. */
const database = `
  select pg_has_role(current_user, datdba, 'usage') as owned, datacl is null as undecided from pg_database where datname = current_database()`;

const list = (names: readonly string[]) => `array[${names.map((name) => `'${name}'`).join(', ')}]`;

/**
 * SQL of the condition that the database holds tables or views that are not the gateway's, nor an extension's: their users would be shut out if
 * only those of the gateway could connect.
 */
export const HOLDS_OTHERS = `exists (
  select from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not (n.oid = ${SCHEMA_OID} and c.relname = any (${list(tables)}))
    and not exists (select from pg_depend p where p.classid = 'pg_class'::regclass and p.objid = c.oid and p.deptype = 'e'))`;

/**
 * Members of the role who log in, and cannot connect: those who do not inherit what it may. One who may only grant it is none of them.
 *
 * @param role - SQL that gives its number
 */
const shutOut = (role: string) => `
  select o.rolname from pg_roles o
  where o.rolcanlogin and not o.rolsuper and not has_database_privilege(o.oid, current_database(), 'connect')
    and pg_has_role(o.oid, ${role}, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)`;

/** SQL of the condition that the role, and whoever may act as it, may connect, as far as this account decides that. */
export function mayConnect(role: string): string {
  return `(select not owned or (not undecided and has_database_privilege(${role}, current_database(), 'connect') and not exists (${shutOut(role)}))
    from (${database}) d)`;
}

/**
 * Lets the role and its members connect, and nobody else if nobody has decided that yet. Does nothing where the account does not own the
 * database.
 *
 * @param role - SQL that gives the role's name
 */
export async function settleConnect(client: pg.ClientBase, role: string): Promise<void> {
  await client.query(`
    do $$
    declare
      serving constant text := ${role};
      d record;
      m record;
    begin
      for d in ${database} and pg_has_role(current_user, datdba, 'usage') loop
        execute format('grant connect on database %I to %I', current_database(), serving);
        if d.undecided and not ${HOLDS_OTHERS} then
          execute format('revoke connect on database %I from public', current_database());
        end if;
        for m in ${shutOut(`(select oid from pg_roles where rolname = serving)`)} loop
          execute format('grant connect on database %I to %I', current_database(), m.rolname);
        end loop;
      end loop;
    end $$`);
}

/**
 * Takes all that roles of other databases hold in this one: it may have had another name, or be a copy. The role that version 0.1.0 shares
 * keeps what it has.
 *
 * @param role - SQL that gives the name of this database's own
 */
export async function takeFromOthers(client: pg.ClientBase, role: string, log: Log): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select distinct quote_ident(r.rolname) as name
    from (
      select relacl from pg_class where relnamespace = ${SCHEMA_OID} and relname = any (${list([...tables, ...sequences])})
      union all select proacl from pg_proc where pronamespace = ${SCHEMA_OID} and proname = any (${list(functions.map((signature) => signature.replace(/\(.*/, '')))})
      union all select nspacl from pg_namespace where oid = ${SCHEMA_OID}
      union all select datacl from pg_database where datname = current_database()
    ) lists (list), aclexplode(list) a join pg_roles r on r.oid = a.grantee
    where r.rolname like 'customer\\_gateway\\_%' and r.rolname <> ${role} and not r.rolcanlogin
    order by 1`);
  if (rows.length === 0) return;
  const others = rows.map(({ name }) => name).join(', ');
  const [here] = (
    await client.query(`
      select owned, quote_ident(current_database()) as name, quote_ident(current_schema()) as schema from (${database}) d`)
  ).rows;
  const revoke = (what: string) => client.query(`revoke all on ${what} from ${others}`);
  for (const object of objects) await revoke(object);
  await client.query('savepoint schema_of_others');
  await revoke(`schema ${here.schema}`).catch(async (error: unknown) => {
    // Who owns the tables need not own the schema; without them it is of no use.
    if (!isNotPermitted(error)) throw error;
    await client.query('rollback to savepoint schema_of_others');
  });
  if (here.owned) await revoke(`database ${here.name}`);
  log.warn(`revoked the privileges that roles of other databases held in this one: ${others}`);
}

/** How it is, for an account that may decide it. */
interface Openness {
  owned: boolean;
  open: boolean;
  name: string;
  others: boolean;
}

/** Tells operators when the database was closed to others, and that it is open. */
export class ConnectNotice {
  readonly #client: pg.ClientBase;
  readonly #log: Log;
  #last: Openness | undefined;

  /** @param client - in a transaction that has not failed, or in none, whenever something is asked here */
  constructor(client: pg.ClientBase, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  /** Looks who may connect, and says so if that is no longer everybody since the last look. */
  async look(): Promise<void> {
    const { rows } = await this.#client.query<Openness>(`
      select d.owned, has_database_privilege('public', current_database(), 'connect') as open, quote_ident(current_database()) as name,
        ${HOLDS_OTHERS} as others
      from (${database}) d`);
    const [now] = rows;
    if (this.#last?.open && now && !now.open) {
      this.#log.warn(
        `connections to the database ${now.name} are now limited to its owner and the members of the serving role; to admit another account, run: grant connect on database ${now.name} to …;`,
      );
    }
    this.#last = now;
  }

  /** Looks, and warns whoever may close the database that it is open. */
  async conclude(): Promise<void> {
    await this.look();
    const { owned, open, name, others } = this.#last ?? {};
    if (!owned || !open) return;
    const reason = others ? " (it was not restricted, because it holds tables that are not the gateway's)" : '';
    this.#log.warn(
      `every account of the server may connect to the database ${name}${reason}, including those of other gateways, which on PostgreSQL 15 and older may read it as members of the role customer_gateway of version 0.1.0; to restrict access, run: revoke connect on database ${name} from public;`,
    );
  }
}
