// Brings the database named by DATABASE_URL to its shape, and ends. The gateway does the same when it starts.
import { ConfigError, readConfig } from '../../config.ts';
import { migrate } from '../../database/migrate.ts';
import { explaining } from '../../database/readiness/unreachable.ts';
import { entities } from '../../entities.ts';
import { openLog } from '../../log.ts';
import { reporting } from '../operator.ts';

async function main(): Promise<void> {
  const { database, logLevel } = readConfig(process.env);
  if (!database) throw new ConfigError('DATABASE_URL must be set: demo mode migrates its own database when it starts.');
  const { direct } = database;
  const ran = await explaining(direct, () => migrate(direct, entities, openLog(logLevel, true).log));
  console.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The database is up to date.');
}

await reporting(main);
