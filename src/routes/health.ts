// What the process says of itself to balancers and operators, without a key.
import type { DatabaseHealth } from '../database/readiness/readiness.ts';
import { type HttpResponse, json } from '../http/request.ts';
import type { LogHealth } from '../log-output.ts';

/** How a process fares, beside what it serves. */
export interface ProcessHealth {
  log: LogHealth;
  /** Errors that no part has caught. */
  unexpectedErrors: number;
}

/** What health is made of. */
export interface HealthParts {
  /** Why no requests should come whatever the database says; undefined once all is prepared, until the end begins. */
  phase(): 'starting' | 'draining' | undefined;
  /** Why the database could not be prepared when that was last tried; undefined before the first time. */
  unprepared(): DatabaseHealth | undefined;
  /** Whether the database would take a create now. */
  database(): Promise<DatabaseHealth>;
  /** What else an operator wants to know; it does not make the gateway less ready. */
  others(): object;
}

/** The answers of `GET /health/live` and `GET /health/ready`. */
export function openHealth({ phase, unprepared, database, others }: HealthParts) {
  return {
    /** That the process runs; nothing is asked of anybody. */
    live: (): HttpResponse => json(200, { status: 'live' }),

    /**
     * Whether a create would succeed now: 200, or 503 and what is wrong.
     *
     * @see section 10 of the contract
     */
    async ready(): Promise<HttpResponse> {
      const unfit = phase();
      if (unfit) {
        const why = unfit === 'starting' ? unprepared() : undefined;
        return json(503, { status: unfit, ...(why && { database: why }), ...others() });
      }
      const health = await database();
      const status = health === 'ok' ? 'ready' : 'database unavailable';
      return json(health === 'ok' ? 200 : 503, { status, database: health, ...others() });
    },
  };
}
