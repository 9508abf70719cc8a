// What a row makes of a customer who is there: its blanks are filled; with `--update`, it becomes what the row says.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import { ApiError, type FieldProblem } from '../../../errors/api-error.ts';
import { assertObjectSize, type JsonObject, mergePatch } from '../../../json-object.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { addressMembers } from '../../address.ts';
import { adjustCustomerCredit } from '../../credit/adjust.ts';
import type { Customer } from '../../customer.entity.ts';
import { objectNames } from '../../details.ts';
import { identityTexts } from '../../fields.ts';
import type { CustomerGroup } from '../../group/group.entity.ts';
import { changeGroups } from '../../group/membership.ts';
import { MOST_GROUPS } from '../../group/slug.ts';
import { changedNames, type Settable, setCustomer } from '../../set.ts';
import { OPENING_BALANCE, REASON } from './create.ts';
import { type Known, readAll } from './match.ts';
import type { GivenGroup, ValidRow } from './validate.ts';

const flags = ['newsletter', 'premium', 'ban'] as const;

/** What becomes of a customer. */
export interface CustomerChange {
  readonly known: Known;
  readonly set: Partial<Settable>;
  /** Groups of which it is not, whether there are such or not. */
  readonly joined: readonly GivenGroup[];
  readonly left: readonly CustomerGroup[];
  /** What its ledger is opened with; 0 for nothing. */
  readonly credit: number;
}

/**
 * Works out what a row makes of a customer.
 *
 * @param isUpdate - whether what is there is replaced
 * @returns what is wrong with the row, where the customer cannot become that
 */
export function changeOf(
  row: ValidRow,
  known: Known,
  isUpdate: boolean,
): CustomerChange | { readonly problems: readonly FieldProblem[] } {
  const { objects, problems } = objectsOf(row, known.customer, isUpdate);
  const set = { ...textsOf(row, known.customer, isUpdate), ...objects };
  const { joined, left } = membershipsOf(row, known, isUpdate);
  if (joined.length > 0 && known.groups.length + joined.length - left.length > MOST_GROUPS)
    problems.push({ path: 'groups', message: `must leave the customer in at most ${MOST_GROUPS} groups` });
  if (problems.length > 0) return { problems };
  return { known, set, joined, left, credit: known.hasLedger ? 0 : (row.creditBalance ?? 0) };
}

/** Whether a row gives a credit that its customer does not get: a ledger that was opened is older, or younger, than a file. */
export function keepsCredit({ creditBalance }: ValidRow, { customer, hasLedger }: Known): boolean {
  return creditBalance != null && hasLedger && creditBalance !== customer.creditBalance;
}

/** The texts and flags that are set of a customer. */
function textsOf(row: ValidRow, customer: Customer, isUpdate: boolean): Partial<Settable> {
  const set: Partial<Settable> = {};
  for (const name of [...identityTexts, ...addressMembers]) {
    const value = row[name];
    if (isUpdate ? value !== undefined : value != null && customer[name] == null) set[name] = value ?? null;
  }
  for (const name of isUpdate ? flags : []) if (row[name] !== undefined) set[name] = row[name] ?? false;
  return set;
}

/** The objects that are set of a customer, and those that cannot become what they would. */
function objectsOf(row: ValidRow, customer: Customer, isUpdate: boolean) {
  const problems: FieldProblem[] = [];
  const objects: Partial<Settable> = {};
  for (const name of objectNames) {
    const after = mergedOrWhy(customer[name] as JsonObject, row[name], isUpdate);
    if (typeof after === 'string') problems.push({ path: name, message: after });
    else if (after) objects[name] = after;
  }
  return { objects, problems };
}

/** @returns undefined where nothing is given; a sentence where the object cannot become that */
function mergedOrWhy(before: JsonObject, given: JsonObject | null | undefined, isUpdate: boolean) {
  if (given === undefined || (given === null && !isUpdate)) return undefined;
  try {
    return merged(before, given, isUpdate);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

/** What is there wins, unless it is an update. */
function merged(before: JsonObject, given: JsonObject | null, isUpdate: boolean): JsonObject {
  if (given === null) return {};
  const after = isUpdate ? mergePatch(before, given) : mergePatch(mergePatch({}, given), before);
  assertObjectSize(after);
  return after;
}

function membershipsOf({ groups }: ValidRow, known: Known, isUpdate: boolean) {
  if (groups === undefined || (groups === null && !isUpdate)) return { joined: [], left: [] };
  const wanted = groups ?? [];
  const [had, named] = [known.groups, wanted].map((list) => new Set(list.map(({ slug }) => slug)));
  const left = isUpdate ? known.groups.filter(({ slug }) => !named?.has(slug)) : [];
  return { joined: wanted.filter(({ slug }) => !had?.has(slug)), left };
}

/** Whether anything becomes of a customer. */
export const changes = ({ known: { customer }, set, joined, left, credit }: CustomerChange) =>
  joined.length > 0 || left.length > 0 || credit !== 0 || changedNames(customer, set).length > 0;

/** Bans, and lifts bans, as what they are: no change of the profile. */
async function changeBans(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  all: readonly CustomerChange[],
): Promise<void> {
  const bans = new Map(
    all.flatMap(({ known: { customer }, set: { ban } }) => (ban === undefined ? [] : [[customer.id, ban]])),
  );
  const changing = await readAll(tx, [...bans.keys()]);
  await Promise.all(
    [...changing.values()].map((known) => {
      const ban = bans.get(known.customer.id) ?? false;
      return setCustomer(ctx, tx, known, { ban }, { action: ban ? 'BANNED' : 'UNBANNED', reason: REASON });
    }),
  );
}

/**
 * Changes customers, who are locked; those that are changed alike in one statement.
 *
 * @param groups - those that they join, by slug
 * @returns whether each was changed
 */
export async function changeKnown(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  all: readonly CustomerChange[],
  groups: ReadonlyMap<string, CustomerGroup>,
): Promise<boolean[]> {
  const entry = { action: 'UPDATED', reason: REASON } as const;
  const set = await Promise.all(
    all.map(({ known, set: { ban: _, ...profile } }) => setCustomer(ctx, tx, known, profile, entry)),
  );
  await changeBans(ctx, tx, all);
  await Promise.all(
    all.map(async ({ known, credit }) => {
      if (credit === 0) return;
      const by = { cuRefNo: known.customer.cuRefNo };
      await adjustCustomerCredit(
        { ...ctx, database: tx },
        { by, amount: credit, description: OPENING_BALANCE, transactionId: undefined },
      );
    }),
  );
  const regrouped = all.filter(({ joined, left }) => joined.length > 0 || left.length > 0);
  await changeGroups(
    tx,
    ctx,
    regrouped.map(({ known: { customer }, joined, left }) => ({
      customer,
      joined: joined.flatMap(({ slug }) => groups.get(slug) ?? []),
      left,
    })),
  );
  if (set.includes(undefined)) throw new Error('a locked customer was changed by others');
  return all.map(changes);
}
