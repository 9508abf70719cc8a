// The command `import`: takes the customers of a file in.
import { InvalidArgumentError, Option } from 'commander';
import { normalizeCountry } from '../../customer/country.ts';
import { loadPhoneNumbers } from '../../customer/phone.ts';
import { readMap, UnusableFileError } from '../../customer/transfer/header.ts';
import { csvSource } from '../../customer/transfer/import/csv-source.ts';
import { Import, type ImportOptions, requestIdOf } from '../../customer/transfer/import/import.ts';
import { ndjsonSource } from '../../customer/transfer/import/ndjson-source.ts';
import type { ImportRun } from '../../customer/transfer/import/run.entity.ts';
import { beginRun, type Counts, digestOf, findRun, NO_ROWS, type Origin } from '../../customer/transfer/import/run.ts';
import type { Source } from '../../customer/transfer/import/source.ts';
import { tryImport } from '../../customer/transfer/import/trial.ts';
import { type Encoding, encodings, hasByteOrderMark, toUtf8 } from '../../customer/transfer/read/encoding.ts';
import type { OperationContext } from '../../operation-context.ts';
import { findOrganisation } from '../../organisation/manage.ts';
import { setUpV8 } from '../../process/v8.ts';
import { contextOf, pathOf, program, run, withGatewayDatabase } from '../operator.ts';
import { english, jsonOption, note } from '../output.ts';
import { Progress } from '../progress.ts';
import { delimiterOption } from './delimiter-option.ts';
import { Input } from './import/input.ts';
import { RefusedLines } from './import/refused-lines.ts';
import { reportOf } from './import/report.ts';
import { tell, tellUnknown } from './import/summary.ts';

/** The exit code when rows were refused, and when the import could not be done. */
const REFUSED = 1;
const NOT_DONE = 2;

/** What interrupts an import. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface ImportCommand {
  organisation: string;
  dryRun?: boolean;
  resume?: boolean;
  update?: boolean;
  map?: string;
  customFields?: boolean;
  report?: string;
  format?: 'csv' | 'ndjson';
  encoding: Encoding;
  delimiter?: string;
  country?: string;
  json?: boolean;
}

/** The failure of an import that somebody ended. */
function interrupted(isTrial: boolean): UnusableFileError {
  return new UnusableFileError(
    isTrial
      ? 'The trial was interrupted; nothing was stored.'
      : 'The import was interrupted: --resume goes on where it was.',
  );
}

const formatOf = (input: Input, { format, encoding }: ImportCommand) => format ?? input.format(encoding);

/** Opens the source; a warning tells of bytes that nobody can read. */
async function sourceOf(input: Input, options: ImportCommand): Promise<Source> {
  const { encoding, delimiter, map, customFields = false } = options;
  const bytes = toUtf8(input.bytes(), encoding, () =>
    note(`The file holds bytes that are not ${encoding}; the rows with them are refused. Is it another --encoding?`),
  );
  const header = { map: readMap(map), customFields };
  // A program that wrote it so would take UTF-8 without a mark for its own encoding.
  const hasMark = encoding !== 'utf-8' || hasByteOrderMark(input.head);
  return formatOf(input, options) === 'ndjson'
    ? ndjsonSource(bytes, header)
    : csvSource(bytes, { ...header, delimiter, hasMark });
}

/** How the file is told from others, and that it is imported in the same way. */
function originOf(input: Input, path: string, options: ImportCommand): Origin {
  const { update, map, customFields, encoding, delimiter, country } = options;
  const told = [update, map, customFields, formatOf(input, options), encoding, delimiter, country];
  const name = path === '-' ? 'standard input' : (path.split(/[\\/]/).at(-1) as string);
  return {
    source: name,
    fingerprint: digestOf(input.beginning),
    settings: digestOf(JSON.stringify(told)),
  };
}

/** The run to go on with; undefined to begin a new one. @throws UnusableFileError */
async function earlierRun(
  ctx: OperationContext,
  origin: Origin,
  { resume }: ImportCommand,
): Promise<ImportRun | undefined> {
  const earlier = await findRun(ctx, origin);
  if (!resume) {
    if (earlier && !earlier.finishedAt)
      note(
        `An import of this file was interrupted after ${english(earlier.rows)} rows; this one begins anew. --resume would have gone on with that.`,
      );
    return undefined;
  }
  if (!earlier) {
    note('No import of this file was interrupted; it is imported from its beginning.');
    return undefined;
  }
  if (earlier.settings !== origin.settings) {
    if (!earlier.finishedAt)
      throw new UnusableFileError(
        'The interrupted import of this file was told other options (--update, --map, --custom-fields, --format, --encoding, --delimiter, --country): say the same again, or leave --resume out.',
      );
    note('The last import of this file came to its end, with other options; it is imported from its beginning.');
    return undefined;
  }
  note(
    earlier.finishedAt
      ? 'The last import of this file came to its end: only rows that were added since are imported, and counted with those before. Without --resume, all are.'
      : `${english(earlier.rows)} rows were imported before; going on after them.`,
  );
  return earlier;
}

