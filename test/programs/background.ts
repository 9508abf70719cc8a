// A process that does the chores of a database in the background, until it is killed.
import { jobOfFunction } from '../../src/background/job.ts';
import { BackgroundRunner } from '../../src/background/runner.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { openLog } from '../../src/log.ts';

const { DATABASE_URL = '', OPERATION_TIMEOUT } = process.env;
const { log } = openLog('info', false);
const operationTimeout = Number(OPERATION_TIMEOUT);
const database = openDatabase({ connection: parseDatabaseUrl(DATABASE_URL), entities, log, operationTimeout });
const job = jobOfFunction(database, { name: 'do_chores', stepSize: 10, fullPause: 1, pause: 20 });
new BackgroundRunner({ jobs: [job], log }).start();
// Background work keeps no process alive.
setInterval(() => {}, 1_000);
