// Statements that run in no transaction, as indexes are made beside writes: they wait for every older transaction of others.
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_TIMEOUTS_OF_SESSION, USUAL_TIMEOUTS, type Wait, waitOf } from '../sessions.ts';
import { MigrationLockedError, type MigrationRun } from './run.ts';

/** Milliseconds between two looks whether it waits, and for which nobody is told that it does. */
const LOOK_INTERVAL = 250;
const SILENCE = 1_000;

/**
 * Runs a statement on a connection of its own, watched from another one: it may take as long as it takes, but waits for others only so long. What
 * is given up leaves an index that is not valid, which the next attempt removes.
 *
 * @param migration - its name
 * @param index - what is made
 * @throws MigrationLockedError naming whom it waits for, when that goes on for longer than the run's patience
 */
export async function runAlone(run: MigrationRun, migration: string, index: string, sql: string): Promise<void> {
  run.assertTurn();
  const client = await run.connect();
  const watcher = await run.connect().catch(async (error: unknown) => {
    await client.end();
    throw error;
  });
  try {
    // Whatever another client left behind in a session that a pooler handed on.
    await client.query('set role none; set search_path to default');
    await client.query(NO_TIMEOUTS_OF_SESSION);
    const pid: number = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
    let over = false;
    const done = client.query(sql).finally(() => {
      over = true;
    });
    // It is awaited below, whatever the looks come to.
    done.catch(() => {});
    const look = async () => (await watcher.query<Wait>(waitOf(pid))).rows[0];
    const holder = await untilTooLong(run, {
      look,
      isOver: () => over,
      what: `migration ${migration}: index ${index}`,
    });
    if (holder === undefined) {
      await done;
      await client.query(USUAL_TIMEOUTS);
      return;
    }
    await watcher.query(`select pg_cancel_backend(${pid})`);
    await done.catch((error: unknown) => {
      throw new MigrationLockedError(
        `The database cannot be migrated: index ${index} has waited for a transaction of another session (${holder}) for more than ${run.patience / 1_000} seconds: wait for that session to end, or end it.`,
        { cause: error },
      );
    });
  } finally {
    for (const each of [client, watcher]) await each.end().catch(() => {});
  }
}

/** Looks until something is over; returns whom it waits for when that is too long. */
async function untilTooLong(
  { log, patience, logInterval }: MigrationRun,
  { look, isOver, what }: { look(): Promise<Wait | undefined>; isOver(): boolean; what: string },
): Promise<string | undefined> {
  let waitingSince: number | undefined;
  let lastLog = Number.NEGATIVE_INFINITY;
  while (!isOver()) {
    const wait = await look();
    const now = performance.now();
    if (!wait) waitingSince = undefined;
    else {
      waitingSince ??= now;
      if (now - waitingSince > patience) return wait.holder;
      if (now - waitingSince > Math.min(SILENCE, patience / 2) && now - lastLog > logInterval) {
        lastLog = now;
        log.warn({ holder: wait.holder }, `${what} is waiting for an older transaction to end`);
      }
    }
    // Not for the whole interval when it ends before.
    for (let i = 0; i < 10 && !isOver(); i++) await sleep(LOOK_INTERVAL / 10);
  }
  return undefined;
}
