// What a list of customers can be narrowed to: as callers say it, and as SQL does.
import { z } from 'zod';
import { unlessWrong } from '../../errors/validation.ts';
import { MUST_BE_OBJECT } from '../by.ts';
import { slugsInput } from '../group/slug.ts';
import { flagInput, timeInput } from '../subscription/input.ts';
import { isCompany, NEVER, sortLastSeen } from './columns.ts';
import type { SqlValues } from './sql-values.ts';

/** What a list can be sorted by. */
export const sortFields = ['CREATED_AT', 'LAST_SEEN_AT', 'NAME', 'CREDIT'] as const;
export type SortField = (typeof sortFields)[number];

/** Kinds of credit, and of customers. */
export const creditSigns = ['POSITIVE', 'ZERO', 'NEGATIVE'] as const;
export const customerKinds = ['COMPANY', 'PERSON'] as const;

/** One of several words. */
const oneOf = <Word extends string>(words: readonly Word[]) => z.enum(words, `must be one of ${words.join(', ')}`);

/** A span of time; either end may be open. */
export const span = z
  .object({ from: timeInput.nullish(), to: timeInput.nullish() }, MUST_BE_OBJECT)
  .refine(({ from, to }) => from == null || to == null || from <= to, {
    path: ['to'],
    message: 'must not be before from',
    when: unlessWrong(['', 'from', 'to']),
  });

/** Belonging to groups; that there is exactly one of them, GraphQL has checked. */
export const groupsFilter = z.object(
  { anyOf: slugsInput.nullish(), none: z.literal(true, 'must be true').nullish() },
  MUST_BE_OBJECT,
);

/** What a list is narrowed to. A member that is null narrows nothing. */
export const customerFilter = z.object(
  {
    premium: flagInput.nullish(),
    ban: flagInput.nullish(),
    credit: oneOf(creditSigns).nullish(),
    groups: groupsFilter.nullish(),
    createdAt: span.nullish(),
    lastSeenAt: span.nullish(),
    kind: oneOf(customerKinds).nullish(),
  },
  MUST_BE_OBJECT,
);

/** A filter that passed its rules. */
export type CustomerFilter = z.output<typeof customerFilter>;

/** A condition on a row `c`. */
export interface Condition {
  readonly sql: string;
  /** The same in the form to ask it of each row that was read, where that is another. */
  readonly probe?: string;
  /** The order in which the rows that it holds for stand together. */
  readonly within?: SortField;
}

const credit = { POSITIVE: '> 0', ZERO: '= 0', NEGATIVE: '< 0' };

function* inSpan(
  column: string,
  { from, to }: z.output<typeof span>,
  within: SortField,
  values: SqlValues,
): Generator<Condition> {
  if (from != null) yield { sql: `${column} >= ${values.add(from, 'timestamptz')}`, within };
  if (to != null) yield { sql: `${column} < ${values.add(to, 'timestamptz')}`, within };
}

/** SQL for belonging to groups; $1 is the organisation. As a join, to find rows by, and as a probe of each row that was read. */
function isMember(groups: string) {
  const memberships = `customer_group_membership m where m.organisation_id = $1 and m.customer_id = c.id and m.group_id ${groups}`;
  return {
    join: `exists (select from ${memberships})`,
    probe: `(select true from ${memberships} limit 1) is not null`,
  };
}

/** The same of any group. One that is being deleted is none. */
const isMemberOfAny = isMember(
  'in (select g.id from customer_group g where g.organisation_id = $1 and g.deleted_at is null)',
);

/**
 * The conditions of a filter.
 *
 * @param values - takes what the conditions compare with
 * @param groupIds - of the groups that the filter names: how many belong to each, PostgreSQL knows by these
 */
export function* conditionsOf(
  filter: CustomerFilter,
  values: SqlValues,
  groupIds: readonly number[],
): Generator<Condition> {
  const { premium, ban, kind, groups, createdAt, lastSeenAt } = filter;
  if (premium != null) yield { sql: premium ? 'c.premium' : 'not c.premium' };
  if (ban != null) yield { sql: `c.banned_at is ${ban ? 'not null' : 'null'}` };
  if (filter.credit != null) yield { sql: `c.credit_balance ${credit[filter.credit]}`, within: 'CREDIT' };
  if (kind != null) yield { sql: kind === 'COMPANY' ? isCompany('c') : `not ${isCompany('c')}` };
  if (createdAt) yield* inSpan('c.created_at', createdAt, 'CREATED_AT', values);
  if (lastSeenAt?.from != null || lastSeenAt?.to != null) {
    // In the form that an index holds, where whoever was never seen comes first, and is in no span.
    yield* inSpan(sortLastSeen('c'), lastSeenAt, 'LAST_SEEN_AT', values);
    yield { sql: `${sortLastSeen('c')} > ${NEVER}`, within: 'LAST_SEEN_AT' };
  }
  if (groups?.anyOf) {
    const { join, probe } = isMember(`= any(${values.add(groupIds, 'bigint[]')})`);
    yield { sql: join, probe };
  }
  if (groups?.none) yield { sql: `not ${isMemberOfAny.join}`, probe: `not (${isMemberOfAny.probe})` };
}
