// What GraphQL tells of API keys.
import type { ApiKey } from '../../../api-key/api-key.entity.ts';
import { authorize } from '../../../api-key/authenticate.ts';
import { keyPrefixes } from '../../../api-key/input.ts';
import { prefixOf } from '../../../api-key/key.ts';
import { keyActions } from '../../../api-key/lock.ts';
import { showApiKey } from '../../../api-key/manage.ts';
import type { ChangeEntry } from '../../../change-log/change-log.entity.ts';
import { LONGEST_HISTORY } from '../../../change-log/history.ts';
import { limitOf } from '../../../rate-limit/rate-limiter.ts';
import { builder, stringEnum } from '../../builder.ts';

/** Names in a description: `one`, `other`. */
export function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** How mutations describe the fingerprint of the key that they are about. */
export const fingerprintDescription = 'First eight characters of the key.';

/** What keys are for. */
export const ApiKeyPrefix = stringEnum('ApiKeyPrefix', 'Purpose of a key; its first four characters.', keyPrefixes);

const AuditEntryType = builder.objectRef<ChangeEntry>('AuditEntry').implement({
  description: 'An action, and who performed it.',
  scope: 'ROOT',
  fields: (t) => ({
    action: t.exposeString('action', { description: `Action on the key: one of ${listed(keyActions)}.` }),
    author: t.exposeString('actor', {
      description: 'Who performed it: `key:` and a fingerprint, or `command:` and a name.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'The reason, if one was given.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was performed.' }),
  }),
});

const USE =
  'Requests that are refused for the key or its limit do not count; the most recent 15 seconds may be missing.';

/** An API key. */
export const ApiKeyType = builder.objectRef<ApiKey>('ApiKey');

builder.node(ApiKeyType, {
  description: 'An API key, without the secret itself, of which only a digest is stored.',
  // What leads to one says so itself: `node(id:)` leads to other objects too.
  fieldScope: 'ROOT',
  id: { resolve: ({ fingerprint }) => fingerprint },
  async loadOne(fingerprint, context) {
    authorize(context.caller, ['ROOT']);
    return showApiKey(context, fingerprint);
  },
  fields: (t) => ({
    fingerprint: t.exposeString('fingerprint', { description: 'Fingerprint of the key: its first eight characters.' }),
    prefix: t.field({
      type: ApiKeyPrefix,
      description: 'What the key is for.',
      resolve: ({ fingerprint }) => prefixOf(fingerprint),
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    scopes: t.exposeStringList('scopes', {
      description: 'Scopes that the key is restricted to; empty for no restriction.',
    }),
    limitPerMinute: t.int({
      nullable: true,
      description: 'Requests per minute; null for no limit.',
      resolve: ({ fingerprint, limitPerMinute }) => limitOf(prefixOf(fingerprint), limitPerMinute),
    }),
    active: t.exposeBoolean('active', {
      description:
        'Whether the key is activated. Deletion and expiry do not change it: it may be true for a key that was deleted or has expired.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the key was created.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When the key expires.' }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true, description: 'When the key was deleted.' }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `When the key was last used; null for never. ${USE}`,
      resolve: async ({ id }, _, { keyUses }) => (await keyUses.load(id)).lastUsedAt,
    }),
    usedToday: t.int({
      description: `Requests made with the key since 00:00 UTC. ${USE}`,
      resolve: async ({ id }, _, { keyUses }) => (await keyUses.load(id)).usedToday,
    }),
    history: t.field({
      type: [AuditEntryType],
      description: `History of the key: the latest ${LONGEST_HISTORY} entries, oldest first.`,
      complexity: { multiplier: LONGEST_HISTORY },
      resolve: ({ fingerprint }, _, { keyHistories }) => keyHistories.load(fingerprint),
    }),
  }),
});
