// The command `import`: takes the customers of a file in.
import { stat } from 'node:fs/promises';
import { Option } from 'commander';
import { loadPhoneNumbers } from '../../customer/phone.ts';
import { fileFailure } from '../../customer/transfer/file-failure.ts';
import { readMap, shortened, UnusableFileError } from '../../customer/transfer/header.ts';
import { csvSource } from '../../customer/transfer/import/csv-source.ts';
import { Import, type ImportOptions } from '../../customer/transfer/import/import.ts';
import { ndjsonSource } from '../../customer/transfer/import/ndjson-source.ts';
import { ReportFile, type ReportForm } from '../../customer/transfer/import/report.ts';
import type { ImportRun } from '../../customer/transfer/import/run.entity.ts';
import { beginRun, type Counts, digestOf, findRun, NO_ROWS, type Origin } from '../../customer/transfer/import/run.ts';
import type { Source } from '../../customer/transfer/import/source.ts';
import { tryImport } from '../../customer/transfer/import/trial.ts';
import { type Encoding, encodings, hasByteOrderMark, toUtf8 } from '../../customer/transfer/read/encoding.ts';
import type { OperationContext } from '../../operation-context.ts';
import { findOrganisation } from '../../organisation/manage.ts';
import { setUpMemory } from '../../process/memory.ts';
import { contextOf, program, run, withGatewayDatabase } from '../operator.ts';
import { english, jsonOption, note, print } from '../output.ts';
import { Progress } from '../progress.ts';
import { delimiterOption } from './delimiter-option.ts';
import { Input } from './import/input.ts';
import { RefusedLines } from './import/refused-lines.ts';

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

/** Opens the source; a warning tells of bytes that nobody can read. */
async function sourceOf(input: Input, options: ImportCommand): Promise<Source> {
  const { encoding, delimiter, map, customFields = false } = options;
  const bytes = toUtf8(input.bytes(), encoding, () =>
    note(`The file holds bytes that are not ${encoding}; the rows with them are refused. Is it another --encoding?`),
  );
  const header = { map: readMap(map), customFields };
  // A program that wrote it so would take UTF-8 without a mark for its own encoding.
  const hasMark = encoding !== 'utf-8' || hasByteOrderMark(input.head);
  const format = options.format ?? input.format();
  return format === 'ndjson' ? ndjsonSource(bytes, header) : csvSource(bytes, { ...header, delimiter, hasMark });
}

/** How the file is told from others, and that it is imported in the same way. */
function originOf(input: Input, path: string, options: ImportCommand): Origin {
  const { update, map, customFields, format, encoding, delimiter } = options;
  const name = path === '-' ? 'standard input' : (path.split(/[\\/]/).at(-1) as string);
  return {
    source: name,
    fingerprint: digestOf(input.beginning),
    settings: digestOf(JSON.stringify([update, map, customFields, format ?? input.format(), encoding, delimiter])),
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
  if (earlier.settings !== origin.settings)
    throw new UnusableFileError(
      'The interrupted import of this file was told other options (--update, --map, --custom-fields, --format, --encoding, --delimiter): say the same again, or leave --resume out.',
    );
  note(
    earlier.finishedAt
      ? `The import of this file came to its end; only rows that were added since are new.`
      : `${english(earlier.rows)} rows were imported before; going on after them.`,
  );
  return earlier;
}

/** Prints what became of rows, for people and for programs. */
function tell(rows: number, counts: Counts, trial: boolean, { json, report }: ImportCommand): void {
  const { created, changed, unchanged, refused, withoutReferral } = counts;
  print(
    { rows, created, changed, unchanged, refused, withoutReferral, ...(json && { dryRun: trial }) },
    { ...(json && { json }) },
  );
  if (trial && !json) note('Nothing was stored: this was a trial.');
  if (report !== undefined && refused + withoutReferral > 0) note(`The refused rows are in ${report}.`);
}

function noteWhatStays(rows: number): void {
  if (rows > 0) note(`${english(rows)} rows are imported, and stay so: --resume goes on after them.`);
}

async function work(ctx: OperationContext, path: string, command: ImportCommand): Promise<void> {
  const { dryRun = false, update: isUpdate = false } = command;
  const input = await Input.open(path);
  const source = await sourceOf(input, command);
  const origin = originOf(input, path, command);
  const earlier = dryRun ? undefined : await earlierRun(ctx, origin, command);
  const run = dryRun ? undefined : (earlier ?? (await beginRun(ctx, origin)));
  const report = await reportOf(command, path, source, earlier);
  const progress = new Progress(run?.rows);
  const printed = new RefusedLines(progress);
  let [rows, counts] = [run?.rows ?? 0, run ?? NO_ROWS] as [number, Counts];
  let [isDone, isBroken] = [false, false];
  const options: ImportOptions = {
    isUpdate,
    report,
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
    input.close();
  }
  if (!report) printed.end();
  tellUnknown(source.unknown);
  tell(rows, counts, dryRun, command);
  if (counts.refused + counts.withoutReferral > 0) process.exitCode = REFUSED;
}

/** @returns undefined where none is wanted */
async function reportOf(
  { report: path }: ImportCommand,
  file: string,
  source: Source,
  earlier: ImportRun | undefined,
): Promise<ReportFile | undefined> {
  if (path === undefined) return undefined;
  const report = await openReport(path, file, source, earlier).catch((error: unknown) => {
    throw fileFailure(`The report ${path} cannot be written`, error);
  });
  if (earlier && earlier.refused + earlier.withoutReferral > 0 && !report.isContinued)
    note('The earlier report is not there: this one has the rows that are refused from now on.');
  return report;
}

/**
 * @param file - the file that is imported, in whose place the report must not come
 * @throws UnusableFileError
 */
async function openReport(
  path: string,
  file: string,
  form: ReportForm,
  earlier: ImportRun | undefined,
): Promise<ReportFile> {
  const [report, imported] = await Promise.all([path, file].map((each) => stat(each).catch(() => undefined)));
  if (report && imported && report.dev === imported.dev && report.ino === imported.ino)
    throw new UnusableFileError('The report would take the place of the file that is imported.');
  if (path === '-' || (report && !report.isFile()))
    throw new UnusableFileError(`The report cannot be written: ${path} is no file.`);
  return ReportFile.open(path, form, earlier && { length: earlier.reportBytes, digest: earlier.reportDigest });
}

function tellUnknown(names: readonly string[]): void {
  if (names.length === 0) return;
  const shown = names
    .slice(0, 10)
    .map((name) => `"${shortened(name)}"`)
    .join(', ');
  const more = names.length > 10 ? ` and ${english(names.length - 10)} more` : '';
  note(`Not imported, since nobody knows what they are: the columns ${shown}${more}. See --map and --custom-fields.`);
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
  .action(async (path: string, options: ImportCommand) => {
    loadPhoneNumbers();
    setUpMemory();
    await withGatewayDatabase(
      async (owner) =>
        work(contextOf(owner, await findOrganisation(owner, { slug: options.organisation })), path, options),
      { mustExist: true, operationTimeout: 0 },
    );
  });

/** Runs the command line of the process. */
export const main = () => run(command, NOT_DONE);
