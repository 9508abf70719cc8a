// Mutations that change API keys, for ROOT keys: what the command `keys` does, within the organisation of the key.
import type { ZodType } from 'zod';
import type { ApiKey } from '../../../api-key/api-key.entity.ts';
import {
  changeApiKeyInput,
  LARGEST_LIMIT,
  LONGEST_NAME,
  scopeNames,
  type UpdateApiKey,
  updateApiKeyInput,
} from '../../../api-key/input.ts';
import { activateApiKey, deactivateApiKey, deleteApiKey, findApiKey } from '../../../api-key/manage.ts';
import { updateApiKey } from '../../../api-key/update.ts';
import { LONGEST_REASON } from '../../../change-log/reason.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { builder, type InputFields, validatedBy } from '../../builder.ts';
import { mutation, NoLongerThereError } from '../../mutation.ts';
import { ApiKeyType, fingerprintDescription, listed } from './type.ts';

/** A mutation that changes a key. */
interface KeyChange<Input> {
  description: string;
  schema: ZodType<Input>;
  /** Members of the input besides those that all have. */
  members?: (t: InputFields) => ReturnType<typeof traitMembers>;
  change(ctx: OperationContext, fingerprint: string, input: Input): Promise<ApiKey>;
}

/** Declares a mutation that changes a key: its input, its payload, and the field. */
function changeOf<Input extends { fingerprint: string }>(
  name: string,
  { description, schema, members, change }: KeyChange<Input>,
): void {
  const typeName = name.charAt(0).toUpperCase() + name.slice(1);
  const input = builder.inputType(`${typeName}Input`, {
    description: 'The API key to change.',
    ...validatedBy(schema),
    fields: (t) => ({
      fingerprint: t.string({ required: true, description: fingerprintDescription }),
      ...members?.(t),
      reason: t.string({ description: `Why, for the change log: at most ${LONGEST_REASON} characters.` }),
    }),
  });
  const payload = builder.objectRef<{ apiKey: ApiKey }>(`${typeName}Payload`).implement({
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
        act: (context, given: Input) => change(context, given.fingerprint, given),
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

/** The members of an update: what is absent stays. */
const traitMembers = (t: InputFields) => ({
  name: t.string({ description: `Name for people: 1 to ${LONGEST_NAME} characters.` }),
  limitPerMinute: t.int({
    description: `Requests per minute: 1 to ${LARGEST_LIMIT}. Null for the default of the prefix. Not for a \`ROOT\` key, which has no limit.`,
  }),
  scopes: t.stringList({
    description: `Scopes that the key is restricted to, of ${listed(scopeNames)}; none for no restriction. Not for a \`ROOT\` key, which may do all.`,
  }),
  expiresAt: t.field({ type: 'DateTime', description: 'When the key expires, in the future. Null for never.' }),
});

changeOf('updateApiKey', {
  description:
    'Changes the name of an API key, its limit, what it is restricted to, or when it expires. What is absent stays.',
  schema: updateApiKeyInput,
  members: traitMembers,
  change: (ctx, fingerprint, input: UpdateApiKey & { fingerprint: string }) => updateApiKey(ctx, fingerprint, input),
});
changeOf('activateApiKey', {
  description: 'Activates an API key again. Nothing changes if it is already active.',
  schema: changeApiKeyInput,
  change: (ctx, fingerprint, { reason }) => activateApiKey(ctx, fingerprint, reason),
});
changeOf('deactivateApiKey', {
  description: 'Deactivates an API key until it is activated again. Nothing changes if it is already inactive.',
  schema: changeApiKeyInput,
  change: (ctx, fingerprint, { reason }) => deactivateApiKey(ctx, fingerprint, reason),
});
changeOf('deleteApiKey', {
  description:
    'Deletes an API key permanently, even the one that the request is made with. If the organisation has no other `ROOT` key, only the command `keys` can create a new one.',
  schema: changeApiKeyInput,
  change: (ctx, fingerprint, { reason }) => deleteApiKey(ctx, fingerprint, reason),
});
