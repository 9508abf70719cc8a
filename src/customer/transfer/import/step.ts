// One step of an import: some rows, in one transaction.
import { lockNames } from '../../../database/named-locks.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { FieldProblem } from '../../../errors/api-error.ts';
import type { OperationContext } from '../../../operation-context.ts';
import type { StoredGroup } from '../../group/group.entity.ts';
import { keepOrMakeGroups } from '../../group/lock.ts';
import { createStaged } from './create.ts';
import { type CustomerChange, changeKnown, changeOf, keepsCredit } from './existing.ts';
import { type Matched, matchRows } from './match.ts';
import { keepReferences } from './references.ts';
import type { GivenReferral } from './referrals.ts';
import { stage } from './stage.ts';
import type { GivenGroup, ValidRow } from './validate.ts';

/** A row that passed the rules, with its place in the file. */
export interface PositionedRow {
  readonly row: ValidRow;
  readonly line: number;
  /** Among all rows of the file, from 1. */
  readonly position: number;
}

/** What became of a row. */
export type Outcome = 'created' | 'changed' | 'unchanged' | readonly FieldProblem[];

/** What became of the rows of a step. */
export interface StepOutcome {
  /** In their order. */
  readonly outcomes: readonly Outcome[];
  /** The referrals that they give. */
  readonly referrals: readonly GivenReferral[];
  /** How many give a credit that their customers do not get. */
  readonly keptCredits: number;
}

/** Rounds of few rows, while others wait for those: all that they lock stays locked, so there are no more of them than that. */
const MOST_THIN_ROUNDS = 16;
const FEW_ROWS = 8;

/** Rows wait for each other in so long a chain that they are to be done in smaller steps. Nothing of them is done. */
export class ChainedRowsError extends Error {}

/** How often rows may come out of a round that does none of them: others were quicker each time. */
const MOST_IDLE_ROUNDS = 10;

/** What imports take turns by that find contacts by their phones: no two of them make the same one. */
const CONTACTS = 'contacts';

/** How rows are done. */
interface StepTerms {
  readonly isUpdate: boolean;
  /** The number of the import. */
  readonly runId: number;
}

/** Does some rows. */
export async function doRows(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  rows: readonly PositionedRow[],
  { isUpdate, runId }: StepTerms,
): Promise<StepOutcome> {
  const valid = rows.map(({ row }) => row);
  // Before any customer is locked.
  if (valid.some(({ canonicalEmail, phone }) => canonicalEmail === null && phone != null))
    await lockNames(tx, [CONTACTS]);
  await stage(tx, valid, 'import');
  const work = new StepWork(ctx, tx, valid, isUpdate);
  await work.run();
  await keepReferences(tx, runId, work.references);
  const referrals = rows.flatMap(({ row: { referral }, line, position }, i): GivenReferral[] => {
    const customer = work.customers.get(i);
    if (!customer || !saysReferral(referral, isUpdate)) return [];
    return [{ position, line, referral, isUnchanged: work.outcomes[i] === 'unchanged', customerId: customer }];
  });
  return { outcomes: work.outcomes, referrals, keptCredits: work.keptCredits };
}

/** Whether a row says who brought its customer; that nobody did, it says with an update alone. */
export function saysReferral(referral: string | null | undefined, isUpdate: boolean): referral is string | null {
  return referral !== undefined && (referral !== null || isUpdate);
}

/** Keeps the groups that rows name, and makes those that are missing. */
async function groupsOf(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  named: readonly GivenGroup[],
): Promise<Map<string, StoredGroup>> {
  const names = new Map<string, string>();
  for (const { slug, name } of named) if (!names.has(slug)) names.set(slug, name);
  if (names.size === 0) return new Map();
  const groups = await keepOrMakeGroups(tx, ctx, [...names.keys()], names);
  return new Map(groups.map((group) => [group.slug, group]));
}

