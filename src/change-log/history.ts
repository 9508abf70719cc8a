// Reads the change log.
import { columnsOf } from '../database/columns.ts';
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import { type ChangeEntry, ChangeEntryEntity } from './change-log.entity.ts';

/** Entries of one history that are shown: the latest. */
export const LONGEST_HISTORY = 100;

const latest: Statement = {
  name: 'change_latest',
  text: `
    select ${columnsOf(ChangeEntryEntity, 'e').join(', ')}
    from unnest($3::text[]) as r (reference)
    cross join lateral (
      select ${columnsOf(ChangeEntryEntity).join(', ')} from change_entry c
      where c.organisation_id = $1 and c.subject = $2 and c.reference = r.reference
      order by c.id desc limit ${LONGEST_HISTORY}
    ) e
    order by e.id`,
};

/**
 * The latest entries of the histories of several things of one kind, the oldest of them first.
 *
 * @returns one history for each reference, in their order
 */
export async function historiesOf(
  { database }: OperationContext,
  subject: string,
  references: readonly string[],
): Promise<ChangeEntry[][]> {
  const rows = await database.run(latest, [database.organisationId, subject, references]);
  const entries = rows.map((row) => database.map<ChangeEntry>(ChangeEntryEntity, row));
  const byReference = Map.groupBy(entries, ({ reference }) => reference);
  return references.map((reference) => byReference.get(reference) ?? []);
}
