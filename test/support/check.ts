// What a database must look like after whatever befell it.
import pino from 'pino';
import { expect } from 'vitest';
import { findings } from '../../src/check/check.ts';
import type { Finding, Unlisted } from '../../src/check/invariant.ts';
import { withOwner } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';

/** What `npm run check` finds in a database. */
export function findingsOf(databaseUrl: string, organisation?: string): Promise<(Finding | Unlisted)[]> {
  const connection = parseDatabaseUrl(databaseUrl);
  return withOwner({ connection, entities, log: pino({ level: 'silent' }), operationTimeout: 0 }, async (owner) => {
    const found = [];
    for await (const finding of findings(owner, { organisation })) found.push(finding);
    return found;
  });
}

/** Expects that no row of a database breaks what its tables promise. */
export async function expectClean(databaseUrl: string): Promise<void> {
  expect(await findingsOf(databaseUrl)).toEqual([]);
}
