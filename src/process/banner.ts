// What is said to whoever started the gateway, once it is ready: in demo mode to a person, else in the log.
import { SAMPLE_KEY } from '../api-key/key.ts';
import type { Config } from '../config.ts';
import { withOwner } from '../database/open.ts';
import type { DatabaseConnection } from '../database-url.ts';
import type { DemoKeys } from '../demo/data.ts';
import { entities } from '../entities.ts';
import type { Log } from '../log.ts';
import { firstCallNeeds } from '../organisation/manage.ts';

const MAKE_KEY = 'npm run keys -- create --organisation SLUG --prefix PROD --name NAME';
const MAKE_ORGANISATION = 'npm run organisations -- create --slug SLUG --name NAME';

/** A gateway that has just become ready. */
interface Started {
  /** Where it listens. */
  port: number;
  /** Keys that were just made. */
  made: DemoKeys | undefined;
  log: Log;
}

/** Says that the gateway is ready, and what is missing for a first call. */
export async function announce(config: Config, { port, made, log }: Started): Promise<void> {
  const { host, workers, database } = config;
  if (!database) return greet({ host, port, made });
  log.info({ host, port, ...(workers > 1 && { workers }) }, 'ready');
  await tellWhatIsMissing(database.direct, log);
}

/** Says how to make the first organisation and the first key, as long as nobody can call for want of them. */
async function tellWhatIsMissing(connection: DatabaseConnection, log: Log): Promise<void> {
  try {
    const there = await withOwner({ connection, entities, log }, firstCallNeeds);
    if (there === undefined || there.key) return;
    const missing = there.organisation ? 'no usable API key exists' : 'no organisation and no API key exist';
    const commands = there.organisation ? MAKE_KEY : `${MAKE_ORGANISATION} && ${MAKE_KEY}`;
    log.warn(`${missing}, so every request is refused; to create one, run: ${commands}`);
  } catch (error) {
    // An account that may not look, or a database that has just gone: neither is news of the start.
    log.debug({ err: error }, 'could not check whether an API key exists');
  }
}

/** Prints where the gateway is, a command to copy, and keys that were just made, or how to make some. */
function greet({ host, port, made }: { host: string; port: number; made: DemoKeys | undefined }): void {
  const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const address = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  console.log(`
The customer gateway is ready at ${address} (demo mode: its own database, a sample key).

  Start           ${address}/
  GraphiQL        ${address}/graphql
  REST reference  ${address}/docs
  Errors          ${address}/errors

  curl -X POST "${address}/api/v1/customer/create?apiKey=${SAMPLE_KEY}" \\
    -H "Content-Type: application/json" \\
    -d '{"email": "jan@barasek.com", "companyName": "BizKitHub"}'

${
  made
    ? `Two more keys were created for the demo organisation. They are shown only once:

  DEV_  ${made.developer}
  ROOT  ${made.root}
`
    : `More keys: npm run keys -- create --organisation demo --prefix DEV_ --name NAME
`
}
Stop with Ctrl-C. To use another database, set DATABASE_URL.
`);
}
