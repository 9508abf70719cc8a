// Writes the change log.
import type { Statement, StatementRunner } from '../database/statement.ts';
import type { Actor } from '../operation-context.ts';

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

/**
 * SQL of the CTEs that write an entry for each row of a relation, for a statement that makes the changes too. `$1` is the organisation.
 *
 * @param subject - SQL for the kind of thing that the entries are about
 * @param source - a relation with `reference, action, actor, reason, request_id, ordinal` and `fields`, as `fieldsJson` writes them. Where it locks
 *   rows, each entry is numbered and timed after that: the order of ids is that of changes
 * @param withValues - false for entries that only name their fields
 */
export function recording(subject: string, source: string, withValues = true): string {
  const entry = {
    organisation_id: '$1',
    id: 'entry_id',
    subject,
    reference: 'reference',
    action: 'action',
    actor: 'actor',
    reason: 'reason',
    request_id: 'request_id',
    ordinal: 'ordinal',
    fields: `array(select f.field ->> 'name' from jsonb_array_elements(fields) with ordinality f (field, place) order by f.place)`,
    created_at: 'clock_timestamp()',
  };
  const value = {
    organisation_id: '$1',
    entry_id: 'n.entry_id',
    field: `f.field ->> 'name'`,
    before: `nullif(f.field -> 'before', 'null')`,
    after: `nullif(f.field -> 'after', 'null')`,
  };
  const values = `, entry_values as (
      insert into change_value ${selecting(value)} from numbered n cross join lateral jsonb_array_elements(n.fields) f (field)
    )`;
  return `
    numbered as materialized (
      select nextval('change_entry_id_seq') as entry_id, s.* from ${source} s
    ), entries as (
      insert into change_entry ${selecting(entry)} from numbered
    )${withValues ? values : ''}`;
}

/** SQL of columns with what each is set to, between `insert into` with its table and `from`. */
function selecting(columns: Readonly<Record<string, string>>): string {
  return `(${Object.keys(columns).join(', ')}) select ${Object.values(columns).join(', ')}`;
}

/** The fields of a change as `recording` reads them, in JSON. */
export function fieldsJson(fields: Readonly<Record<string, ChangedValue>> = {}): string {
  return JSON.stringify(Object.entries(fields).map(([name, { before, after }]) => ({ name, before, after })));
}

const record: Statement = {
  name: 'change_record',
  text: `
    with change as (
      select $3::text as reference, $4::text as action, $5::text as actor, $6::text as reason, $7::text as request_id, null::int as ordinal,
        $8::jsonb as fields
    ), ${recording('$2', 'change')}
    select`,
};

/** Writes one entry, about anything but a customer. A change hands the transaction that it is made in, so that there is never one without the other. */
export async function recordChange(
  tx: Pick<StatementRunner, 'run'>,
  { organisationId, actor, requestId }: Actor & { readonly organisationId: number },
  { subject, reference, action, reason, fields }: Change,
): Promise<void> {
  await tx.run(record, [organisationId, subject, reference, action, actor, reason, requestId, fieldsJson(fields)]);
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
