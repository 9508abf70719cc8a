// API keys in GraphQL, for ROOT keys: what the command `keys` does, within the organisation of the key.
import type { ApiKey } from '../../api-key/api-key.entity.ts';
import {
  type ChangeApiKey,
  type CreateApiKey,
  changeApiKeyInput,
  createApiKeyInput,
  DEFAULT_GRACE,
  keyPrefixes,
  LARGEST_LIMIT,
  LONGEST_GRACE,
  LONGEST_NAME,
  type RotateApiKey,
  rotateApiKeyInput,
  scopeNames,
} from '../../api-key/input.ts';
import { prefixOf } from '../../api-key/key.ts';
import { keyActions } from '../../api-key/lock.ts';
import {
  activateApiKey,
  createApiKey,
  deactivateApiKey,
  deleteApiKey,
  findApiKey,
  listApiKeys,
  type NewKey,
  type RotatedKey,
  rotateApiKey,
  showApiKey,
} from '../../api-key/manage.ts';
import type { ChangeEntry } from '../../change-log/change-log.entity.ts';
import { LONGEST_HISTORY } from '../../change-log/history.ts';
import { LONGEST_REASON } from '../../change-log/reason.ts';
import { invalidField } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { limitOf } from '../../rate-limit/rate-limiter.ts';
import { builder, stringEnum, validatedBy } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { mutation, NoLongerThereError } from '../mutation.ts';
import { cursorReader, encodeCursor } from './cursor.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage } from './page.ts';

/** Names in a description: `one`, `other`. */
function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** An answer with a whole key in it must be seen once, not kept for who asks again. */
function assertNotKept({ answerIsKept }: GatewayContext): void {
  if (!answerIsKept) return;
  throw invalidField('Idempotency-Key', 'must not be sent: the answer contains an API key, which is shown only once');
}

const ApiKeyPrefix = stringEnum('ApiKeyPrefix', 'Purpose of a key; its first four characters.', keyPrefixes);

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

