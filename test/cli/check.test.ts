// What the tables promise, checked by command: nothing is found where nothing is wrong, and each broken row is named.
import pino from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { withOwner } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { seedDemo } from '../../src/demo/data.ts';
import { entities } from '../../src/entities.ts';
import { expectClean, findingsOf } from '../support/check.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { fillOrganisation } from '../support/organisation.ts';

const log = pino({ level: 'silent' });

describe('a database in which nothing is wrong', () => {
  it('is clean while it is empty', async () => {
    await expectClean(await createDatabase());
  });

  it('is clean in demo mode', async () => {
    const url = await createDatabase();
    await withOwner({ connection: parseDatabaseUrl(url), entities, log }, seedDemo);
    await expectClean(url);
  });

  it('is clean with organisations of several batches', async () => {
    const url = await createDatabase();
    for (const label of ['one', 'two']) await fillOrganisation(url, await createOrganisation(url, label), label, 1_200);
    await expectClean(url);
  });
});
