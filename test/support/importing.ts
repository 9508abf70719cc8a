// What tests of imports and exports share: an organisation for each test, and imports that a trial has told before.
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createDatabase, createKey } from './database.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { openTransfer, type Transfer } from './transfer.ts';

/** What a test works with. */
export interface Importing {
  readonly url: string;
  readonly transfer: Transfer;
  /** Serves the database. */
  readonly gateway: TestGateway;
  /** Of the organisation, which is empty when a test begins. */
  slug: string;
}

/** References for customers. */
export const REF = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(16)) as [
  string,
  string,
  string,
  string,
  string,
];

/** Has the tests of a file work on a database of its own. */
export function useImporting(): Importing {
  const importing = {} as { -readonly [Name in keyof Importing]: Importing[Name] };
  beforeAll(async () => {
    importing.url = await createDatabase();
    importing.gateway = await startGateway({ databaseUrl: importing.url });
    importing.transfer = await openTransfer(importing.url);
  });
  beforeEach(async () => {
    importing.slug = await importing.transfer.organisation();
  });
  afterAll(async () => {
    await importing.gateway.close();
    await importing.transfer.remove();
  });
  return importing;
}

/** What an import says of its rows. */
export const counts = (created: number, changed: number, unchanged: number, refused: number, withoutReferral = 0) => ({
  rows: created + changed + unchanged + refused,
  ...{ created, changed, unchanged, refused, withoutReferral },
});

/** Imports text; before that, a trial says what would become of it, and does nothing. */
export async function importText({ transfer, slug }: Importing, text: string, ...words: string[]) {
  const path = await transfer.file(text, words.includes('ndjson') ? 'ndjson' : 'csv');
  const before = await transfer.export(slug);
  const trial = await transfer.import(path, slug, '--dry-run', ...words);
  expect(await transfer.export(slug)).toBe(before);
  const done = await transfer.import(path, slug, ...words);
  expect({ ...trial.counts, dryRun: false }).toEqual(done.counts);
  expect(trial.refused).toEqual(done.refused);
  expect(trial.code).toBe(done.code);
  const { dryRun: _, ...said } = done.counts;
  return { ...done, counts: said };
}

/** Makes a key of the organisation. */
export async function keyOf({ url, transfer, slug }: Importing): Promise<string> {
  const [row] = await transfer.sql<{ id: number }>('select id from organisation where slug = $1', [slug]);
  return createKey(url, row?.id ?? 0);
}
