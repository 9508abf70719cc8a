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
 * @param source - a relation with `reference, action, actor, reason, request_id, ordinal, fields, before, after`; the last three are arrays of the same
 *   length, of text, jsonb and jsonb. Where it locks rows, each entry is numbered and timed after that: the order of ids is that of changes
 */
export function recording(subject: string, source: string): string {
  return `
    numbered as materialized (
      select nextval('change_entry_id_seq') as entry_id, s.* from ${source} s
    ), entries as (
      insert into change_entry (organisation_id, id, subject, reference, action, actor, reason, request_id, ordinal, fields, created_at)
      select $1, entry_id, ${subject}, reference, action, actor, reason, request_id, ordinal, fields, clock_timestamp() from numbered
    ), entry_values as (
      insert into change_value (organisation_id, entry_id, field, before, after)
      select $1, n.entry_id, v.field, v.before, v.after
      from numbered n cross join lateral unnest(n.fields, n.before, n.after) as v (field, before, after)
    )`;
}

/** SQL of the columns of such a relation for one entry, from the parameters that `entryValues` gives. */
export function entryColumns(first: number): string {
  const [action, actor, reason, requestId, fields, before, after] = Array.from(
    { length: 7 },
    (_, i) => `$${first + i}`,
  );
  return `${action}::text as action, ${actor}::text as actor, ${reason}::text as reason, ${requestId}::text as request_id,
    ${fields}::text[] as fields, ${before}::text[]::jsonb[] as before, ${after}::text[]::jsonb[] as after`;
}

/** The parameters of one entry, for `entryColumns`. */
export function entryValues({ actor, requestId }: Actor, { action, reason, fields = {} }: Omit<Change, keyof Subject>) {
  const values = Object.values(fields);
  return [
    action,
    actor,
    reason ?? null,
    requestId ?? null,
    Object.keys(fields),
    values.map(({ before }) => json(before)),
    values.map(({ after }) => json(after)),
  ];
}

const record: Statement = {
  name: 'change_record',
  text: `
    with change as (
      select $3::text as reference, null::int as ordinal, ${entryColumns(4)}
    ), ${recording('$2', 'change')}
    select`,
};

/**
 * Writes one entry, about anything but a customer. A change hands the transaction that it is made in, so that there is never one without the other.
 */
export async function recordChange(
  tx: Pick<StatementRunner, 'run'>,
  ctx: Actor & { readonly organisationId: number },
  { subject, reference, ...entry }: Change,
): Promise<void> {
  await tx.run(record, [ctx.organisationId, subject, reference, ...entryValues(ctx, entry)]);
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
