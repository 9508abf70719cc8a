// Writes the change log.
import { columnsOf } from '../database/columns.ts';
import type { Statement, StatementRunner } from '../database/statement.ts';
import type { Actor } from '../operation-context.ts';
import { ChangeValueEntity } from './change-log.entity.ts';

/** Something that has a history. */
export interface Subject {
  /** What kind of thing it is: `customer`, `api_key`, … */
  readonly subject: string;
  /** Which one; `*` for all of an organisation. */
  readonly reference: string;
}

/** The value of a field before and after a change; null where it had none. Both as JSON has them. */
export interface ChangedValue {
  readonly before: unknown;
  readonly after: unknown;
}

/** What was done. */
export interface Change extends Subject {
  /** `created`, `banned`, … */
  readonly action: string;
  readonly reason?: string | null | undefined;
  /** The fields that were changed, by their names in the API. Empty for a creation, which is read from the row itself. */
  readonly fields?: Readonly<Record<string, ChangedValue>>;
}

const valueColumns = columnsOf(ChangeValueEntity).join(', ');

const record: Statement = {
  name: 'change_record',
  text: `
    with entry as (
      insert into change_entry (organisation_id, subject, reference, action, actor, reason, request_id, fields)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      returning id
    )
    insert into change_value (${valueColumns})
    select ${valueColumns} from (
      select $1::int as organisation_id, entry.id as entry_id, v.field, v.before::jsonb as before, v.after::jsonb as after
      from entry cross join unnest($8::text[], $9::text[], $10::text[]) as v (field, before, after)
    ) changed`,
};

/**
 * Writes one entry. A change hands the transaction that it is made in, so that there is never one without the other.
 *
 * @param organisationId - whose log it is
 */
export async function recordChange(
  tx: Pick<StatementRunner, 'run'>,
  { organisationId, actor, requestId }: Actor & { readonly organisationId: number },
  { subject, reference, action, reason, fields = {} }: Change,
): Promise<void> {
  const values = Object.values(fields);
  await tx.run(record, [
    organisationId,
    subject,
    reference,
    action,
    actor,
    reason ?? null,
    requestId ?? null,
    Object.keys(fields),
    values.map(({ before }) => json(before)),
    values.map(({ after }) => json(after)),
  ]);
}

/**
 * The fields of which two states of one thing differ.
 *
 * @param names - those that are compared
 */
export function changedFields<State extends object>(
  before: State,
  after: State,
  names: readonly (keyof State & string)[],
): Record<string, ChangedValue> {
  const changed = names.filter((name) => json(before[name]) !== json(after[name]));
  return Object.fromEntries(changed.map((name) => [name, { before: before[name], after: after[name] }]));
}

/** A value as JSON text; null for none. */
function json(value: unknown): string | null {
  return value == null ? null : JSON.stringify(value);
}
