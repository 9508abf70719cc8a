// What has to hold of the database before a gateway answers: it is the right one, in shape, and gives what calls lean on.
import type { ServingConfig } from './config.ts';
import { migrate } from './database/migrate.ts';
import { type Database, withOwner } from './database/open.ts';
import { assertPreparedStatementsKeep, explainLeftStatements } from './database/readiness/pooler.ts';
import { assertOneDatabase } from './database/readiness/same-database.ts';
import { DatabaseUnusableError, explaining } from './database/readiness/unreachable.ts';
import { explainServingRole } from './database/role/serving-role.ts';
import { assertRowLevelSecurity } from './database/row-level-security.ts';
import { type DemoKeys, makeDemoKeys, seedDemo } from './demo/data.ts';
import { entities } from './entities.ts';
import type { Log } from './log.ts';

/** What preparing needs besides the settings. */
interface PrepareServices {
  /** That of calls; undefined where it is not to be looked at. */
  database: Database | undefined;
  log: Log;
}

/**
 * Brings the database to its shape, in demo mode fills it, and checks that calls can lean on it.
 *
 * @returns the keys that were made for the demo organisation, if any were
 * @throws ConfigError, or DatabaseUnusableError, saying why it cannot be used
 */
export async function prepareDatabase(
  config: ServingConfig,
  { database, log }: PrepareServices,
): Promise<DemoKeys | undefined> {
  const { pooled, direct } = config.database;
  // Before anything is made in a database that is not meant. Whether calls may connect is settled by what follows.
  await assertOneDatabase(config.database).catch((error: unknown) => {
    if (!(error instanceof DatabaseUnusableError)) throw error;
  });
  const made = await explaining(direct, async () => {
    await migrate(direct, entities, log);
    if (!config.demo) return undefined;
    return withOwner({ connection: direct, entities, log }, async (owner) => {
      await seedDemo(owner);
      return config.demoKeys ? makeDemoKeys(owner) : undefined;
    });
  });
  await assertOneDatabase(config.database);
  await explaining(pooled, async () => {
    await assertPreparedStatementsKeep(pooled);
    const separation =
      database && assertRowLevelSecurity(database).catch((error: unknown) => explainServingRole(error, pooled));
    await separation?.catch(explainLeftStatements);
  });
  return made;
}
