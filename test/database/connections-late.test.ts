// A connection that comes, or does not come, after nobody waits for it any more.
import pg from 'pg';
import pino from 'pino';
import { expect, it } from 'vitest';
import { Connections } from '../../src/database/connections.ts';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { createDatabase } from '../support/database.ts';

it('is told once that there is none, and a failure that comes later brings nothing to give back', async () => {
  const connection = clientOptions(parseDatabaseUrl(await createDatabase()));
  const pool = new pg.Pool({ ...connection, max: 1, connectionTimeoutMillis: 300 });
  const held = await pool.connect();
  const told: unknown[] = [];
  new Connections(pool, pino({ level: 'silent' })).acquire(performance.now() + 100, (error) => told.push(error));
  // Beyond the time of the pool: what it throws then, nobody catches.
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(told).toEqual([expect.any(Error)]);
  held.release();
  await pool.end();
});
