// Tries an import without any effect: rows are matched with the customers who are there, and with those whom earlier rows would have made.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { OperationContext } from '../../../operation-context.ts';
import type { CustomerGroup } from '../../group/group.entity.ts';
import { findGroups } from '../../group/list.ts';
import { referrerProblems } from '../../referral/set.ts';
import { chunksOf } from './chunks.ts';
import { changeOf, changes } from './existing.ts';
import type { ImportOptions } from './import.ts';
import { type Known, type Matched, matchRows, REFERENCE_TAKEN, readAll } from './match.ts';
import { findReferrers } from './references.ts';
import { type Counts, digestOf, NO_ROWS, sum } from './run.ts';
import {
  changed,
  createSimulation,
  findSimulated,
  findSimulatedReferences,
  knownOf,
  noteSimulatedReferences,
  type SimulatedCustomer,
  type SimulatedMatches,
  simulatedOf,
  writeSimulated,
} from './simulated.ts';
import type { Source } from './source.ts';
import { stage } from './stage.ts';
import type { Outcome, PositionedRow } from './step.ts';
import { refusedReferral, type StepSummary, summarize, validRows } from './summary.ts';
import type { ValidRow } from './validate.ts';

/** Referrals of which no referrer is known yet. */
const makeWaiting: Statement = {
  name: undefined,
  text: `
    create temp table import_waiting (
      place bigint primary key, line bigint not null, referral text not null, reference text null, email text null, phone text null
    ) on commit drop`,
};

const noteWaiting: Statement = {
  name: undefined,
  text: `
    insert into pg_temp.import_waiting (place, line, referral, reference, email, phone)
    select place, line, referral, reference, email, phone
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) g (place, line, referral, reference, email, phone)`,
};

const stillWaiting: Statement = {
  name: undefined,
  text: `
    select w.place, w.line, w.referral, w.reference, w.email, w.phone from pg_temp.import_waiting w
    where w.place > $1 and not exists (select from pg_temp.import_made m where m.reference = w.referral)
      and not exists (select from pg_temp.import_called c where c.reference = w.referral)
    order by w.place limit 1000`,
};

/** What would become of a row, and of the customer whom an earlier row, or this one, would have made. */
interface TrialOutcome {
  readonly outcome: Outcome;
  /** What it was, of one who would have been there. */
  readonly before?: Known;
  readonly simulated?: SimulatedCustomer;
}

type WaitingRow = Record<'place' | 'line' | 'referral', string> &
  Record<'reference' | 'email' | 'phone', string | null>;

