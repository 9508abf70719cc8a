// Tries an import without any effect: rows are matched with the customers who are there, and with those whom earlier rows would have made.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { UnusableFileError } from '../header.ts';
import { chunksOf, STEP } from './chunks.ts';
import { changeOf, changes, keepsCredit } from './existing.ts';
import type { ImportOptions } from './import.ts';
import { type Known, type Matched, matchRows, REFERENCE_TAKEN, readAll } from './match.ts';
import { settleReferrals } from './referrals.ts';
import { type Counts, digestOf, NO_ROWS, sum } from './run.ts';
import {
  changed,
  contactOf,
  createSimulation,
  findSimulated,
  keepSimulatedReferences,
  knownOf,
  type SimulatedCustomer,
  type SimulatedMatches,
  simulatedOf,
  soughtBy,
  writeSimulated,
} from './simulated.ts';
import type { Source } from './source.ts';
import { stage } from './stage.ts';
import { type Outcome, type PositionedRow, saysReferral } from './step.ts';
import { type StepSummary, summarize, summarizeReferrals, validRows } from './summary.ts';
import {
  keepTrialReferrals,
  openTrialReferrals,
  readTrialReferrals,
  simulatedReferrals,
  type TrialReferral,
} from './trial-referrals.ts';
import type { ValidRow } from './validate.ts';
import type { KeptReferral } from './waiting-referrals.ts';

/** Rounds in which a step is done as a rule, and rows that are looked at in one beyond. */
const USUAL_ROUNDS = 16;
const NEAR = 64;

/** What would become of a row, and of its customer, where it goes in. */
interface TrialOutcome {
  readonly outcome: Outcome;
  readonly customer?: Pick<KeptReferral, 'customerId' | 'cuRefNo' | 'email' | 'phone'> & { isNew: boolean };
}

/** What would become of a row, and what its customer was and would be. */
interface Simulated {
  readonly outcome: Outcome;
  readonly before?: Known;
  readonly simulated?: SimulatedCustomer;
}

/**
 * Tells what an import would do.
 *
 * @throws UnusableFileError when the database has interrupted it
 */
export async function tryImport(ctx: OperationContext, source: Source, options: ImportOptions): Promise<void> {
  let isBegun = false;
  const rollBack = new Error('a trial is rolled back');
  const work = ctx.database.transaction(async (tx) => {
    // The file is read once.
    if (isBegun) throw new UnusableFileError('The database has interrupted the trial: begin it anew.');
    isBegun = true;
    await new Trial(tx, source, options).run();
    throw rollBack;
  });
  await work.catch((error: unknown) => {
    if (error !== rollBack) throw error;
  });
}

/**
 * The rows of a round, in their order. One that comes to the same customer as an earlier one of those that are not done waits for the next round, and so does
 * one that seeks a phone which an earlier one takes from a contact or gives it, or the other way round; of those who are simulated, `matchRows` does not know that.
 */
class Round {
  readonly #customers = new Set<number>();
  readonly #phonesGiven = new Set<string>();
  readonly #phonesSought = new Set<string>();

