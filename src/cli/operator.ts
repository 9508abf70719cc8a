// What the operators' commands share: the database as its owner, one way to print, exit codes.
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
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
import { ApiError, catalogue, type ErrorCode, type FieldProblem } from '../errors/api-error.ts';
import { toApiError } from '../errors/classify.ts';
import { fieldProblems } from '../errors/validation.ts';
import { logTo } from '../log.ts';
import type { Actor, OperationContext } from '../operation-context.ts';
import type { Organisation } from '../organisation/organisation.entity.ts';
import { readVersion } from '../version.ts';
import { jsonOption } from './output.ts';

const FAILED = 1;
const MISUSED = 2;

/** States by which PostgreSQL says that it ends a connection because it ends itself, or begins. */
const SHUT_DOWN = /^57P0[1-3]$/;

const EXIT_CODES = `
Exit codes: 0 done; 1 not done (no such key, an invalid value, the database
cannot be reached); 2 the command line is wrong, or a question was not answered
with yes.`;

const WHERE = `
In demo mode the database is found through DATA_DIR, whether the gateway runs or
not; otherwise DATABASE_URL names it, as the owner of the tables.`;

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

/** Commands that are given files. */
const withFiles = ['import', 'export'];

/**
 * A path as whoever runs the command means it: npm runs commands in the folder of the package.
 *
 * @param given - `-` stays so
 */
export function pathOf(given: string): string {
  const { INIT_CWD, npm_lifecycle_event: script = '' } = process.env;
  return given === '-' || INIT_CWD === undefined || !withFiles.includes(script) ? given : resolve(INIT_CWD, given);
}

/** Whether the command line asks for JSON: then failures are JSON too. */
const isForPrograms = () => process.argv.includes(jsonOption[0]);

/**
 * A program with the options and texts that all of them have.
 *
 * @param exitCodes - where they mean something else than those of the others
 */
export function program(name: string, description: string, exitCodes = EXIT_CODES): Command {
  return new Command(name)
    .description(description)
    .usage(`[command] [options]`)
    .version(readVersion(), '--version', 'print the version')
    .configureHelp({ minWidthToWrap: 20, subcommandTerm: termOf })
    .configureOutput({
      outputError: (text, write) => {
        if (!isForPrograms()) write(text);
      },
    })
    .exitOverride()
    .addHelpText('after', `${exitCodes}${WHERE}`);
}

/** How the help of a program lists one of its commands: all of them have options. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((word) => {
    const name = `${word.name()}${word.variadic ? '...' : ''}`;
    return word.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(' ');
}

/** Runs a program with the arguments of the process, and ends the process. @param failed - its exit code where it is not done */
export async function run(command: Command, failed = FAILED): Promise<void> {
  await reporting(() => command.parseAsync(), failed);
}

/** Does something; what goes wrong is printed for an operator, and is the exit code of the process. */
export async function reporting(work: () => Promise<unknown>, failed = FAILED): Promise<void> {
  forgetDriverVariables();
  try {
    await work();
  } catch (error) {
    process.exitCode = report(error, failed);
  }
}

/** What went wrong, for people and for programs. */
interface Failure {
  /** A code of the catalogue, or what is beyond it. */
  code: ErrorCode | 'COMMAND_LINE' | 'CONFIGURATION' | 'DATABASE' | 'ANSWER_NEEDED';
  message: string;
  fields?: readonly FieldProblem[];
}

function report(error: unknown, failed: number): number {
  // Asking for help is no mistake.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const failure = failureOf(error);
  const { code, message, fields = [] } = failure;
  if (isForPrograms()) console.log(JSON.stringify({ error: failure }));
  // Commander has said what is wrong.
  else if (!(error instanceof CommanderError)) {
    console.error(code in catalogue ? `${code}: ${message}` : message);
    for (const { path, message: problem } of fields) console.error(`  ${path} ${problem}`);
  }
  const { status, cause } = toApiError(error);
  if (code === 'INTERNAL_SERVER_ERROR' && status >= 500 && cause) console.error(cause);
  return code === 'COMMAND_LINE' || code === 'ANSWER_NEEDED' ? MISUSED : failed;
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return { code: 'COMMAND_LINE', message: error.message.replace(/^error: /, '') };
  if (error instanceof AnswerNeededError) return { code: 'ANSWER_NEEDED', message: error.message };
  if (error instanceof ConfigError) return { code: 'CONFIGURATION', message: error.message };
  if (error instanceof MigrationLockedError || error instanceof DatabaseUnusableError)
    return { code: 'DATABASE', message: error.message };
  const refusal = error instanceof ApiError ? undefined : serverErrorOf(error);
  if (refusal && SHUT_DOWN.test(refusal.code)) return { code: 'DATABASE', message: 'The database was shut down.' };
  if (refusal)
    return {
      code: 'DATABASE',
      message: `The database refuses that: ${inSentence(refusal.message)} (${refusal.code}).`,
    };
  const { code, message, fields } = toApiError(error);
  return { code, message, ...(fields && { fields }) };
}

/** A log for commands: standard output is for the answer alone. */
export const standardErrorLog = (level: string) =>
  logTo(level, pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }));

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
  const log = standardErrorLog('warn');
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

/** What the command line calls the members of inputs, by their paths: `limitPerMinute` is `--limit`. */
export type OptionNames = Readonly<Record<string, string>>;

/**
 * Does something that takes its inputs from the command line: what is wrong with one of them is told by its name there.
 *
 * @throws whatever the work throws
 */
export async function withOptionNames<Result>(names: OptionNames, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError) || !error.fields) throw error;
    const { code, message, description, cause } = error;
    const fields = error.fields.map(({ path, message: problem }) => ({
      path: optionOf(path, names),
      message: problem,
    }));
    throw new ApiError(code, { message, description, fields, cause });
  }
}

/** The option of a member: `firstName` is `--first-name`. */
export const optionNamed = (member: string) => `--${member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The name of an option, with the place in its list or object. */
function optionOf(path: string, names: OptionNames): string {
  const known = Object.keys(names).filter((name) => path === name || path.startsWith(`${name}.`));
  const [longest] = known.toSorted((one, other) => other.length - one.length);
  const member = longest ?? (path.split('.', 1)[0] as string);
  const name = names[member] ?? optionNamed(member);
  const place = path.slice(member.length + 1);
  if (place === '') return name;
  return /^\d+$/.test(place) ? `${name} (item ${Number(place) + 1})` : `${name} (${place})`;
}

/** The failure of a question that nobody can answer. */
export class AnswerNeededError extends Error {}

/**
 * Asks before something is done that cannot be undone.
 *
 * @param yes - whether the command line has answered
 * @throws AnswerNeededError where nobody answers, or not by yes
 */
export async function confirm(question: string, { yes = false }: { yes?: boolean }): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || isForPrograms())
    throw new AnswerNeededError(
      `${question} This cannot be undone, and with --json or without a terminal nobody is asked: say --yes.`,
    );
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await readline.question(`${question} This cannot be undone. Type yes to go on: `);
    if (answer.trim().toLowerCase() === 'yes') return;
  } catch (error) {
    // Ctrl-C or Ctrl-D.
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    console.error();
  } finally {
    readline.close();
  }
  throw new AnswerNeededError('Nothing was done.');
}
