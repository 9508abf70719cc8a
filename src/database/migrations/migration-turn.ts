// Whose turn it is to migrate: one process at a time, for as long as it keeps the connection by which it holds the lock.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../../log.ts';
import { GONE, NO_TIMEOUTS, SESSION } from '../sessions.ts';
import { MigrationLockedError } from './run.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;
/** Milliseconds between two looks whether the lock is free. */
const LOOK_INTERVAL = 250;

/** A turn that was taken. */
export interface Turn {
  /** @throws MigrationLockedError when the lock is lost: from then on others may migrate too */
  assert(): void;
}

/**
 * Waits for the lock, which lasts as long as the transaction that is left open: behind a pooler too it ends with the connection. Looks again and
 * again instead of waiting in PostgreSQL, since a statement that waits would in turn be waited for by `create index concurrently`.
 *
 * @param client - nobody else's, in no transaction
 * @param logInterval - milliseconds between two lines of the log about it
 * @throws MigrationLockedError when it is not this process' turn after `patience` milliseconds
 */
export async function takeTurn(
  client: pg.Client,
  { log, patience, logInterval }: { log: Log; patience: number; logInterval: number },
): Promise<Turn> {
  const startedAt = performance.now();
  let lastLog = Number.NEGATIVE_INFINITY;
  for (;;) {
    // One that kept its snapshot would be waited for by `create index concurrently`; with a parameter, too, one would be left behind.
    await client.query(`begin isolation level read committed; ${NO_TIMEOUTS}`);
    const { rows } = await client.query(`select pg_try_advisory_xact_lock(${MIGRATION_LOCK}) as taken`);
    if (rows[0].taken) return turnOf(client);
    await client.query('rollback');
    const waited = performance.now() - startedAt;
    if (waited > patience) {
      throw new MigrationLockedError(
        `Another process (${await holder(client)}) has been migrating the database for more than ${patience / 1_000} seconds: wait for it to finish, or end it.`,
      );
    }
    if (performance.now() - lastLog > logInterval) {
      lastLog = performance.now();
      log.warn({ holder: await holder(client) }, 'another process is migrating the database; waiting for it to finish');
    }
    await sleep(LOOK_INTERVAL);
  }
}

function turnOf(client: pg.Client): Turn {
  let cause: unknown;
  let lost = false;
  client.on('error', (error) => {
    cause ??= error;
  });
  for (const event of ['error', 'end'] as const) {
    client.on(event, () => {
      lost = true;
    });
  }
  return {
    assert() {
      if (!lost) return;
      throw new MigrationLockedError(
        'The connection that holds the migration lock was lost: what was done by then stays done, and another start or "npm run migrate" continues.',
        { cause },
      );
    },
  };
}

/** Who has the lock, as an operator finds them. */
async function holder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `select ${SESSION} as who
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and pg_locks.database = (select oid from pg_database where datname = current_database())
       and classid = 0 and objid = $1 and objsubid = 1`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.who ?? GONE;
}
