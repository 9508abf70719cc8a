// The command `check`: whether all that the tables promise holds.
import { findings, invariantsOf } from '../../check/check.ts';
import type { Finding, Unlisted } from '../../check/invariant.ts';
import type { Database } from '../../database/open.ts';
import { program, run, withGatewayDatabase } from '../operator.ts';
import { english, jsonOption, printStream } from '../output.ts';

/** The exit code when something is wrong, and when it could not be told. */
const WRONG = 1;
const UNTOLD = 3;
/** Milliseconds between two lines that say how far it is. */
const PROGRESS_INTERVAL = 10_000;

/** What is wrong, for people. */
function lineOf(finding: Finding | Unlisted): string {
  if ('more' in finding) return `${finding.invariant}: ${english(finding.more)} more are not listed`;
  const { organisation, subject, detail } = finding;
  return organisation === null ? `${subject}: ${detail}` : `organisation ${organisation}: ${subject}: ${detail}`;
}

/** Says how far it is on standard error, every now and then, until it is stopped. */
function progress() {
  let customers = 0;
  let where = 'comparing all rows';
  const timer = setInterval(() => {
    console.error(`${english(customers)} customers looked at, ${where}`);
  }, PROGRESS_INTERVAL).unref();
  return {
    onBatch(table: string, count: number) {
      where = `now at the table ${table}`;
      if (table === 'customer') customers += count;
    },
    stop: () => clearInterval(timer),
  };
}

let isTold = false;

/** Says what is checked, without a look at any row. */
async function list({ orm }: Database, json: boolean): Promise<void> {
  const { rows, batches, whole } = invariantsOf(orm);
  const invariants = [...whole, ...rows, ...batches].map(({ name, promise }) => ({ name, promise }));
  const line = ({ name, promise }: (typeof invariants)[number]) => `${name}: ${promise}`;
  await printStream('invariants', invariants, { json, none: 'Nothing is checked.', line });
}

/** Prints what is found, and tells by the exit code whether that is anything. */
async function look(owner: Database, organisation: string | undefined, json: boolean): Promise<void> {
  const work = progress();
  let count = 0;
  async function* counted() {
    for await (const finding of findings(owner, { organisation, onBatch: work.onBatch })) {
      count += 'more' in finding ? finding.more : 1;
      yield finding;
    }
  }
  const options = { json, none: 'Nothing is wrong.', line: lineOf };
  await printStream('findings', counted(), options).finally(work.stop);
  if (count === 0) return;
  process.exitCode = WRONG;
  if (!json) console.error(count === 1 ? '1 finding.' : `${english(count)} findings.`);
}

const check = program(
  'check',
  'Checks what the tables promise (ledgers, change log, references, …) and names each row that breaks it.',
)
  .usage('[options]')
  .option('--organisation <slug>', 'only the rows of this organisation')
  .option('--list', 'say what is checked, and look at nothing')
  .option(...jsonOption)
  .addHelpText(
    'after',
    `
It changes nothing, and calls do not wait for it. At most 1,000 findings of a
kind are listed, and how many more there are. The exit code is 0 when nothing is
wrong, 1 when something is, 2 as above, and 3 instead of 1 when it could not be
told.`,
  )
  .action(async ({ organisation, list: isList = false, json = false }) => {
    await withGatewayDatabase(async (owner) => (isList ? list(owner, json) : look(owner, organisation, json)), {
      operationTimeout: 0,
      mustExist: true,
    });
    isTold = true;
  });

/** Runs the command line of the process. */
export async function main(): Promise<void> {
  isTold = false;
  await run(check);
  if (process.exitCode === WRONG && !isTold) process.exitCode = UNTOLD;
}
