// A gateway with parts of it switched off, so that a benchmark can tell what they cost.
import type { ApiKey } from '../../src/api-key/api-key.entity.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open.ts';
import { entities } from '../../src/entities.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { openLog } from '../../src/log.ts';
import { setUpV8 } from '../../src/process/v8.ts';
import { Quota } from '../../src/rate-limit/quota.ts';
import { openRateLimiter } from '../../src/rate-limit/rate-limiter.ts';
import { SlidingWindowStore } from '../../src/rate-limit/sliding-window.ts';

const { SWITCHED_OFF = '', ORGANISATION = '' } = process.env;
const off = new Set(SWITCHED_OFF.split(','));
const config = readConfig(process.env);
const { database } = config;
if (!database) throw new Error('DATABASE_URL is not set');
const { log } = openLog(config.logLevel, false);

/** Whoever calls is the same caller: no look at the key, no count. */
const caller = {
  organisationId: Number(ORGANISATION),
  fingerprint: 'PRODnone',
  prefix: 'PROD' as const,
  scopes: [],
  digest: '',
  limit: null,
};
const quota = new Quota(openRateLimiter(undefined, log, new SlidingWindowStore()), caller);
const authenticator = {
  findKey: async () => ({ fingerprint: caller.fingerprint }) as ApiKey,
  authenticate: async () => ({ caller, quota }),
};

const app = createApp(
  { ...config, database },
  {
    log,
    parts: {
      fastPath: !off.has('fastPath'),
      ...(off.has('authenticator') && { authenticator }),
      ...(off.has('row-level-security') && {
        database: openDatabase({ connection: database.pooled, entities, log, asOwner: true, rowLevelSecurity: false }),
      }),
    },
  },
);
await app.prepare();
setUpV8();
const limits = { maxConnections: config.maxConnections, isProxy: () => false };
createHttpServer({ handle: app.handle, log, limits, publicUrl: config.publicUrl }).listen(config.port, config.host);
process.once('SIGTERM', () => process.exit(0));
