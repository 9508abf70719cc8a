// The command `export`: writes the customers of an organisation to a file, as import reads them.
import { open, rename, rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type CustomerFilter, customerFilter } from '../../customer/search/filter.ts';
import { exportCustomers } from '../../customer/transfer/export/rows.ts';
import { csvWriter, ndjsonWriter, type Writer } from '../../customer/transfer/export/write.ts';
import { fileFailure } from '../../customer/transfer/file-failure.ts';
import { UnusableFileError } from '../../customer/transfer/header.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { findOrganisation } from '../../organisation/manage.ts';
import { setUpV8 } from '../../process/v8.ts';
import { randomAlphanumeric } from '../../random.ts';
import { contextOf, pathOf, program, run, validate, withGatewayDatabase, withOptionNames } from '../operator.ts';
import { english, jsonOption, note } from '../output.ts';
import { Progress } from '../progress.ts';
import { delimiterOption } from './delimiter-option.ts';

const exportInput = z.object({ filter: customerFilter });

/** What interrupts an export; a second one ends the process at once. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Customers that are read at once: as many as make a page of some length, as long as they are like those before. */
const FIRST_PAGE = 50;
const LARGEST_PAGE = 500;
/** Characters of a page. */
const PAGE_LENGTH = 1024 * 1024;

const sizeOfPage = (length: number) => Math.max(1, Math.min(LARGEST_PAGE, Math.floor(PAGE_LENGTH / length)));

interface ExportCommand {
  organisation: string;
  format?: 'csv' | 'ndjson';
  filter?: unknown;
  raw?: boolean;
  bom?: boolean;
  delimiter?: string;
  json?: boolean;
}

/** Where an export goes: a file that is there once it is whole, or a stream. */
interface Target {
  readonly stream: NodeJS.WritableStream;
  /** Ends it well, or takes away what was written. */
  end(isDone: boolean): Promise<void>;
}

/** @throws UnusableFileError where nothing can be written there */
async function targetOf(path: string): Promise<Target> {
  if (path === '-') return { stream: process.stdout, end: async () => {} };
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UnusableFileError(`The file ${path} cannot be written: it is a folder.`);
  // A pipe or a device is not replaced.
  const isPlain = !found || found.isFile();
  const part = isPlain ? `${path}.${randomAlphanumeric(8)}.part` : path;
  const file = await open(part, isPlain ? 'wx' : 'w', 0o600).catch((error: unknown) => {
    throw fileFailure(`The file ${path} cannot be written`, error);
  });
  const stream = file.createWriteStream({ flush: isPlain });
  return {
    stream,
    async end(isDone) {
      stream.end();
      const failure = await finished(stream).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failure && isDone) {
        if (isPlain) await rm(part, { force: true });
        throw failure.error;
      }
      if (isPlain) await (isDone ? rename(part, path) : rm(part, { force: true }));
    },
  };
}

/** Writes text no faster than it is taken. @throws UnusableFileError */
function writeTo({ stream }: Target, path: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) =>
      error ? reject(fileFailure(`The file ${path} cannot be written`, error)) : resolve(),
    );
  });
}

async function write(ctx: OperationContext, path: string, writer: Writer, filter: CustomerFilter): Promise<number> {
  const target = await targetOf(path);
  const progress = new Progress({ isBar: path !== '-' });
  let rows = 0;
  let isBegun = false;
  let isDone = false;
  target.stream.on('error', () => {});
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    await exportCustomers(ctx, filter, async ({ total, next }) => {
      if (isBegun) throw new UnusableFileError('The database has interrupted the export: begin it anew.');
      isBegun = true;
      await writeTo(target, path, writer.head);
      progress.update(0, total > 0 ? 0 : undefined);
      for (let page = await next(FIRST_PAGE); page.length > 0; ) {
        if (isInterrupted) throw new UnusableFileError('The export was interrupted.');
        const text = writer.write(page);
        await writeTo(target, path, text);
        rows += page.length;
        progress.update(rows, rows / total);
        page = await next(sizeOfPage(text.length / page.length));
      }
    });
    isDone = true;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    progress.stop(isDone);
    await target.end(isDone).catch((error: unknown) => {
      if (isDone) throw fileFailure(`The file ${path} cannot be written`, error);
    });
  }
  return rows;
}

