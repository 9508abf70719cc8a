// What a list of customers can be narrowed to: as callers say it, and as SQL does.
import { z } from 'zod';
import { unlessWrong } from '../../errors/validation.ts';
import { MUST_BE_OBJECT } from '../by.ts';
import { slugsInput } from '../group/slug.ts';
import { flagInput, timeInput } from '../subscription/input.ts';
import { isCompany } from './columns.ts';
import type { SqlValues } from './sql-values.ts';

/** A span of time; either end may be open. */
const span = z
  .object({ from: timeInput.nullish(), to: timeInput.nullish() }, MUST_BE_OBJECT)
  .refine(({ from, to }) => from == null || to == null || from < to, {
    path: ['to'],
    message: 'must be after from',
    when: unlessWrong(['', 'from', 'to']),
  });

/** Belonging to groups; that there is exactly one of them, GraphQL has checked. */
const groups = z.object(
  { anyOf: slugsInput.nullish(), none: z.literal(true, 'must be true').nullish() },
  MUST_BE_OBJECT,
);

/** What a list is narrowed to. A member that is null narrows nothing. */
export const customerFilter = z.object(
  {
    premium: flagInput.nullish(),
    ban: flagInput.nullish(),
    credit: z.enum(['POSITIVE', 'ZERO', 'NEGATIVE']).nullish(),
    groups: groups.nullish(),
    createdAt: span.nullish(),
    lastSeenAt: span.nullish(),
    kind: z.enum(['COMPANY', 'PERSON']).nullish(),
  },
  MUST_BE_OBJECT,
);

/** A filter that passed its rules. */
export type CustomerFilter = z.output<typeof customerFilter>;
type Span = z.output<typeof span>;

const credit = { POSITIVE: '> 0', ZERO: '= 0', NEGATIVE: '< 0' };

function within(column: string, { from, to }: Span, values: SqlValues): string[] {
  const bound = (operator: string, at: string | null | undefined) =>
    at == null ? [] : [`${column} ${operator} ${values.add(at, 'timestamptz')}`];
  return [...bound('>=', from), ...bound('<', to)];
}

/** SQL for belonging to a group; $1 is the organisation. A group that is being deleted is none. */
const membership = (row: string, condition: string) => `exists (
  select from customer_group_membership m
  join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id and g.deleted_at is null
  where m.organisation_id = $1 and m.customer_id = ${row}.id${condition})`;

/**
 * The conditions of a filter.
 *
 * @param row - the name of the customer's row
 * @param values - takes what the conditions compare with
 */
export function conditionsOf(filter: CustomerFilter, row: string, values: SqlValues): string[] {
  const conditions: string[] = [];
  if (filter.premium != null) conditions.push(`${filter.premium ? '' : 'not '}${row}.premium`);
  if (filter.ban != null) conditions.push(`${row}.banned_at is ${filter.ban ? 'not ' : ''}null`);
  if (filter.credit != null) conditions.push(`${row}.credit_balance ${credit[filter.credit]}`);
  if (filter.kind != null) conditions.push(`${filter.kind === 'PERSON' ? 'not ' : ''}${isCompany(row)}`);
  if (filter.createdAt) conditions.push(...within(`${row}.created_at`, filter.createdAt, values));
  if (filter.lastSeenAt) conditions.push(...within(`${row}.last_seen_at`, filter.lastSeenAt, values));
  const { anyOf } = filter.groups ?? {};
  if (anyOf) conditions.push(membership(row, ` and g.slug = any(${values.add(anyOf, 'text[]')})`));
  if (filter.groups?.none) conditions.push(`not ${membership(row, '')}`);
  return conditions;
}
