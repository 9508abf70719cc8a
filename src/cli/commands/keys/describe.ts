// What the command `keys` tells of keys.
import type { ApiKey } from '../../../api-key/api-key.entity.ts';
import { prefixOf } from '../../../api-key/key.ts';
import { keyUses } from '../../../api-key/use.ts';
import type { OperationContext } from '../../../operation-context.ts';
import type { Organisation } from '../../../organisation/organisation.entity.ts';
import { limitOf } from '../../../rate-limit/rate-limiter.ts';
import { ago } from '../../durations.ts';

/** What is told of a key: never the key itself. */
export function describe(apiKey: ApiKey, { slug }: Organisation) {
  const { fingerprint, name, scopes, limitPerMinute, active, createdAt, expiresAt, deletedAt } = apiKey;
  const prefix = prefixOf(fingerprint);
  const limit = limitOf(prefix, limitPerMinute);
  const moments = { createdAt, expiresAt: expiresAt ?? null, deletedAt: deletedAt ?? null };
  return { fingerprint, organisation: slug, prefix, name, limitPerMinute: limit, scopes, active, ...moments };
}

/** What is told of several keys of an organisation, with what they were used for. */
export async function describeAll(ctx: OperationContext, apiKeys: readonly ApiKey[], organisation: Organisation) {
  const uses = keyUses(ctx);
  return Promise.all(
    apiKeys.map(async (apiKey) => ({ ...describe(apiKey, organisation), ...(await uses.load(apiKey.id)) })),
  );
}

type DescribedKey = Awaited<ReturnType<typeof describeAll>>[number];

/** What a table shows of a key. */
export function cellsOf({ fingerprint, organisation, name, scopes, limitPerMinute, ...key }: DescribedKey) {
  const { expiresAt, lastUsedAt, usedToday } = key;
  return {
    ...{ fingerprint, organisation, name, state: stateOf(key), expires: expiresAt?.toISOString().slice(0, 10) },
    ...{ lastUsed: lastUsedAt && ago(lastUsedAt), today: usedToday, limitPerMinute, scopes },
  };
}

function stateOf({ active, expiresAt, deletedAt }: Pick<DescribedKey, 'active' | 'expiresAt' | 'deletedAt'>): string {
  if (deletedAt) return 'deleted';
  if (!active) return 'inactive';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'active';
}
