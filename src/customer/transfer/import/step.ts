// One step of an import: some rows, in one transaction.
import { lockNames } from '../../../database/named-locks.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { FieldProblem } from '../../../errors/api-error.ts';
import type { OperationContext } from '../../../operation-context.ts';
import type { StoredGroup } from '../../group/group.entity.ts';
import { keepOrMakeGroups } from '../../group/lock.ts';
import { REFERRALS } from '../../referral/lock.ts';
import { createStaged, type StagedMembership } from './create.ts';
import { type CustomerChange, changeKnown, changeOf } from './existing.ts';
import { type Matched, matchRows } from './match.ts';
import { keepReferences } from './references.ts';
import { type GivenReferral, type ReferralProblem, setReferrals } from './referrals.ts';
import { stage } from './stage.ts';
import type { ValidRow } from './validate.ts';
import { customersWaiting, dropReferrals } from './waiting-referrals.ts';

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
  /** Referrals to customers who are not there yet. */
  readonly waiting: readonly GivenReferral[];
  /** Referrals that cannot be set. */
  readonly refusedReferrals: readonly ReferralProblem[];
}

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
  const names = [
    ...(valid.some(({ referral }) => referral != null) ? [REFERRALS] : []),
    ...(valid.some(({ canonicalEmail, phone }) => canonicalEmail === null && phone != null) ? [CONTACTS] : []),
  ];
  await lockNames(tx, names);
  await stage(tx, valid, 'import');
  const work = new StepWork(ctx, tx, valid, isUpdate);
  await work.run();
  await keepReferences(tx, runId, work.called);
  const given = rows.flatMap(({ row: { referral }, line, position }, i): GivenReferral[] => {
    const customer = work.customers.get(i);
    return referral == null || !customer ? [] : [{ position, line, referral, ...customer }];
  });
  const before = await customersWaiting(tx, runId, given);
  const referrals = await setReferrals(tx, ctx, given, { isUpdate, runId, before });
  if (isUpdate) await dropReferrals(tx, runId, referrals.customers);
  return {
    outcomes: work.outcomes.map((outcome, i) =>
      outcome === 'unchanged' && referrals.rows.has((rows[i] as PositionedRow).position) ? 'changed' : outcome,
    ),
    waiting: referrals.waiting,
    refusedReferrals: referrals.problems,
  };
}

/** Keeps the groups that rows name, and makes those that are missing. */
async function groupsOf(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  rows: readonly ValidRow[],
): Promise<Map<string, StoredGroup>> {
  const names = new Map<string, string>();
  for (const { slug, name } of rows.flatMap(({ groups }) => groups ?? [])) if (!names.has(slug)) names.set(slug, name);
  if (names.size === 0) return new Map();
  const groups = await keepOrMakeGroups(tx, ctx, [...names.keys()], names);
  return new Map(groups.map((group) => [group.slug, group]));
}

/** The rows of a step, of which each round does those that no earlier row has to come before. */
class StepWork {
  readonly outcomes: Outcome[] = [];
  /** Of each row that went in, by its place. */
  readonly customers = new Map<number, Pick<GivenReferral, 'customerId' | 'isNew'>>();
  /** References that rows give to customers who have others. */
  readonly called = new Map<string, number>();
  readonly #ctx: OperationContext;
  readonly #tx: OrganisationDatabase;
  readonly #rows: readonly ValidRow[];
  readonly #isUpdate: boolean;
  /** Those of the rows of a round, by slug: rows that are refused make none. */
  #groups: ReadonlyMap<string, StoredGroup> = new Map();

  constructor(ctx: OperationContext, tx: OrganisationDatabase, rows: readonly ValidRow[], isUpdate: boolean) {
    this.#ctx = ctx;
    this.#tx = tx;
    this.#rows = rows;
    this.#isUpdate = isUpdate;
  }

  async run(): Promise<void> {
    let pending = [...this.#rows.keys()];
    for (let idle = 0; pending.length > 0; ) {
      await this.#round(await matchRows(this.#tx, this.#rows, pending, true));
      const left = pending.filter((position) => this.outcomes[position] === undefined);
      idle = left.length === pending.length ? idle + 1 : 0;
      // Others hold what was found by now: what was locked in vain stays locked, so all of it begins anew.
      if (idle === MOST_IDLE_ROUNDS) this.#tx.beginAnew();
      pending = left;
    }
  }

  async #round(matched: readonly Matched[]): Promise<void> {
    const news: number[] = [];
    const changes: { position: number; change: CustomerChange }[] = [];
    const rowsThatGoIn = matched.filter((each) => !('problem' in each));
    this.#groups = await groupsOf(
      this.#ctx,
      this.#tx,
      rowsThatGoIn.map(({ position }) => this.#row(position)),
    );
    for (const each of matched) {
      const { position } = each;
      if ('problem' in each) this.outcomes[position] = [{ path: 'cuRefNo', message: each.problem }];
      else if (!each.known) news.push(position);
      else {
        const change = changeOf(this.#row(position), each.known, this.#groupsOf(position), this.#isUpdate);
        if ('problems' in change) this.outcomes[position] = change.problems;
        else changes.push({ position, change });
      }
    }
    for (const [position, customerId] of await createStaged(this.#tx, this.#ctx, news, this.#membershipsOf(news))) {
      this.outcomes[position] = 'created';
      this.customers.set(position, { customerId, isNew: true });
    }
    const changed = await changeKnown(
      this.#ctx,
      this.#tx,
      changes.map(({ change }) => change),
    );
    changes.forEach(({ position, change }, i) => {
      this.outcomes[position] = changed[i] ? 'changed' : 'unchanged';
      const { id, cuRefNo } = change.known.customer;
      this.customers.set(position, { customerId: id, isNew: false });
      const given = this.#row(position).cuRefNo;
      if (given != null && given !== cuRefNo && !this.called.has(given)) this.called.set(given, id);
    });
  }

  #membershipsOf(positions: readonly number[]): StagedMembership[] {
    return positions.flatMap((position) => this.#groupsOf(position).map(({ id: groupId }) => ({ position, groupId })));
  }

  #row(position: number): ValidRow {
    return this.#rows[position] as ValidRow;
  }

  #groupsOf(position: number): StoredGroup[] {
    return (this.#row(position).groups ?? []).flatMap(({ slug }) => this.#groups.get(slug) ?? []);
  }
}