/** The rows of a step, of which each round does those that no earlier row has to come before. */
class StepWork {
  readonly outcomes: Outcome[] = [];
  /** Of each row that went in, the internal id of its customer, by its place. */
  readonly customers = new Map<number, number>();
  /** References that rows give to customers who have others. */
  readonly references = new Map<string, number>();
  /** As `StepOutcome` has them. */
  keptCredits = 0;
  readonly #ctx: OperationContext;
  readonly #tx: OrganisationDatabase;
  readonly #rows: readonly ValidRow[];
  readonly #isUpdate: boolean;

  constructor(ctx: OperationContext, tx: OrganisationDatabase, rows: readonly ValidRow[], isUpdate: boolean) {
    this.#ctx = ctx;
    this.#tx = tx;
    this.#rows = rows;
    this.#isUpdate = isUpdate;
  }

  async run(): Promise<void> {
    let pending = [...this.#rows.keys()];
    let thin = 0;
    for (let idle = 0; pending.length > 0; ) {
      await this.#round(await matchRows(this.#tx, this.#rows, pending, { isTrial: false }));
      const left = pending.filter((position) => this.outcomes[position] === undefined);
      idle = left.length === pending.length ? idle + 1 : 0;
      // Others hold what was found by now: what was locked in vain stays locked, so all of it begins anew.
      if (idle === MOST_IDLE_ROUNDS) this.#tx.beginAnew();
      if (pending.length - left.length < FEW_ROWS && left.length > 0) thin += 1;
      if (thin > MOST_THIN_ROUNDS) throw new ChainedRowsError('rows wait for each other');
      pending = left;
    }
  }

  async #round(matched: readonly Matched[]): Promise<void> {
    const news: number[] = [];
    const changes: { position: number; change: CustomerChange }[] = [];
    for (const each of matched) {
      const { position } = each;
      if ('isWaiting' in each) continue;
      if ('problem' in each) this.outcomes[position] = [{ path: 'cuRefNo', message: each.problem }];
      else if (!each.known) news.push(position);
      else {
        const change = changeOf(this.#row(position), each.known, this.#isUpdate);
        if ('problems' in change) this.outcomes[position] = change.problems;
        else changes.push({ position, change });
      }
    }
    // Rows that are refused make none.
    const groups = await groupsOf(this.#ctx, this.#tx, [
      ...news.flatMap((position) => this.#row(position).groups ?? []),
      ...changes.flatMap(({ change }) => change.joined),
    ]);
    await this.#create(news, groups);
    await this.#change(changes, groups);
  }

  async #create(positions: readonly number[], groups: ReadonlyMap<string, StoredGroup>): Promise<void> {
    const memberships = positions.flatMap((position) =>
      (this.#row(position).groups ?? []).map(({ slug }) => ({ position, groupId: idOf(groups, slug) })),
    );
    for (const [position, customerId] of await createStaged(this.#tx, this.#ctx, positions, memberships)) {
      this.outcomes[position] = 'created';
      this.customers.set(position, customerId);
    }
  }

  async #change(
    changes: readonly { position: number; change: CustomerChange }[],
    groups: ReadonlyMap<string, StoredGroup>,
  ): Promise<void> {
    this.keptCredits += changes.filter(({ position, change }) => keepsCredit(this.#row(position), change.known)).length;
    const changed = await changeKnown(
      this.#ctx,
      this.#tx,
      changes.map(({ change }) => change),
      groups,
    );
    changes.forEach(({ position, change }, i) => {
      this.outcomes[position] = changed[i] ? 'changed' : 'unchanged';
      const { id, cuRefNo } = change.known.customer;
      this.customers.set(position, id);
      const given = this.#row(position).cuRefNo;
      if (given != null && given !== cuRefNo && !this.references.has(given)) this.references.set(given, id);
    });
  }

  #row(position: number): ValidRow {
    return this.#rows[position] as ValidRow;
  }
}

const idOf = (groups: ReadonlyMap<string, StoredGroup>, slug: string) => (groups.get(slug) as StoredGroup).id;
