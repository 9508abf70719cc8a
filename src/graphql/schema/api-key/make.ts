// Mutations that make API keys, for ROOT keys: what the command `keys` does, within the organisation of the key.
import {
  type CreateApiKey,
  createApiKeyInput,
  DEFAULT_GRACE,
  LARGEST_LIMIT,
  LONGEST_GRACE,
  LONGEST_NAME,
  type RotateApiKey,
  rotateApiKeyInput,
  scopeNames,
} from '../../../api-key/input.ts';
import { createApiKey, type NewKey, type RotatedKey, rotateApiKey } from '../../../api-key/manage.ts';
import { invalidField } from '../../../errors/api-error.ts';
import { builder, validatedBy } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { ApiKeyPrefix, ApiKeyType, fingerprintDescription, listed } from './type.ts';

/** An answer with a whole key in it must be seen once, not kept for who asks again. */
function assertNotKept({ answerIsKept }: GatewayContext): void {
  if (!answerIsKept) return;
  throw invalidField('Idempotency-Key', 'must not be sent: the answer contains an API key, which is shown only once');
}

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
function newKeyPayload<Made extends NewKey>(payload: string, mutation: string) {
  return builder.objectRef<Made>(payload).implement({
    description: `Result of \`${mutation}\`.`,
    scope: 'ROOT',
    fields: (t) => ({
      key: t.string({ description: 'The whole key. It is shown only once.', resolve: ({ key }) => key }),
      apiKey: t.field({ type: ApiKeyType, description: 'The stored key.', resolve: ({ apiKey }) => apiKey }),
    }),
  });
}

const RotateApiKeyPayload = newKeyPayload<RotatedKey>('RotateApiKeyPayload', 'rotateApiKey');
builder.objectField(RotateApiKeyPayload, 'replacedApiKey', (t) =>
  t.field({
    type: ApiKeyType,
    description: 'The replaced key: `expiresAt` tells how long it remains valid.',
    resolve: ({ replacedApiKey }) => replacedApiKey,
  }),
);

const REFUSES_IDEMPOTENCY_KEY =
  'A request with the header `Idempotency-Key` is refused, because the answer contains a key that is shown only once.';

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: newKeyPayload('CreateApiKeyPayload', 'createApiKey'),
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
