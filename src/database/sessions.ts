// What is asked of PostgreSQL about sessions: who they are, whom they wait for, and that none of a migration ends by the clock.

/**
 * SQL that says which session of `pg_stat_activity` it is, as an operator finds it. PostgreSQL hides from where, and since when, the sessions of
 * other accounts are there.
 */
export const SESSION = `format('process %s of the server, %s%s', pid, coalesce(nullif(application_name, ''), usename::text),
  case when backend_start is not null then format(', from %s, since %s', coalesce(host(client_addr), 'a socket'),
    to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) end)`;

/** Who is said to hold a lock that is free by the time somebody looks. */
export const GONE = 'a session which just ended';

const TIMEOUTS = `('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`;

/** SQL that lets a transaction take as long as it takes, whatever account and database say. Not every server knows all of them. */
export const NO_TIMEOUTS = `select set_config(name, '0', true) from pg_settings where name in ${TIMEOUTS}`;

/** The same for a session, lock timeout included, and what takes it back: a pooler may hand the session to another. */
export const NO_TIMEOUTS_OF_SESSION = `
  select set_config(name, '0', false) from pg_settings where name in ${TIMEOUTS} or name = 'lock_timeout'`;
export const USUAL_TIMEOUTS = `
  select set_config(name, reset_val, false) from pg_settings where name in ${TIMEOUTS} or name = 'lock_timeout'`;

/** Whom a session waits for, and for which table if it is one. */
export interface Wait {
  holder: string;
  table: string | null;
}

/** SQL of the `Wait` of a session; no row while it waits for nobody. */
export function waitOf(pid: number): string {
  return `
    select ${SESSION} as holder, (
      select relation::regclass::text from pg_locks
      where pg_locks.pid = ${pid} and relation is not null and (not granted or locktype = 'tuple') order by granted limit 1
    ) as table
    from pg_stat_activity where pid = any (pg_blocking_pids(${pid})) order by xact_start limit 1`;
}