/**
 * Tells what an import would do. That a referral would close a circle is found by the import alone.
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

class Trial {
  readonly #tx: OrganisationDatabase;
  readonly #source: Source;
  readonly #options: ImportOptions;
  #counts: Counts = NO_ROWS;
  /** Those of the organisation that rows name, and those that would be made, whose numbers are nobody's. */
  readonly #groups = new Map<string, CustomerGroup>();

  constructor(tx: OrganisationDatabase, source: Source, options: ImportOptions) {
    this.#tx = tx;
    this.#source = source;
    this.#options = options;
  }

  async run(): Promise<void> {
    await createSimulation(this.#tx);
    await this.#tx.run(makeWaiting, []);
    let rows = 0;
    for await (const chunk of chunksOf(this.#source, { rows: 0, digest: digestOf('') })) {
      const valid = validRows(chunk);
      const outcomes = await this.#outcomesOf(valid);
      const ofReferrals = await this.#noteReferrals(valid, outcomes);
      const byPosition = new Map(valid.map(({ position }, i) => [position, (outcomes[i] as TrialOutcome).outcome]));
      rows = chunk.end;
      await this.#tell(rows, summarize(this.#source, chunk, byPosition, ofReferrals));
    }
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const left: WaitingRow[] = await this.#tx.run<WaitingRow>(stillWaiting, [after]);
      const refused = left.map(({ line, referral, reference: cuRefNo, email, phone }) =>
        refusedReferral(
          this.#source,
          { line: Number(line), referral, cuRefNo, email, phone },
          referrerProblems.unknown,
        ),
      );
      await this.#tell(rows, { counts: { ...NO_ROWS, withoutReferral: refused.length }, refused });
      after = left.at(-1)?.place;
    }
  }

  async #tell(rows: number, { counts, refused }: StepSummary): Promise<void> {
    const { report, onRefused, onStep } = this.#options;
    if (report) report.commit(await report.write(refused));
    this.#counts = sum(this.#counts, counts);
    for (const row of refused) onRefused(row);
    onStep(rows, this.#counts);
  }

  async #outcomesOf(valid: readonly PositionedRow[]): Promise<TrialOutcome[]> {
    const rows = valid.map(({ row }) => row);
    const outcomes: TrialOutcome[] = [];
    await this.#findGroups(rows);
    await stage(this.#tx, rows, 'trial');
    for (let pending = [...rows.keys()]; pending.length > 0; ) {
      const matched = await matchRows(this.#tx, rows, pending, false);
      const earlier = await findSimulated(
        this.#tx,
        matched.map(({ position }) => rows[position] as ValidRow),
        matched.map((each) => ('known' in each ? (each.known?.customer.id ?? null) : null)),
      );
      const contacts = await readAll(
        this.#tx,
        earlier.flatMap(({ contact }) => contact ?? []),
      );
      const done: TrialOutcome[] = matched.map((each, i) => {
        const { row, position } = valid[each.position] as PositionedRow;
        const { contact, ...names } = earlier[i] as SimulatedMatches;
        const outcome = this.#outcomeOf(row, position, each, { ...names, contact: contacts.get(Number(contact)) });
        outcomes[each.position] = outcome;
        return outcome;
      });
      await writeSimulated(this.#tx, lastOfEach(done.flatMap(({ simulated }) => simulated ?? [])));
      pending = pending.filter((position) => outcomes[position] === undefined);
    }
    return outcomes;
  }

  async #findGroups(rows: readonly ValidRow[]): Promise<void> {
    const named = rows.flatMap(({ groups }) => groups ?? []).filter(({ slug }) => !this.#groups.has(slug));
    const found = await findGroups(this.#tx, [...new Set(named.map(({ slug }) => slug))]);
    for (const [slug, group] of found) this.#groups.set(slug, group);
    for (const { slug, name } of named) this.#groupOf(slug, name);
  }

  #groupOf(slug: string, name: string): CustomerGroup {
    const group = this.#groups.get(slug) ?? { slug, name, id: -1 - this.#groups.size };
    this.#groups.set(slug, group);
    return group;
  }

  #outcomeOf(
    row: ValidRow,
    place: number,
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
    if (isByEmail && byReference && byReference.place !== byEmail?.place)
      return { outcome: [{ path: 'cuRefNo', message: REFERENCE_TAKEN }] };
    const isContact = !isByEmail && row.cuRefNo == null;
    const there = isContact ? contact : matched.known;
    const byName = isByEmail ? byEmail : byReference;
    const simulated = isContact ? byContact : (byCustomer ?? (there ? null : byName));
    return this.#become(row, place, there, simulated);
  }

  /** @param there - the customer as it is; @param simulated - what earlier rows would have made of it, or made it */
  #become(row: ValidRow, place: number, there: Known | undefined, simulated: SimulatedCustomer | null): TrialOutcome {
    const known = simulated ? knownOf(simulated, (slug, name) => this.#groupOf(slug, name)) : there;
    if (!known) return { outcome: 'created', simulated: { place, row, hasLedger: (row.creditBalance ?? 0) !== 0 } };
    const named = (row.groups ?? []).map(({ slug, name }) => this.#groupOf(slug, name));
    const change = changeOf(row, known, named, this.#options.isUpdate);
    if ('problems' in change) return { outcome: change.problems };
    const outcome = changes(change) ? 'changed' : 'unchanged';
    return { outcome, before: known, simulated: changed(simulated ?? simulatedOf(known), change) };
  }

  #replaces(present: string | null, referral: string): boolean {
    return present === null || (this.#options.isUpdate && present !== referral);
  }

  /**
   * Tells what would become of the referrals of rows, and changes what becomes of those rows.
   *
   * @returns what is wrong with those that are not looked for later, by position
   */
  async #noteReferrals(valid: readonly PositionedRow[], outcomes: TrialOutcome[]): Promise<Map<number, string>> {
    await noteSimulatedReferences(
      this.#tx,
      valid.flatMap(({ row: { cuRefNo } }, i) => {
        const { before } = outcomes[i] as TrialOutcome;
        return cuRefNo != null && before && before.customer.cuRefNo !== cuRefNo ? [cuRefNo] : [];
      }),
    );
    const given = valid.flatMap((each, i) => {
      const outcome = outcomes[i] as TrialOutcome;
      return each.row.referral != null && typeof outcome.outcome === 'string' ? [{ ...each, i, outcome }] : [];
    });
    const references = given.map(({ row }) => row.referral as string);
    const known = await findReferrers(this.#tx, references);
    const simulated = await findSimulatedReferences(this.#tx, references);
    const itself = new Map<number, string>();
    const waiting: typeof given = [];
    const written: SimulatedCustomer[] = [];
    /** What rows of the step have set by then, by the place of the customer. */
    const present = new Map<number, string>();
    for (const each of given) {
      const { row, position, outcome, i } = each;
      const { before } = outcome;
      const referral = row.referral as string;
      const isKnown = known.has(referral) || simulated.has(referral);
      if (isOneself(row, before, known.get(referral))) itself.set(position, referrerProblems.itself);
      else if (!isKnown) waiting.push(each);
      else if (before && outcome.simulated) {
        const { place } = outcome.simulated;
        if (!this.#replaces(present.get(place) ?? before.referral, referral)) continue;
        present.set(place, referral);
        outcomes[i] = { ...outcome, outcome: 'changed' };
        written.push({ ...outcome.simulated, row: { ...outcome.simulated.row, referral } });
      }
    }
    await writeSimulated(this.#tx, lastOfEach(written));
    if (waiting.length > 0)
      await this.#tx.run(noteWaiting, [
        waiting.map(({ position }) => position),
        waiting.map(({ line }) => line),
        waiting.map(({ row }) => row.referral),
        waiting.map(({ row }) => row.cuRefNo ?? null),
        waiting.map(({ row }) => row.email ?? null),
        waiting.map(({ row }) => row.phone ?? null),
      ]);
    return itself;
  }
}

/** Whether a row names its own customer as who brought it. @param referrerId - of one who is there */
function isOneself(row: ValidRow, before: Known | undefined, referrerId: number | undefined): boolean {
  const own = before?.customer.cuRefNo ?? row.cuRefNo;
  return (
    row.referral === own || row.referral === row.cuRefNo || (before !== undefined && referrerId === before.customer.id)
  );
}

/** Of each customer, what it is in the end. */
function lastOfEach(all: readonly SimulatedCustomer[]): SimulatedCustomer[] {
  return [...new Map(all.map((each) => [each.place, each])).values()];
}
