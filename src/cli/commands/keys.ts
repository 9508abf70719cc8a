// The command `keys`: makes, lists, shows, switches, deletes and rotates API keys.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { apiKeyTraits, createApiKeyInput } from '../../api-key/input.ts';
import {
  activateApiKey,
  createApiKey,
  deactivateApiKey,
  deleteApiKey,
  keyHistories,
  listApiKeys,
  rotateApiKey,
  showApiKey,
} from '../../api-key/manage.ts';
import { scopes } from '../../api-key/scopes.ts';
import { updateApiKey } from '../../api-key/update.ts';
import { reasonInput } from '../../change-log/reason.ts';
import { readConfig } from '../../config.ts';
import type { OperationContext } from '../../operation-context.ts';
import { findOrganisation, listOrganisations, unknownApiKey } from '../../organisation/manage.ts';
import type { Organisation } from '../../organisation/organisation.entity.ts';
import { duration } from '../durations.ts';
import {
  actor,
  confirm,
  contextOf,
  program,
  run,
  validate,
  withGatewayDatabase,
  withOptionNames,
} from '../operator.ts';
import { jsonOption, print, printList } from '../output.ts';
import { cellsOf, describe, describeAll } from './keys/describe.ts';

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** The word for the limit of the prefix. */
const DEFAULT = 'default';
/** The word for no end. */
const NEVER = 'never';
/** The setting by which new keys expire. */
const keyLifetimeDays = () => readConfig(process.env).keyLifetimeDays;
const limitOrDefault = (text: string) => (text === DEFAULT ? text : wholeNumber(text));

/** What the command line calls the members of inputs. */
const NAMES = { fingerprint: '<fingerprint>', limitPerMinute: '--limit', expiresAt: '--expires' };

/** Does something with the key of a fingerprint, whichever organisation's it is. */
async function withKey<Result>(
  fingerprint: string,
  work: (ctx: OperationContext, organisation: Organisation) => Promise<Result>,
): Promise<Result> {
  return withOptionNames(NAMES, () =>
    withGatewayDatabase(async (owner) => {
      const organisation = await findOrganisation(owner, { fingerprint });
      return work(contextOf(owner, organisation), organisation);
    }),
  );
}

/** Scopes as the command line lists them. */
const scopesOf = (text: string) => text.split(',').map((scope) => scope.trim());

const SCOPES_AND_EXAMPLE = `
Scopes:
${Object.entries(scopes)
  .map(([name, description]) => `  ${name.padEnd(16)} ${description}`)
  .join('\n')}

Example:
  npm run keys -- create --organisation acme --prefix PROD \\
    --name "Web shop" --scopes customer:create,customer:read`;

const keys = program('keys', 'API keys: who may call the gateway, for what, and how often.');

keys
  .command('create')
  .description('create a key; it is printed only once')
  .requiredOption('--organisation <slug>', 'the organisation that owns the key')
  .requiredOption('--prefix <prefix>', 'PROD, DEV_ or ROOT')
  .requiredOption('--name <text>', 'name for people')
  .option('--limit <per-minute>', 'requests per minute, instead of the default of the prefix', wholeNumber)
  .option('--scopes <a,b>', 'what the key is restricted to; everything by default')
  .option(
    '--expires <moment>',
    'when the key expires: 2027-01-31T12:00:00Z, or "never"; by default after KEY_LIFETIME_DAYS, if that is set',
  )
  .option(...jsonOption)
  .addHelpText('after', SCOPES_AND_EXAMPLE)
  .action(async (options) => {
    await withOptionNames(NAMES, async () => {
      const input = validate(createApiKeyInput, {
        prefix: options.prefix,
        name: options.name,
        limitPerMinute: options.limit,
        scopes: options.scopes === undefined ? undefined : scopesOf(options.scopes),
        expiresAt: options.expires === NEVER ? undefined : options.expires,
      });
      const traits = { ...input, ...(options.expires === NEVER && { expiresAt: null }) };
      await withGatewayDatabase(async (owner) => {
        const organisation = await findOrganisation(owner, { slug: options.organisation });
        const { key, apiKey } = await createApiKey(contextOf(owner, organisation), traits, keyLifetimeDays());
        print({ key, ...describe(apiKey, organisation) }, options);
      });
    });
  });

