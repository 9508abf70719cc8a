// The change log as it is stored: who did what to what, and why; the values that were changed stand in a table of their own, so that erasing
// can take them away.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';

export const ChangeEntryEntity = defineEntity({
  name: 'ChangeEntry',
  tableName: 'change_entry',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  indexes: [
    { name: 'change_entry_by_subject', properties: ['organisationId', 'subject', 'reference', 'id'] },
    {
      name: 'change_entry_by_action',
      properties: ['organisationId', 'subject', 'reference', 'action', 'ordinal'],
      where: 'ordinal is not null',
    },
  ],
  properties: {
    ...ownedByOrganisation,
    id: p.bigint('number').primary().autoincrement(),
    /** What kind of thing it happened to: `customer`, `api_key`, … */
    subject: p.string().length(32),
    /** Which one: a `cuRefNo`, a key's fingerprint, … */
    reference: p.string().length(64),
    /** What happened: `deleted`, `banned`, … */
    action: p.string().length(32),
    actor: p.string().length(255),
    reason: p.text().nullable(),
    /** Null for a command. */
    requestId: p.string().length(128).nullable(),
    /** Names of the fields that were changed, in the words of the API. */
    fields: p.array().defaultRaw(`'{}'`),
    createdAt: p.datetime(3).defaultRaw('now()'),
    /** Counts the entries about a customer, from 1: its place in the history, for the public. Null for other subjects. */
    ordinal: p.integer().nullable(),
  },
});

/** What happened to something, who did it and why. */
export type ChangeEntry = InferEntity<typeof ChangeEntryEntity>;

export const ChangeValueEntity = defineEntity({
  name: 'ChangeValue',
  tableName: 'change_value',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'entryId', 'field'],
  properties: {
    organisationId: p.integer().primary(),
    entryId: p.bigint('number').primary(),
    entry: () =>
      p
        .manyToOne(ChangeEntryEntity)
        .joinColumns('organisation_id', 'entry_id')
        .referencedColumnNames('organisation_id', 'id')
        .ownColumns('entry_id')
        .deleteRule('restrict')
        .updateRule('no action'),
    /** One of the entry's `fields`. */
    field: p.string().length(64).primary(),
    /** Null where the field had no value. */
    before: p.json<unknown>().nullable(),
    after: p.json<unknown>().nullable(),
  },
});
