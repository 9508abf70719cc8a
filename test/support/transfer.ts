// Files that are imported and exported in tests, by the commands that operators run.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { runCommandHere } from './command.ts';
import { createOrganisation, runSql } from './database.ts';
import { temporaryFolder } from './process.ts';

/** What became of an import. */
export interface Imported {
  readonly code: number;
  /** What it printed for programs, besides. */
  readonly counts: Record<string, unknown>;
  /** Under which the change log has what it did; null of a trial. */
  readonly requestId: string | null;
  readonly stderr: string;
  /** Of each refused row: line, column, value, reason. */
  readonly refused: string[][];
  /** The whole report, as it is. */
  readonly report: string;
}

let files = 0;

/** Opens a folder for files of a database. */
export async function openTransfer(databaseUrl: string) {
  const folder = await temporaryFolder();
  const pathOf = (name: string) => join(folder.path, name);
  const environment = { DATABASE_URL: databaseUrl };
  return {
    remove: folder.remove,
    pathOf,
    /** Writes a file; returns its path. */
    async file(content: string | Buffer, extension = 'csv'): Promise<string> {
      files += 1;
      const path = pathOf(`file-${files}.${extension}`);
      await writeFile(path, content);
      return path;
    },
    /** Makes an organisation; returns its slug. */
    async organisation(): Promise<string> {
      files += 1;
      const slug = `organisation-${files}`;
      await createOrganisation(databaseUrl, slug);
      return slug;
    },
    /** Imports a file into an organisation. */
    async import(path: string, slug: string, ...words: string[]): Promise<Imported> {
      const report = `${path}.refused.csv`;
      const all = [path, '--organisation', slug, '--json', '--report', report, ...words];
      const { code, stdout, stderr } = await runCommandHere('import', all, environment);
      const text = await readFile(report, 'utf8').catch(() => '');
      const delimiter = /refusedLine(.)/.exec(text)?.[1] ?? ',';
      const rows: string[][] = parse(text, { bom: true, delimiter, relax_column_count: true });
      const { requestId, ...counts } = JSON.parse(stdout);
      return {
        code,
        counts,
        requestId,
        stderr,
        refused: rows.slice(1).map((row) => row.slice(0, 4)),
        report: text,
      };
    },
    /** Exports an organisation; returns the text of the file. */
    async export(slug: string, ...words: string[]): Promise<string> {
      files += 1;
      const path = pathOf(`export-${files}`);
      const { code, stderr } = await runCommandHere('export', [path, '--organisation', slug, ...words], environment);
      if (code !== 0) throw new Error(stderr);
      return readFile(path, 'utf8');
    },
    /** Customers of an organisation, as files have them, in their order; members that are empty are left out. */
    async customers(slug: string): Promise<Record<string, unknown>[]> {
      const text = await this.export(slug, '--format', 'ndjson');
      const isEmpty = (value: unknown) =>
        value === null ||
        value === false ||
        value === 0 ||
        (typeof value === 'object' && Object.keys(value).length === 0);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Object.fromEntries(Object.entries(JSON.parse(line)).filter(([, value]) => !isEmpty(value))));
    },
    sql: <Row extends object>(text: string, values: unknown[] = []) => runSql<Row>(databaseUrl, text, values),
  };
}

/** What a folder for files offers. */
export type Transfer = Awaited<ReturnType<typeof openTransfer>>;