/** @throws ConfigError where the name of the file says that it is something else, or options say what that format does not have */
function formatOf(path: string, { format, raw, bom, delimiter }: ExportCommand): 'csv' | 'ndjson' {
  if (!format && /\.(json|xlsx?|ods|tsv)$/i.test(path))
    throw new UnusableFileError(`The name ${path} is that of another format: say --format csv or ndjson.`);
  const found = format ?? (/\.(ndjson|jsonl)$/i.test(path) ? 'ndjson' : 'csv');
  if (found === 'ndjson' && (raw || bom || delimiter !== undefined))
    throw new UnusableFileError('--raw, --bom and --delimiter are for CSV.');
  return found;
}

function filterOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('Give a JSON object, such as {"premium":true}.');
  }
}

/** The paths of members that the rules passed over: with one that is misspelt, all would be exported. */
function* unknownMembers(given: unknown, known: unknown, path: string): Generator<string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
  for (const [name, value] of Object.entries(given)) {
    if (typeof known !== 'object' || known === null || !Object.hasOwn(known, name)) yield `${path}.${name}`;
    else yield* unknownMembers(value, known[name as keyof typeof known], `${path}.${name}`);
  }
}

const command = program('export', 'Writes the customers of an organisation to a file that import reads.')
  .usage('[options] <file>')
  .argument('<file>', 'where they go; - for standard output')
  .requiredOption('--organisation <slug>', 'whose customers')
  .addOption(new Option('--format <format>', 'what the file is; its name tells, else csv').choices(['csv', 'ndjson']))
  .addOption(new Option('--filter <json>', "only some: the filter of GraphQL's customers").argParser(filterOf))
  .option('--raw', 'leave texts that a spreadsheet would run as formulas as they are')
  .option('--bom', 'begin CSV with a byte order mark, by which Excel knows UTF-8')
  .addOption(delimiterOption('else a comma'))
  .option(...jsonOption)
  .addHelpText(
    'after',
    `
All customers are as they were at one moment; those who were deleted, or merged
into others, are not among them. Texts that begin with =, +, - or @ get an
apostrophe in front in CSV, which import takes off.

Examples:
  npm run export -- customers.csv --organisation acme
  npm run export -- vip.ndjson --organisation acme --filter '{"groups":{"anyOf":["vip"]}}'`,
  )
  .action(async (given: string, options: ExportCommand) => {
    const path = pathOf(given);
    setUpV8();
    await withOptionNames({ filter: '--filter' }, async () => {
      const input = { filter: options.filter ?? {} };
      const { filter } = validate(exportInput, input);
      const unknown = [...unknownMembers(input.filter, filter, 'filter')];
      if (unknown.length > 0)
        throw new ApiError('INTERNAL_VALIDATION_FAILED', {
          fields: unknown.map((path) => ({ path, message: 'is no part of a filter' })),
        });
      const { raw: isRaw = false, bom: hasMark = false, delimiter = ',' } = options;
      const writer = formatOf(path, options) === 'csv' ? csvWriter({ isRaw, hasMark, delimiter }) : ndjsonWriter;
      const rows = await withGatewayDatabase(
        async (owner) =>
          write(contextOf(owner, await findOrganisation(owner, { slug: options.organisation })), path, writer, filter),
        { mustExist: true, operationTimeout: 0 },
      );
      if (options.json && path !== '-') console.log(JSON.stringify({ rows }));
      else note(rows === 1 ? '1 customer was exported.' : `${english(rows)} customers were exported.`);
    });
  });

/** Runs the command line of the process. */
export const main = () => run(command);
