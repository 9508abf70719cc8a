// Asks a database, as a call that writes would, whether it takes a write: one transaction, on a connection of its own, that changes nothing.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { clientOptions, type DatabaseConnection } from '../../database-url.ts';
import { SERVING_ROLE } from '../role/serving-role.ts';
import { DEFAULT_SEARCH_PATH } from '../settings-query.ts';
import { ORGANISATION_SETTING } from '../tenant-policy.ts';

/** Milliseconds that a statement may take; PostgreSQL itself ends it. */
const STATEMENT_TIMEOUT = 1_500;
/** Milliseconds that a lock may take; less, or a lock would be told as slowness. */
const LOCK_TIMEOUT = 1_000;
/** Milliseconds to find and end what a probe left behind. */
const CLEANING_TIMEOUT = 2_000;

/** What operators see of it in `pg_stat_activity`. */
export const PROBE_NAME = 'gateway readiness';

/** A statement of the gateway's own with values of which it changes nothing. */
export interface HarmlessStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** How far a probe has come. */
export type ProbeStage = 'connecting' | 'asking' | 'committing';

/** One question. */
export interface WriteProbe {
  /** Resolves when the write is committed; rejects with what PostgreSQL or the driver failed with. */
  readonly outcome: Promise<void>;
  stage(): ProbeStage;
  /** Gives up waiting, and ends on the server what still runs there. */
  abandon(): Promise<void>;
}

/**
 * What holds for the transaction: the role and the tenant policy of the calls it stands for, and ends that PostgreSQL keeps to even if the gateway is
 * gone. Little memory and the default place for temporary files make the next statement need the disk that new rows need.
 */
const opening = `
  begin;
  set local statement_timeout = ${STATEMENT_TIMEOUT};
  set local lock_timeout = ${LOCK_TIMEOUT};
  set local idle_in_transaction_session_timeout = ${10 * STATEMENT_TIMEOUT};
  set local enable_seqscan = off;
  set local jit = off;
  set local work_mem = '64kB';
  set local temp_tablespaces = '';
  set local ${ORGANISATION_SETTING} = '0';
  set local search_path to default;
  select set_config('search_path', ${DEFAULT_SEARCH_PATH}, true);
  set local row_security = on;
  select set_config('role', ${SERVING_ROLE}, true)`;

/**
 * Writes a temporary file of some 140 KB, which is gone with the statement, then a line in the write-ahead log, which makes the commit one
 * that must reach the disk, and the standbys that are waited for. How large temporary files may be is the operator's choice.
 */
const writing = `
  do $$ begin
    perform count(*) from generate_series(1, 10000);
  exception when configuration_limit_exceeded then null;
  end $$;
  select pg_logical_emit_message(true, '${PROBE_NAME}', '')`;

/** Only if it still runs: a session may do something else by now. Whoever waits for a standby is let go by this too. */
const cancelling = `
  select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and state = 'active' and query = $2`;

/**
 * Begins a probe. What it finds is what a call would: no connection, a read-only database, rights or tables that are missing, tables that are
 * locked, a disk without room, a commit that is not confirmed. It needs no table, leaves no row, and works through a pooler of transactions.
 *
 * The connection is a new one each time. Connections that are open may be served well by a database that takes no others, or gives others
 * another setting (`ALTER DATABASE … SET default_transaction_read_only`).
 *
 * @param statements - run in turn: what they would touch must be there and may be touched
 */
export function beginWriteProbe(connection: DatabaseConnection, statements: readonly HarmlessStatement[]): WriteProbe {
  const client = connectionTo(connection);
  // Under this text it is found again on the server.
  const commit = `commit /* ${randomUUID()} */`;
  let stage: ProbeStage = 'connecting';
  let pid: number | undefined;

  async function run(): Promise<void> {
    try {
      await client.connect();
      stage = 'asking';
      await client.query(opening);
      for (const { text, values } of statements) await client.query(text, [...values]);
      await client.query(writing);
      pid = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
      stage = 'committing';
      await client.query(commit);
    } finally {
      // An answer is not kept waiting by a goodbye. A transaction that failed ends with its connection.
      void client.end().catch(() => {});
    }
  }

  return {
    outcome: run(),
    stage: () => stage,
    async abandon() {
      const left = stage === 'committing' && pid !== undefined ? cancel(connection, pid, commit) : undefined;
      await left?.catch(() => {});
      await client.end().catch(() => {});
    },
  };
}

function connectionTo(connection: DatabaseConnection): pg.Client {
  const client = new pg.Client(clientOptions(connection, { application_name: PROBE_NAME }));
  // What it fails with is what its questions fail with.
  client.on('error', () => {});
  return client;
}

/** Ends the commit of a transaction that was given up. */
async function cancel(connection: DatabaseConnection, pid: number, commit: string): Promise<void> {
  const client = connectionTo(connection);
  const late = setTimeout(() => void client.end().catch(() => {}), CLEANING_TIMEOUT);
  try {
    await client.connect();
    await client.query(cancelling, [pid, commit]);
  } finally {
    clearTimeout(late);
    await client.end().catch(() => {});
  }
}
