// The audit trail: who did what to what, and why.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { columnsOf } from '../database/columns.ts';
import type { OrganisationDatabase, Statement } from '../database/open.ts';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';

export const AuditEntryEntity = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  ...tenantPolicy,
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

/** What happened to something, who did it and why. */
export type AuditEntry = InferEntity<typeof AuditEntryEntity>;

/** Something that has a history. */
export interface AuditSubject {
  /** What kind of thing it is: `customer`, `api_key`, … */
  subject: string;
  /** Which one; `*` for all of an organisation. */
  reference: string;
}

const record: Statement = {
  name: 'audit_record',
  text: 'insert into audit_entry (organisation_id, subject, reference, action, author) values ($1, $2, $3, $4, $5)',
};

/** Writes down what was done without a change, such as a look at a list. A change writes its entry in its own statement. */
export async function recordAudit(
  database: OrganisationDatabase,
  { subject, reference }: AuditSubject,
  action: string,
  author: string,
): Promise<void> {
  await database.run(record, [database.organisationId, subject, reference, action, author]);
}

/** Entries of one history that are shown: the latest. */
export const LONGEST_HISTORY = 100;

const columns = columnsOf(AuditEntryEntity);

const latest: Statement = {
  name: 'audit_latest',
  text: `
    select ${columns.map((column) => `e.${column}`).join(', ')}
    from unnest($3::text[]) as r (reference)
    cross join lateral (
      select ${columns.join(', ')} from audit_entry a
      where a.organisation_id = $1 and a.subject = $2 and a.reference = r.reference
      order by a.id desc limit ${LONGEST_HISTORY}
    ) e
    order by e.id`,
};

/**
 * The latest entries of the histories of several things of one kind, the oldest of them first.
 *
 * @returns one history for each reference, in their order
 */
export async function historiesOf(
  database: OrganisationDatabase,
  subject: string,
  references: readonly string[],
): Promise<AuditEntry[][]> {
  const rows = await database.run(latest, [database.organisationId, subject, references]);
  const entries = rows.map((row) => database.map<AuditEntry>(AuditEntryEntity, row));
  const byReference = Map.groupBy(entries, ({ reference }) => reference);
  return references.map((reference) => byReference.get(reference) ?? []);
}
