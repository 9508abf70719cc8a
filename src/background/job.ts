// A job of background work: what one step of it is, and how it takes its turn among all processes on one database.
import pg from 'pg';
import type { Database } from '../database/open.ts';
import type { Statement } from '../database/statement.ts';

/** The first of the two numbers by which PostgreSQL knows a job's lock; the second is made of its name. */
const JOB_LOCKS = 5_103_119;

/** As a function of PostgreSQL's is named, and short enough for the name of a statement. */
const NAME = /^[a-z][a-z0-9_]{0,49}$/;

/** How a job is named and paced. */
export interface JobTraits {
  /** Unique; the log and health name it so. */
  readonly name: string;
  /** Rows that one step does at most: few enough that no request waits for it. */
  readonly stepSize: number;
  /** Milliseconds after a step that was full, so that requests have their turn; then there may be more to do. */
  readonly fullPause: number;
  /** Milliseconds after one that was not, give or take a quarter. */
  readonly pause: number;
  /** Whether a process does what is left before it ends, since nobody else knows of it. */
  readonly isDoneBeforeEnd?: boolean;
}

/** Something that is done again and again: by one process at a time, or by each for itself. */
export interface Job extends JobTraits {
  /**
   * Takes its turn, where there are turns, and does one step, both in one transaction.
   *
   * @param size - rows at most
   * @returns how many rows it did; undefined when another process has the turn
   */
  run(size: number): Promise<number | undefined>;
}

/**
 * A job that a function of the database does: `name(most integer) returns integer`, volatile, of the owner of the tables (`security definer`), and
 * nobody's to execute but the serving role's. That is how it reaches the rows of all organisations, as `find_api_key` does.
 *
 * A step is one statement. Lock, work and commit are sent together: a process that stops, or loses its connection, in between leaves nothing
 * open, and PostgreSQL itself ends what takes longer than an operation may.
 */
export function jobOfFunction(database: Pick<Database, 'run'>, traits: JobTraits): Job {
  const { name } = traits;
  if (!NAME.test(name)) throw new Error(`not the name of a job: ${name}`);
  const step: Statement = {
    name: `background_${name}`,
    // The lock goes with the transaction: nothing is left to a session, which a pooler would hand to others.
    text: `
      with turn as materialized (select pg_try_advisory_xact_lock(${JOB_LOCKS}, hashtext('${name}')) as mine)
      select case when mine then ${pg.escapeIdentifier(name)}($1) end as done from turn`,
  };
  return {
    ...traits,
    async run(size) {
      const [row] = await database.run<{ done: number | null }>(step, [size]);
      return row?.done ?? undefined;
    },
  };
}