keys
  .command('update')
  .description('change the name of a key, its limit, what it is restricted to, or when it expires')
  .argument('<fingerprint>', 'first eight characters of the key')
  .option('--name <text>', 'name for people')
  .option('--limit <per-minute>', 'requests per minute; "default" for that of the prefix', limitOrDefault)
  .option('--scopes <a,b>', 'what the key is restricted to; "all" for everything')
  .option('--expires <moment>', 'when the key expires: 2027-01-31T12:00:00Z, or "never"')
  .option('--reason <text>', 'why, for the change log')
  .option(...jsonOption)
  .action(async (fingerprint, { name, limit, scopes: listed, expires, reason, ...options }) => {
    await withKey(fingerprint, async (ctx, organisation) => {
      const input = validate(apiKeyTraits, {
        ...{ name, reason, limitPerMinute: limit === DEFAULT ? null : limit },
        ...(listed !== undefined && { scopes: listed === 'all' ? [] : scopesOf(listed) }),
        ...(expires !== undefined && { expiresAt: expires === NEVER ? null : expires }),
      });
      print(describe(await updateApiKey(ctx, fingerprint, input), organisation), options);
    });
  });

keys
  .command('list')
  .description('list the keys of an organisation, or of all')
  .option('--organisation <slug>', 'only those of this organisation')
  .option(...jsonOption)
  .action(async (options) => {
    await withGatewayDatabase(async (owner) => {
      const { organisation: slug } = options;
      const organisations =
        slug !== undefined ? [await findOrganisation(owner, { slug })] : await listOrganisations(owner, actor);
      const listed = [];
      for (const organisation of organisations) {
        const found = await listApiKeys(contextOf(owner, organisation));
        listed.push(...(await describeAll(contextOf(owner, organisation), found, organisation)));
      }
      const none = 'No API key exists yet; npm run keys -- create makes one.';
      printList('keys', listed, { ...options, none, cells: cellsOf, optional: ['scopes', 'limitPerMinute'] });
    });
  });

keys
  .command('show')
  .description('show a key and its history')
  .argument('<fingerprint>', 'first eight characters of the key')
  .option(...jsonOption)
  .action(async (fingerprint, options) => {
    await withKey(fingerprint, async (ctx, organisation) => {
      const apiKey = await showApiKey(ctx, fingerprint);
      if (!apiKey) throw unknownApiKey(fingerprint);
      const [described] = await describeAll(ctx, [apiKey], organisation);
      const entries = await keyHistories(ctx).load(fingerprint);
      const history = entries.map(({ createdAt, action, actor: author, reason }) => ({
        at: createdAt,
        action,
        author,
        reason: reason ?? null,
      }));
      print({ ...described, history }, options);
    });
  });

keys
  .command('rotate')
  .description('replace a key with a new one that has the same rights; the new one is printed only once')
  .argument('<fingerprint>', 'first eight characters of the old key')
  .addOption(
    new Option('--grace <time>', 'how long the old key stays valid')
      .argParser(duration)
      .default(duration('24h'), '24h'),
  )
  .option(...jsonOption)
  .action(async (fingerprint, options) => {
    await withKey(fingerprint, async (ctx, organisation) => {
      const grace = { graceSeconds: options.grace, lifetimeDays: keyLifetimeDays() };
      const { key, apiKey } = await rotateApiKey(ctx, fingerprint, grace);
      print({ key, ...describe(apiKey, organisation) }, options);
    });
  });

const changes: [name: string, description: string, change: typeof deactivateApiKey][] = [
  ['deactivate', 'deactivate a key until it is activated again', deactivateApiKey],
  ['activate', 'activate a key again', activateApiKey],
];
for (const [name, description, change] of changes) addChange(keys.command(name).description(description), change);
addChange(
  keys.command('delete').description('delete a key for good').option('--yes', 'do not ask'),
  deleteApiKey,
  (fingerprint) => `Delete the key ${fingerprint}?`,
);

/** @param question - what is asked before something that cannot be undone */
function addChange(
  command: Command,
  change: typeof deactivateApiKey,
  question?: (fingerprint: string) => string,
): void {
  command
    .argument('<fingerprint>', 'first eight characters of the key')
    .option('--reason <text>', 'why, for the change log')
    .option(...jsonOption)
    .action(async (fingerprint, options) => {
      await withKey(fingerprint, async (ctx, organisation) => {
        const reason = validate(z.object({ reason: reasonInput }), options).reason;
        if (question) await confirm(question(fingerprint), options);
        print(describe(await change(ctx, fingerprint, reason), organisation), options);
      });
    });
}

/** Runs the command line of the process. */
export const main = () => run(keys);
