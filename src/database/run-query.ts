// One query, in a transaction of its own that says all that holds for it.
import pg from 'pg';
import type { Limits } from './batch.ts';
import type { CallTrouble } from './call-trouble.ts';
import type { Connections } from './connections.ts';
import { timedOut } from './failure.ts';
import { isStaleSession, SettingsQuery } from './settings-query.ts';

/** Connections in a row on which the server may have forgotten what was prepared, as after a restart of a pooler. */
const MOST_STALE = 10;

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
 * @param attempts - how often it may meet a connection on which the server has forgotten what was prepared
 */
export function runWithin(terms: QueryTerms, config: pg.QueryConfig, attempts = MOST_STALE): Promise<pg.QueryResult> {
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
      const settings = { asOwner, organisationId, timeout: Number.isFinite(remaining) ? remaining : 0, lockTimeout };
      const callback = (error: Error | null, result: pg.QueryResult) => {
        const isStale = error !== null && isStaleSession(error);
        // An error that PostgreSQL sent leaves the connection in order; any other may have left an answer on its way.
        release(isStale || query.isRefused || (error !== null && !(error instanceof pg.DatabaseError)));
        if (!error) return resolve(result);
        // A pooler may lead to the same plan under any name: without one, it is made anew.
        if (isStale && attempts > 0) return resolve(runWithin(terms, { ...config, name: undefined }, attempts - 1));
        trouble.failed(error);
        reject(error);
      };
      const query = new SettingsQuery(settings, { ...config, queryMode: 'extended', callback });
      client.query(query);
    });
  });
}