  /** Whether a row has to wait. Asked of every one, also of those that wait already. */
  mustWait(row: ValidRow, matched: Matched, names: SimulatedMatches): boolean {
    const { byEmail, byReference, byCustomer, byContact, contact } = names;
    const simulated = [byEmail, byReference, byCustomer, byContact].filter((each) => each !== null);
    const there = [matched.customerId, contact === null ? null : Number(contact)].filter((id) => id !== null);
    const customers = [...simulated.map(({ id }) => id), ...there];
    const sought = soughtBy(row);
    const given = sought === null ? [...simulated.map(({ contact: before }) => before), contactOf(row)] : [];
    const mustWait =
      'isWaiting' in matched ||
      customers.some((id) => this.#customers.has(id)) ||
      (sought !== null && this.#phonesGiven.has(sought)) ||
      given.some((phone) => phone !== null && this.#phonesSought.has(phone));
    for (const id of customers) this.#customers.add(id);
    for (const phone of given) if (phone !== null) this.#phonesGiven.add(phone);
    if (sought !== null) this.#phonesSought.add(sought);
    return mustWait;
  }
}

class Trial {
  readonly #tx: OrganisationDatabase;
  readonly #source: Source;
  readonly #options: ImportOptions;
  #counts: Counts = NO_ROWS;
  #rows = 0;

  constructor(tx: OrganisationDatabase, source: Source, options: ImportOptions) {
    this.#tx = tx;
    this.#source = source;
    this.#options = options;
  }

  async run(): Promise<void> {
    await createSimulation(this.#tx);
    await openTrialReferrals(this.#tx);
    for await (const chunk of chunksOf(this.#source, { rows: 0, digest: digestOf('') }, this.#options)) {
      this.#options.assertGoesOn();
      const valid = validRows(chunk);
      const outcomes = await this.#outcomesOf(valid);
      await this.#keep(valid, outcomes);
      this.#rows = chunk.end;
      const byPosition = new Map(valid.map(({ position }, i) => [position, (outcomes[i] as TrialOutcome).outcome]));
      await this.#tell(summarize(this.#source, chunk, byPosition));
    }
    for (let after: number | undefined = 0; after !== undefined; ) {
      this.#options.assertGoesOn();
      const kept: KeptReferral[] = await readTrialReferrals(this.#tx, after, STEP);
      const settled = await settleReferrals(simulatedReferrals(this.#tx), kept, this.#options.isUpdate);
      await this.#tell(summarizeReferrals(this.#source, settled));
      after = kept.at(-1)?.position;
    }
  }

  async #tell({ counts, refused }: StepSummary): Promise<void> {
    const { report, onRefused, onStep } = this.#options;
    if (report) report.commit(await report.write(refused));
    this.#counts = sum(this.#counts, counts);
    for (const row of refused) onRefused(row);
    onStep(this.#rows, this.#counts);
  }

  async #outcomesOf(valid: readonly PositionedRow[]): Promise<TrialOutcome[]> {
    const rows = valid.map(({ row }) => row);
    const outcomes: TrialOutcome[] = [];
    await stage(this.#tx, rows, 'trial');
    let rounds = 0;
    for (let pending = [...rows.keys()]; pending.length > 0; rounds++) {
      this.#options.assertGoesOn();
      // Where rows wait for each other in a long chain, each round looks at those alone whose turn may be near.
      const near = rounds < USUAL_ROUNDS ? pending : pending.slice(0, NEAR);
      const matched = await matchRows(this.#tx, rows, near, { isTrial: true });
      const pendingRows = matched.map(({ position }) => rows[position] as ValidRow);
      const earlier = await findSimulated(this.#tx, pendingRows, matched);
      const contacts = await readAll(
        this.#tx,
        earlier.flatMap(({ contact }, i) => ('isWaiting' in (matched[i] as Matched) ? [] : (contact ?? []))),
      );
      const round = new Round();
      const written: SimulatedCustomer[] = [];
      matched.forEach((each, i) => {
        const { row, position } = valid[each.position] as PositionedRow;
        const names = earlier[i] as SimulatedMatches;
        if (round.mustWait(row, each, names)) return;
        const { outcome, before, simulated } = this.#outcomeOf(row, position, each, {
          ...names,
          contact: contacts.get(Number(names.contact)),
        });
        if (simulated) written.push(simulated);
        outcomes[each.position] = { outcome, ...(simulated && { customer: customerOf(simulated, before) }) };
      });
      await writeSimulated(this.#tx, written);
      pending = pending.filter((position) => outcomes[position] === undefined);
    }
    return outcomes;
  }

  #outcomeOf(
    row: ValidRow,
    position: number,
    matched: Matched,
    {
      byEmail,
      byReference,
      byCustomer,
      byContact,
      contact,
    }: Omit<SimulatedMatches, 'contact'> & { contact: Known | undefined },
  ): Simulated {
    if ('problem' in matched) return { outcome: [{ path: 'cuRefNo', message: matched.problem }] };
    const isByEmail = row.canonicalEmail !== null;
    if (isByEmail && byReference && byReference.id !== byEmail?.id)
      return { outcome: [{ path: 'cuRefNo', message: REFERENCE_TAKEN }] };
    const isContact = !isByEmail && row.cuRefNo == null;
    const there = isContact ? contact : 'known' in matched ? matched.known : undefined;
    const byName = isByEmail ? byEmail : byReference;
    const simulated = isContact ? byContact : (byCustomer ?? (there ? null : byName));
    return this.#become(row, position, there, simulated);
  }

  /** @param there - the customer as it is; @param simulated - what earlier rows would have made of it, or made it */
  #become(row: ValidRow, position: number, there: Known | undefined, simulated: SimulatedCustomer | null): Simulated {
    const known = simulated ? knownOf(simulated) : there;
    if (!known)
      return { outcome: 'created', simulated: { id: -position, row, hasLedger: (row.creditBalance ?? 0) !== 0 } };
    const change = changeOf(row, known, this.#options.isUpdate);
    if ('problems' in change) return { outcome: change.problems };
    if (keepsCredit(row, known)) this.#options.onKeptCredits(1);
    const outcome = changes(change) ? 'changed' : 'unchanged';
    return { outcome, before: known, simulated: changed(simulated ?? simulatedOf(known), change) };
  }

  /** Keeps the referrals of rows, and the references that they give to customers who have others. */
  async #keep(valid: readonly PositionedRow[], outcomes: readonly TrialOutcome[]): Promise<void> {
    const went = valid.flatMap((each, i) => {
      const { outcome, customer } = outcomes[i] as TrialOutcome;
      return customer ? [{ ...each, outcome, customer }] : [];
    });
    await keepSimulatedReferences(
      this.#tx,
      went.flatMap(({ row: { cuRefNo }, customer }) =>
        cuRefNo != null && !customer.isNew && customer.cuRefNo !== cuRefNo
          ? [[cuRefNo, customer.customerId] as const]
          : [],
      ),
    );
    await keepTrialReferrals(
      this.#tx,
      went.flatMap(
        ({ row: { referral }, position, line, outcome, customer: { isNew: _, ...customer } }): TrialReferral[] => {
          if (!saysReferral(referral, this.#options.isUpdate)) return [];
          return [{ position, line, referral, isUnchanged: outcome === 'unchanged', ...customer }];
        },
      ),
    );
  }
}

/** What is kept of a customer until the end of its step. */
function customerOf({ id, row }: SimulatedCustomer, before: Known | undefined): TrialOutcome['customer'] {
  const cuRefNo = (before ? before.customer.cuRefNo : row.cuRefNo) ?? null;
  return { customerId: id, isNew: !before, cuRefNo, email: row.email ?? null, phone: row.phone ?? null };
}
