// One query, in a transaction of its own that says all that holds for it.
import pg from 'pg';
import { timedOut } from '../errors/classify.ts';
import type { Limits } from './batch/statement-batcher.ts';
import type { Connections } from './connections.ts';
import type { CallTrouble } from './readiness/call-trouble.ts';
import { isNotSerializable, isStaleSession, SettingsQuery } from './settings-query.ts';
import type { StatementConfig } from './statement.ts';

/** How often a query is run once more: a pooler that was restarted has forgotten what was prepared on each connection. */
const MOST_REPEATS = 10;

/** The result of a query that failed. */
const NOTHING: pg.QueryResult = { command: '', rowCount: null, oid: 0, fields: [], rows: [] };

/** How one query is run. */
export interface QueryTerms extends Limits {
  connections: Connections;
  trouble: CallTrouble;
  asOwner: boolean;
  organisationId: number | undefined;
}

/** Hears what came of a query, and whether its connection may be out of order. */
type Done = (error: Error | undefined, result: pg.QueryResult, isBroken: boolean) => void;

/** Sends a query right after its settings. */
export function sendQuery(
  client: pg.PoolClient,
  terms: QueryTerms,
  { plannedByValues = false, ...config }: StatementConfig,
  done: Done,
): void {
  const { asOwner, organisationId, deadline, lockTimeout } = terms;
  const remaining = Math.floor(deadline - performance.now());
  if (remaining <= 0) {
    done(timedOut(), NOTHING, false);
    return;
  }
  const timeout = Number.isFinite(remaining) ? remaining : 0;
  const settings = { asOwner, organisationId, timeout, lockTimeout, plannedByValues };
  const callback = (error: Error | null, result: pg.QueryResult) => {
    if (!error) return done(undefined, result, false);
    // An error that PostgreSQL sent leaves the connection in order; any other may have left an answer on its way.
    done(error, NOTHING, isStaleSession(error) || query.isRefused || !(error instanceof pg.DatabaseError));
  };
  const query = new SettingsQuery(client, settings, { ...config, queryMode: 'extended', callback });
  client.query(query);
}

/**
 * Runs a query as a transaction of its own that acts as the role that serves requests or as the owner, sees one organisation and ends by the deadline.
 *
 * @param repeats - how often it may be run once more, where it has surely done nothing
 */
export function runWithin(terms: QueryTerms, config: StatementConfig, repeats = MOST_REPEATS): Promise<pg.QueryResult> {
  const { connections, trouble, deadline } = terms;
  return new Promise((resolve, reject) => {
    connections.acquire(deadline, (connectError, client, release) => {
      if (!client) {
        trouble.failed(connectError);
        return reject(connectError);
      }
      trouble.connected();
      sendQuery(client, terms, config, (error, result, isBroken) => {
        release(isBroken);
        if (!error) return resolve(result);
        // A pooler may lead to the same plan under any name: without one, it is made anew.
        if (isStaleSession(error) && repeats > 0)
          return resolve(runWithin(terms, { ...config, name: undefined }, repeats - 1));
        if (isNotSerializable(error) && repeats > 0) return resolve(runWithin(terms, config, repeats - 1));
        trouble.failed(error);
        reject(error);
      });
    });
  });
}
