// One query, in a transaction of its own that says all that holds for it.
import pg from 'pg';
import { timedOut } from '../errors/classify.ts';
import type { CallTrouble } from './call-trouble.ts';
import type { Connections } from './connections.ts';
import { isNotSerializable, isStaleSession, preparedOn, SettingsQuery } from './settings-query.ts';
import type { Limits } from './statement-batcher.ts';

/** How often a query is run once more: a pooler that was restarted has forgotten what was prepared on each connection. */
const MOST_REPEATS = 10;

/** How one query is run. */
export interface QueryTerms extends Limits {
  connections: Connections;
  trouble: CallTrouble;
  asOwner: boolean;
  organisationId: number | undefined;
}

/**
 * Runs a query as a transaction of its own that acts as the role that serves requests or as the owner, sees one organisation and ends by the deadline.
 *
 * @param repeats - how often it may be run once more, where it has surely done nothing
 */
export function runWithin(terms: QueryTerms, config: pg.QueryConfig, repeats = MOST_REPEATS): Promise<pg.QueryResult> {
  const { connections, trouble, asOwner, organisationId, deadline, lockTimeout } = terms;
  return new Promise((resolve, reject) => {
    connections.acquire(deadline, (connectError, client, release) => {
      if (!client) {
        trouble.failed(connectError);
        return reject(connectError);
      }
      trouble.connected();
      const remaining = Math.floor(deadline - performance.now());
      if (remaining <= 0) {
        release();
        return reject(timedOut());
      }
      const timeout = Number.isFinite(remaining) ? remaining : 0;
      const settings = { asOwner, organisationId, timeout, lockTimeout, prepared: preparedOn(client) };
      const callback = (error: Error | null, result: pg.QueryResult) => {
        const isStale = error !== null && isStaleSession(error);
        // An error that PostgreSQL sent leaves the connection in order; any other may have left an answer on its way.
        release(isStale || query.isRefused || (error !== null && !(error instanceof pg.DatabaseError)));
        if (!error) return resolve(result);
        // A pooler may lead to the same plan under any name: without one, it is made anew.
        if (isStale && repeats > 0) return resolve(runWithin(terms, { ...config, name: undefined }, repeats - 1));
        if (isNotSerializable(error) && repeats > 0) return resolve(runWithin(terms, config, repeats - 1));
        trouble.failed(error);
        reject(error);
      };
      const query = new SettingsQuery(settings, { ...config, queryMode: 'extended', callback });
      client.query(query);
    });
  });
}