const ApiKeyType = builder.objectRef<ApiKey>('ApiKey').implement({
  description: 'An API key, without the secret itself, of which only a digest is stored.',
  scope: 'ROOT',
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

builder.queryFields((t) => ({
  apiKey: t.field({
    type: ApiKeyType,
    nullable: true,
    description: 'Shows one API key. Null when there is none.',
    args: { fingerprint: t.arg.string({ required: true, description: 'First eight characters of the key.' }) },
    scope: 'ROOT',
    resolve: (_, { fingerprint }, context) => showApiKey(context, fingerprint),
  }),
  apiKeys: t.connection(
    {
      type: ApiKeyType,
      nullable: true,
      description: `Lists the API keys of the organisation, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'ROOT',
      complexity: pricedByPage,
      resolve: (_, args, context) =>
        readPage<ApiKey, string>(
          args,
          ({ fingerprint }) => encodeCursor('apiKey', fingerprint),
          cursorReader('apiKey'),
          (page) => listApiKeys(context, page),
        ),
    },
    { name: 'ApiKeyConnection', description: 'A page of API keys.', scope: 'ROOT' },
    { name: 'ApiKeyEdge', description: 'An API key in a page.', scope: 'ROOT' },
  ),
}));

const DEFAULT_END = 'By default after the lifetime that the gateway is configured with, if any.';

const CreateApiKeyInputType = builder.inputType('CreateApiKeyInput', {
  description: 'Properties of a new API key.',
  ...validatedBy(createApiKeyInput),
  fields: (t) => ({
    prefix: t.field({ type: ApiKeyPrefix, required: true, description: 'What the key is for.' }),
    name: t.string({ required: true, description: `Name for people: 1 to ${LONGEST_NAME} characters.` }),
    limitPerMinute: t.int({
      description: `Requests per minute, instead of the default of the prefix: 1 to ${LARGEST_LIMIT}. Not for a \`ROOT\` key, which has no limit.`,
    }),
    scopes: t.stringList({
      description: `Scopes that the key is restricted to, of ${listed(scopeNames)}; none for no restriction. Not for a \`ROOT\` key, which may do all.`,
    }),
    expiresAt: t.field({ type: 'DateTime', description: `When the key expires, in the future. ${DEFAULT_END}` }),
  }),
});

const fingerprintDescription = 'First eight characters of the key.';

const RotateApiKeyInputType = builder.inputType('RotateApiKeyInput', {
  description: 'The API key to replace.',
  ...validatedBy(rotateApiKeyInput),
  fields: (t) => ({
    fingerprint: t.string({ required: true, description: fingerprintDescription }),
    graceSeconds: t.int({
      defaultValue: DEFAULT_GRACE,
      description: `Seconds for which the old key remains valid: 0 to ${LONGEST_GRACE}. Null for the default.`,
    }),
  }),
});

/** The payload of a mutation that makes a key. */
function newKeyPayload<Made extends NewKey>(mutation: string) {
  return builder.objectRef<Made>(`${capitalised(mutation)}Payload`).implement({
    description: `Result of \`${mutation}\`.`,
    scope: 'ROOT',
    fields: (t) => ({
      key: t.string({ description: 'The whole key. It is shown only once.', resolve: ({ key }) => key }),
      apiKey: t.field({ type: ApiKeyType, description: 'The stored key.', resolve: ({ apiKey }) => apiKey }),
    }),
  });
}

const RotateApiKeyPayload = newKeyPayload<RotatedKey>('rotateApiKey');
builder.objectField(RotateApiKeyPayload, 'replacedApiKey', (t) =>
  t.field({
    type: ApiKeyType,
    description: 'The replaced key: `expiresAt` tells how long it remains valid.',
    resolve: ({ replacedApiKey }) => replacedApiKey,
  }),
);

/** A mutation that changes a key: its input, its payload, and the field. */
function changeOf(
  name: string,
  description: string,
  change: (ctx: OperationContext, fingerprint: string, reason?: string) => Promise<ApiKey>,
): void {
  const input = builder.inputType(`${capitalised(name)}Input`, {
    description: 'The API key to change.',
    ...validatedBy(changeApiKeyInput),
    fields: (t) => ({
      fingerprint: t.string({ required: true, description: fingerprintDescription }),
      reason: t.string({ description: `Why, for the change log: at most ${LONGEST_REASON} characters.` }),
    }),
  });
  const payload = builder.objectRef<{ apiKey: ApiKey }>(`${capitalised(name)}Payload`).implement({
    description: `Result of \`${name}\`.`,
    scope: 'ROOT',
    fields: (t) => ({
      apiKey: t.field({ type: ApiKeyType, description: 'The key after the change.', resolve: ({ apiKey }) => apiKey }),
    }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: payload,
      nullable: true,
      description,
      args: { input: t.arg({ type: input, required: true, description: 'The key.' }) },
      scope: 'ROOT',
      resolve: mutation({
        act: (context, { fingerprint, reason }: ChangeApiKey) => change(context, fingerprint, reason),
        outcomeOf: ({ fingerprint }) => ({ fingerprint }),
        load: async (context, { fingerprint }) => {
          const apiKey = await findApiKey(context, fingerprint);
          if (!apiKey) throw new NoLongerThereError();
          return apiKey;
        },
        payloadOf: (context, apiKey) => {
          // An earlier field of the same operation may have asked for it.
          context.keyHistories.clear(apiKey.fingerprint);
          return { apiKey };
        },
      }),
    }),
  );
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const REFUSES_IDEMPOTENCY_KEY =
  'A request with the header `Idempotency-Key` is refused, because the answer contains a key that is shown only once.';

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: newKeyPayload('createApiKey'),
    nullable: true,
    description: `Creates an API key. ${REFUSES_IDEMPOTENCY_KEY}`,
    args: { input: t.arg({ type: CreateApiKeyInputType, required: true, description: 'Properties of the key.' }) },
    scope: 'ROOT',
    resolve: (_, { input }, context) => {
      assertNotKept(context);
      return createApiKey(context, input as CreateApiKey, context.keyLifetimeDays);
    },
  }),
  rotateApiKey: t.field({
    type: RotateApiKeyPayload,
    nullable: true,
    description: `Replaces an API key with a new one that has the same rights; the old one remains valid for a while. The new one expires when the old one would have, or by default where that one did. ${REFUSES_IDEMPOTENCY_KEY}`,
    args: { input: t.arg({ type: RotateApiKeyInputType, required: true, description: 'The key.' }) },
    scope: 'ROOT',
    resolve: async (_, { input }, context) => {
      assertNotKept(context);
      const { fingerprint, graceSeconds } = input as RotateApiKey;
      const rotated = await rotateApiKey(context, fingerprint, { graceSeconds, lifetimeDays: context.keyLifetimeDays });
      context.keyHistories.clear(fingerprint);
      return rotated;
    },
  }),
}));

changeOf('activateApiKey', 'Activates an API key again. Nothing changes if it is already active.', activateApiKey);
changeOf(
  'deactivateApiKey',
  'Deactivates an API key until it is activated again. Nothing changes if it is already inactive.',
  deactivateApiKey,
);
changeOf(
  'deleteApiKey',
  'Deletes an API key permanently, even the one that the request is made with. If the organisation has no other `ROOT` key, only the command `keys` can create a new one.',
  deleteApiKey,
);
