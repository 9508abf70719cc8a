// Tries an import without any effect: rows are matched with the customers who are there, and with those whom earlier rows would have made.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { chunksOf, STEP } from './chunks.ts';
import { changeOf, changes } from './existing.ts';
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

/** What would become of a row, and of its customer. */
interface TrialOutcome {
  readonly outcome: Outcome;
  /** What the customer was, where it would have been there. */
  readonly before?: Known;
  readonly simulated?: SimulatedCustomer;
}

/**
 * Tells what an import would do.
 *
 * @throws UnusableFileError as `readHeader`
 */
export async function tryImport(ctx: OperationContext, source: Source, options: ImportOptions): Promise<void> {
  let isBegun = false;
  const rollBack = new Error('a trial is rolled back');
  const work = ctx.database.transaction(async (tx) => {
    // The file is read once.
    if (isBegun) throw new Error('the transaction of a trial was interrupted');
    isBegun = true;
    await new Trial(tx, source, options).run();
    throw rollBack;
  });
  await work.catch((error: unknown) => {
    if (error !== rollBack) throw error;
  });
}

/** The rows of a round. Of two that come to the same customer, or the phone that it had, the later one waits for the next round: only simulated customers show that. */
class Round {
  readonly simulated: SimulatedCustomer[] = [];
  readonly #busy = new Set<number | string>();

  /** Takes what would become of a row, unless an earlier one of the round has to come before. */
  takes(row: ValidRow, { before, simulated }: TrialOutcome): boolean {
    const phone = contactOf(row);
    if ((simulated && this.#busy.has(simulated.id)) || (phone !== null && this.#busy.has(phone))) return false;
    if (!simulated) return true;
    this.simulated.push(simulated);
    this.#busy.add(simulated.id);
    if (before?.customer.email == null && before?.customer.phone) this.#busy.add(before.customer.phone);
    return true;
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
    for await (const chunk of chunksOf(this.#source, { rows: 0, digest: digestOf('') })) {
      const valid = validRows(chunk);
      const outcomes = await this.#outcomesOf(valid);
      await this.#keep(valid, outcomes);
      this.#rows = chunk.end;
      const byPosition = new Map(valid.map(({ position }, i) => [position, (outcomes[i] as TrialOutcome).outcome]));
      await this.#tell(summarize(this.#source, chunk, byPosition));
    }
    for (let after: number | undefined = 0; after !== undefined; ) {
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
    for (let pending = [...rows.keys()]; pending.length > 0; ) {
      const matched = await matchRows(this.#tx, rows, pending, { isTrial: true });
      const earlier = await findSimulated(
        this.#tx,
        matched.map(({ position }) => rows[position] as ValidRow),
        matched.map((each) => ('known' in each ? (each.known?.customer.id ?? null) : null)),
      );
      const contacts = await readAll(
        this.#tx,
        earlier.flatMap(({ contact }) => contact ?? []),
      );
      const round = new Round();
      matched.forEach((each, i) => {
        const { row, position } = valid[each.position] as PositionedRow;
        const { contact, ...names } = earlier[i] as SimulatedMatches;
        const outcome = this.#outcomeOf(row, position, each, { ...names, contact: contacts.get(Number(contact)) });
        if (round.takes(row, outcome)) outcomes[each.position] = outcome;
      });
      await writeSimulated(this.#tx, round.simulated);
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
  ): TrialOutcome {
    if ('problem' in matched) return { outcome: [{ path: 'cuRefNo', message: matched.problem }] };
    const isByEmail = row.canonicalEmail !== null;
    if (isByEmail && byReference && byReference.id !== byEmail?.id)
      return { outcome: [{ path: 'cuRefNo', message: REFERENCE_TAKEN }] };
    const isContact = !isByEmail && row.cuRefNo == null;
    const there = isContact ? contact : matched.known;
    const byName = isByEmail ? byEmail : byReference;
    const simulated = isContact ? byContact : (byCustomer ?? (there ? null : byName));
    return this.#become(row, position, there, simulated);
  }

  /** @param there - the customer as it is; @param simulated - what earlier rows would have made of it, or made it */
  #become(
    row: ValidRow,
    position: number,
    there: Known | undefined,
    simulated: SimulatedCustomer | null,
  ): TrialOutcome {
    const known = simulated ? knownOf(simulated) : there;
    if (!known)
      return { outcome: 'created', simulated: { id: -position, row, hasLedger: (row.creditBalance ?? 0) !== 0 } };
    const change = changeOf(row, known, this.#options.isUpdate);
    if ('problems' in change) return { outcome: change.problems };
    const outcome = changes(change) ? 'changed' : 'unchanged';
    return { outcome, before: known, simulated: changed(simulated ?? simulatedOf(known), change) };
  }

  /** Keeps the referrals of rows, and the references that they give to customers who have others. */
  async #keep(valid: readonly PositionedRow[], outcomes: readonly TrialOutcome[]): Promise<void> {
    const went = valid.flatMap((each, i) => {
      const { outcome, before, simulated } = outcomes[i] as TrialOutcome;
      return simulated ? [{ ...each, outcome, before: before?.customer, customerId: simulated.id }] : [];
    });
    await keepSimulatedReferences(
      this.#tx,
      went.flatMap(({ row: { cuRefNo }, before, customerId }) =>
        cuRefNo != null && before && before.cuRefNo !== cuRefNo ? [[cuRefNo, customerId] as const] : [],
      ),
    );
    await keepTrialReferrals(
      this.#tx,
      went.flatMap(({ row, position, line, outcome, before, customerId }): TrialReferral[] => {
        const { referral } = row;
        if (!saysReferral(referral, this.#options.isUpdate)) return [];
        const { cuRefNo = null, email = null, phone = null } = before ?? row;
        const isUnchanged = outcome === 'unchanged';
        return [{ position, line, customerId, referral, isUnchanged, cuRefNo, email, phone }];
      }),
    );
  }
}
