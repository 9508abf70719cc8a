// What the operators' commands share: the database as its owner, one way to print, exit codes.
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import pretty from 'pino-pretty';
import type { ZodType } from 'zod';
import { ConfigError, readConfig } from '../config.ts';
import { MigrationLockedError, migrate } from '../database/migrate.ts';
import { type Database, type DatabaseOptions, withOwner } from '../database/open.ts';
import { DatabaseUnusableError, explaining, inSentence, serverErrorOf } from '../database/readiness/unreachable.ts';
import { assertOwnedAndMigrated } from '../database/role/ownership.ts';
import { parseDatabaseUrl } from '../database-url.ts';
import { seedDemo } from '../demo/data.ts';
import { forgetDriverVariables } from '../driver-variables.ts';
import { borrowEmbeddedPostgres } from '../embedded-postgres/server.ts';
import { entities } from '../entities.ts';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/classify.ts';
import { fieldProblems } from '../errors/validation.ts';
import { logTo } from '../log.ts';
import type { Actor, OperationContext } from '../operation-context.ts';
import type { Organisation } from '../organisation/organisation.entity.ts';

const FAILED = 1;
const MISUSED = 2;

const EXIT_CODES = `
Exit codes: 0 done, 1 not done (no such key, an invalid value, the database cannot be reached), 2 the command line is wrong.
In demo mode the database is found through DATA_DIR, whether the gateway runs or not; otherwise DATABASE_URL names it, as the
owner of the tables.`;

/** Whoever runs the command, as the change log names them. */
export const actor: Actor = { actor: `command:${accountName()}`, requestId: undefined };

/** The context of a command that works on an organisation. */
export function contextOf(owner: Database, { id: organisationId }: Organisation): OperationContext {
  return { ...actor, organisationId, database: owner.forOrganisation(organisationId) };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return `uid-${process.getuid?.()}`;
  }
}

/** Errors whose message is all that an operator needs. */
const sentenceErrors = [ConfigError, MigrationLockedError, DatabaseUnusableError];

/** A program with the options and texts that all of them have. */
export function program(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .usage(`[command] [options]`)
    .configureOutput({ outputError: (text, write) => write(text) })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
}

/** Runs a program with the arguments of the process, and ends the process. */
export async function run(command: Command): Promise<void> {
  await reporting(() => command.parseAsync());
}

/** Does something; what goes wrong is printed for an operator, and is the exit code of the process. */
export async function reporting(work: () => Promise<unknown>): Promise<void> {
  forgetDriverVariables();
  try {
    await work();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has said what is wrong; asking for help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  if (sentenceErrors.some((kind) => error instanceof kind)) {
    console.error((error as Error).message);
    return FAILED;
  }
  const refusal = serverErrorOf(error);
  if (refusal) {
    console.error(`The database refuses that: ${inSentence(refusal.message)} (${refusal.code}).`);
    return FAILED;
  }
  const apiError = toApiError(error);
  console.error(`${apiError.code}: ${apiError.message}`);
  for (const { path, message } of apiError.fields ?? []) console.error(`  ${path} ${message}`);
  if (apiError.status >= 500 && apiError.cause) console.error(apiError.cause);
  return FAILED;
}

/**
 * Opens the database of the gateway as the owner of its tables, for as long as something takes. Only that of demo mode is brought to its shape:
 * another one may be named by mistake.
 *
 * @param limits - for work that takes longer than an operation of the gateway may, or that is of no use to a database that it makes itself
 * @throws ConfigError when the database has not been migrated, or the account does not own it
 */
export async function withGatewayDatabase<Result>(
  work: (owner: Database) => Promise<Result>,
  { mustExist = false, ...limits }: Pick<DatabaseOptions, 'operationTimeout'> & { mustExist?: boolean } = {},
): Promise<Result> {
  const { database, dataDir } = readConfig(process.env);
  if (mustExist && !database && !existsSync(join(dataDir, 'postgres')))
    throw new ConfigError(`There is no database in DATA_DIR (${dataDir}).`);
  // Standard output is for the answer alone.
  const log = logTo('warn', pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }));
  if (database) {
    const connection = database.direct;
    await assertOwnedAndMigrated(connection);
    return explaining(connection, () => withOwner({ connection, entities, log, ...limits }, work));
  }
  const embedded = await borrowEmbeddedPostgres({ dataDir, log });
  try {
    const connection = parseDatabaseUrl(embedded.url);
    await migrate(connection, entities, log);
    return await withOwner({ connection, entities, log, ...limits }, async (owner) => {
      await seedDemo(owner);
      return work(owner);
    });
  } finally {
    await embedded.stop();
  }
}

/**
 * Checks what was said on the command line by the rules that hold for GraphQL too.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function validate<Output>(schema: ZodType<Output>, given: unknown): Output {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: fieldProblems(result.error) });
}

/** What all commands offer: to print for programs. */
export const jsonOption = ['--json', 'print one JSON object and nothing else'] as const;

/** How a list is printed. */
interface ListOptions {
  json?: boolean;
  /** The sentence for people when there is nothing in it. */
  none: string;
}

/** Prints a list: as one JSON object with the list under a name, or a line each. */
export function printList(name: string, rows: object[], { json, none }: ListOptions): void {
  if (json) console.log(JSON.stringify({ [name]: rows }));
  else if (rows.length === 0) console.log(none);
  else for (const row of rows) console.log(oneLine(row));
}

/** Characters that nobody sees, or that change how others are seen. */
const unseen = /(?! )[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/** Shows a text in such a way that every invisible character is seen. */
function reveal(text: string): string {
  return text.replace(unseen, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** How a list is printed while it comes. */
interface StreamOptions<Row> extends ListOptions {
  /** The line of a row for people; its members by name unless told. */
  line?: (row: Row) => string;
}

/** The members of a row by name, its texts as JSON strings. */
function members(row: object): string {
  return Object.entries(row)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('  ');
}

/**
 * Prints a list that may be long while it comes, in the memory of one row: as one JSON object with the list under a
 * name, or a line each. Invisible characters are escaped.
 */
export async function printStream<Row extends object>(
  name: string,
  rows: AsyncIterable<Row>,
  { json, none, line = members }: StreamOptions<Row>,
): Promise<void> {
  // Whoever reads may stop, as `head` does; that is no failure.
  process.stdout.on('error', () => {});
  const opening = `{${JSON.stringify(name)}:[`;
  let separator = opening;
  for await (const row of rows) {
    const written = json ? separator + reveal(JSON.stringify(row)) : `${reveal(line(row))}\n`;
    if (!(await write(written))) return;
    separator = ',';
  }
  const empty = separator === opening;
  if (json) await write(empty ? `${opening}]}\n` : ']}\n');
  else if (empty) await write(`${none}\n`);
}

/** Writes to standard output, no faster than it is read; false when nobody reads any more. */
function write(text: string): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(text, (error) => resolve(!error)));
}

/** Prints an answer: as one JSON object, or a member a line. */
export function print(answer: object, { json }: { json?: boolean }): void {
  if (json) console.log(JSON.stringify(answer));
  else for (const [name, value] of Object.entries(answer)) console.log(`${name.padEnd(16)} ${show(value)}`);
}

function oneLine(row: object): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${show(value)}`)
    .join('  ');
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return '-';
  return value.every((item) => typeof item === 'string')
    ? value.join(',')
    : value.map((item) => `\n  ${oneLine(item)}`).join('');
}
