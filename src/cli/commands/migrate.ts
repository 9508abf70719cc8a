// The command `migrate`: brings the database named by DATABASE_URL to its shape. The gateway does the same when it starts.
import { ConfigError, readConfig } from '../../config.ts';
import { migrate } from '../../database/migrate.ts';
import { explaining } from '../../database/readiness/unreachable.ts';
import { entities } from '../../entities.ts';
import { openLog } from '../../log.ts';
import { program, run, standardErrorLog } from '../operator.ts';
import { jsonOption } from '../output.ts';

const migrating = program(
  'migrate',
  'Brings the database of DATABASE_URL to the shape that this version needs, as a start does.',
)
  .usage('[options]')
  .option(...jsonOption)
  .action(async ({ json }: { json?: boolean }) => {
    const { database, logLevel } = readConfig(process.env);
    if (!database)
      throw new ConfigError('DATABASE_URL must be set: demo mode migrates its own database when it starts.');
    const { direct } = database;
    const log = json ? standardErrorLog(logLevel) : openLog(logLevel, true).log;
    const ran = await explaining(direct, () => migrate(direct, entities, log));
    if (json) console.log(JSON.stringify({ ran }));
    else console.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The database is up to date.');
  });

/** Runs the command line of the process. */
export const main = () => run(migrating);
