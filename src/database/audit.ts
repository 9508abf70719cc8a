// The audit trail: who did what to what, and why.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { behindWall, ownedByOrganisation } from './organisation.ts';

export const AuditEntryEntity = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  ...behindWall,
  primaryKeys: ['organisationId', 'id'],
  indexes: [{ name: 'audit_entry_by_subject', properties: ['organisationId', 'subject', 'reference', 'id'] }],
  properties: {
    ...ownedByOrganisation,
    id: p.bigint('number').primary().autoincrement(),
    /** What kind of thing it happened to: `customer`, `api_key`, … */
    subject: p.string().length(32),
    /** Which one: a `cuRefNo`, a key's fingerprint, … */
    reference: p.string().length(64),
    /** What happened: `deleted`, `banned`, … */
    action: p.string().length(32),
    reason: p.text().nullable(),
    author: p.string().length(255),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});