function noteWhatStays(rows: number): void {
  if (rows > 0) note(`${english(rows)} rows are imported, and stay so: --resume goes on after them.`);
}

async function work(ctx: OperationContext, path: string, command: ImportCommand): Promise<void> {
  const input = await Input.open(path);
  try {
    await importFrom(input, ctx, path, command);
  } finally {
    input.close();
  }
}

async function importFrom(input: Input, ctx: OperationContext, path: string, command: ImportCommand): Promise<void> {
  const { dryRun = false, update: isUpdate = false, country } = command;
  const source = await sourceOf(input, command);
  const origin = originOf(input, path, command);
  const earlier = dryRun ? undefined : await earlierRun(ctx, origin, command);
  const run = dryRun ? undefined : (earlier ?? (await beginRun(ctx, origin)));
  const report = await reportOf(command.report, path, source, earlier);
  const progress = new Progress({ before: run?.rows });
  const printed = new RefusedLines(progress);
  let [rows, counts] = [run?.rows ?? 0, run ?? NO_ROWS] as [number, Counts];
  let keptCredits = 0;
  let [isDone, isBroken] = [false, false];
  const options: ImportOptions = {
    isUpdate,
    country,
    report,
    onKeptCredits(count) {
      keptCredits += count;
    },
    onStep(doneRows, doneCounts) {
      [rows, counts] = [doneRows, doneCounts];
      progress.update(rows, input.part);
    },
    assertGoesOn: () => {
      if (isInterrupted) throw interrupted(dryRun);
    },
    onRefused: (row) => report ?? printed.tell(row),
  };
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    input.interrupt(interrupted(dryRun));
  };
  // The step that is being done is done to its end; a second signal ends the process at once.
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    await (run ? new Import(ctx, source, run, options).run() : tryImport(ctx, source, options));
    isDone = true;
  } catch (error) {
    isBroken = !(error instanceof UnusableFileError);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    progress.stop(isDone);
    if (run && isBroken) noteWhatStays(rows);
    await report?.close();
  }
  if (!report) printed.end();
  tellUnknown(source.unknown);
  tell({ rows, counts, keptCredits, requestId: run && requestIdOf(run) }, command);
  if (counts.refused + counts.withoutReferral > 0) process.exitCode = REFUSED;
}

function countryOf(text: string): string {
  try {
    const country = normalizeCountry(text);
    if (country !== undefined) return country;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('Give an ISO 3166-1 alpha-2 country code such as CZ.');
}

const EXIT_CODES = `
Exit codes: 0 all rows went in; 1 some were refused; 2 the import could not be
done: what was done by then stays, and --resume goes on.`;

const command = program('import', 'Imports the customers of a CSV or NDJSON file.', EXIT_CODES)
  .usage('[options] <file>')
  .argument('<file>', 'what is imported; - for standard input')
  .requiredOption('--organisation <slug>', 'whose customers they are')
  .option('--dry-run', 'say what would become of each row, and store nothing')
  .addOption(new Option('--resume', 'go on with an import of the file that was interrupted').conflicts('dryRun'))
  .option('--update', 'replace what customers have, instead of filling in what they lack')
  .option(
    '--map <pairs>',
    'what columns are that are not known by their names: "E-mail 2=email,Size=customFields.size,Note="',
    (pairs: string, before?: string) => (before === undefined ? pairs : `${before},${pairs}`),
  )
  .option('--custom-fields', 'keep the columns that nobody knows as custom fields')
  .option('--report <file>', 'where the refused rows go, as a CSV file that can be mended and imported again')
  .addOption(new Option('--format <format>', 'what the file is; its beginning tells').choices(['csv', 'ndjson']))
  .addOption(new Option('--encoding <name>', 'of its text').choices(Object.keys(encodings)).default('utf-8'))
  .addOption(delimiterOption('the first row tells'))
  .addOption(
    new Option('--country <code>', 'of phone numbers that say none, in rows that say none: CZ').argParser(countryOf),
  )
  .option(...jsonOption)
  .addHelpText(
    'after',
    `
A row is matched by its e-mail address alone; one without by its cuRefNo; one
with neither by its phone, if exactly one contact without an e-mail has it. Whoever
is not found is created.

Examples:
  npm run import -- customers.csv --organisation acme --dry-run
  npm run import -- customers.csv --organisation acme --report refused.csv`,
  )
  .action(async (given: string, options: ImportCommand) => {
    const path = pathOf(given);
    const { report } = options;
    loadPhoneNumbers();
    setUpV8();
    await withGatewayDatabase(
      async (owner) =>
        work(contextOf(owner, await findOrganisation(owner, { slug: options.organisation })), path, {
          ...options,
          ...(report !== undefined && { report: pathOf(report) }),
        }),
      { mustExist: true, operationTimeout: 0 },
    );
  });

/** Runs the command line of the process. */
export const main = () => run(command, NOT_DONE);
