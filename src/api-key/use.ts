// What keys are used for: counted in memory while requests come, and noted in the database by the background runner.
import DataLoader from 'dataloader';
import type { Job } from '../background/job.ts';
import type { Database } from '../database/open.ts';
import type { Statement } from '../database/statement.ts';
import { DAY } from '../moment.ts';
import type { OperationContext } from '../operation-context.ts';
import type { ApiKey } from './api-key.entity.ts';

/** What a key was used for, as far as it was noted: the last seconds of each process are not in it yet. */
export interface KeyUse {
  /** When a request was last made with it; null for never. */
  readonly lastUsedAt: Date | null;
  /** Requests made with it since 00:00 UTC. */
  readonly usedToday: number;
}

/** Of a key, since it was last noted. */
interface Uses {
  /** Days since 1970, in UTC. */
  day: number;
  /** On that day. */
  requests: number;
  /** By `performance.now()`. */
  lastAt: number;
}

const note: Statement = {
  name: 'api_key_note_use',
  text: 'select note_api_key_use($1::integer[], $2::integer[], $3::double precision[])',
};

/** Counts what this process' requests use keys for: in the memory of a few numbers for each key that was used since the last step. */
export class KeyUseCounter {
  readonly #uses = new Map<number, Uses>();

  /** Counts a request that a key was accepted for. */
  count({ id }: Pick<ApiKey, 'id'>): void {
    const day = Math.floor(Date.now() / DAY);
    const lastAt = performance.now();
    const uses = this.#uses.get(id);
    if (!uses) {
      this.#uses.set(id, { day, requests: 1, lastAt });
      return;
    }
    // Yesterday's count is nobody's question any more.
    uses.requests = uses.day === day ? uses.requests + 1 : 1;
    uses.day = day;
    uses.lastAt = lastAt;
  }

  /**
   * Notes what was counted; what could not be noted is kept for the next step. One whose commit was not heard of is noted twice.
   *
   * @param most - keys of a step
   * @returns how many keys it was
   */
  async step(database: Pick<Database, 'run'>, most: number): Promise<number> {
    const taken: [number, Uses][] = [];
    for (const entry of this.#uses) {
      if (taken.length === most) break;
      taken.push(entry);
    }
    if (taken.length === 0) return 0;
    for (const [id] of taken) this.#uses.delete(id);
    try {
      const now = performance.now();
      await database.run(note, [
        taken.map(([id]) => id),
        taken.map(([, { requests }]) => requests),
        taken.map(([, { lastAt }]) => now - lastAt),
      ]);
    } catch (error) {
      for (const [id, uses] of taken) this.#putBack(id, uses);
      throw error;
    }
    return taken.length;
  }

  #putBack(id: number, uses: Uses): void {
    const newer = this.#uses.get(id);
    if (!newer) this.#uses.set(id, uses);
    else if (newer.day === uses.day) newer.requests += uses.requests;
  }
}

/** The job that notes what a process counted; each process does its own. */
export function keyUseJob(counter: KeyUseCounter, database: Pick<Database, 'run'>): Job {
  return {
    name: 'note_api_key_use',
    stepSize: 1_000,
    fullPause: 50,
    pause: 10_000,
    isDoneBeforeEnd: true,
    run: (most) => counter.step(database, most),
  };
}

/** A row of the statement below. */
interface UseRow {
  api_key_id: number;
  last_used_at: Date;
  used_today: number;
}

const select: Statement = {
  name: 'api_key_use',
  text: `
    select api_key_id, last_used_at, case when day = (now() at time zone 'UTC')::date then requests else 0 end as used_today
    from api_key_use where organisation_id = $1 and api_key_id = any($2::integer[])`,
};

/** Loads what keys were used for, by their ids; all that are asked for together in one statement. */
export function keyUses({ database }: OperationContext): DataLoader<number, KeyUse> {
  return new DataLoader(async (ids) => {
    const rows = await database.run<UseRow>(select, [database.organisationId, ids]);
    const found = new Map(rows.map((row) => [row.api_key_id, row]));
    return ids.map((id) => {
      const row = found.get(id);
      return { lastUsedAt: row ? new Date(row.last_used_at) : null, usedToday: row?.used_today ?? 0 };
    });
  });
}
