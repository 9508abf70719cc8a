// Tries an import without any effect: rows are matched with the customers who are there, and with those whom earlier rows would have made.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { OperationContext } from '../../../operation-context.ts';
import type { CustomerGroup } from '../../group/group.entity.ts';
import { findGroups } from '../../group/list.ts';
import { referrerProblems } from '../../referral/set.ts';
import { chunksOf } from './chunks.ts';
import { becoming, changes } from './existing.ts';
import {
  changed,
  findImagined,
  type Imagined,
  type ImaginedOf,
  knownOf,
  makeImagined,
  writeImagined,
} from './imagined.ts';
import type { ImportOptions } from './import.ts';
import type { JudgedRow } from './judge.ts';
import { type Known, type Matched, matchRows, REFERENCE_TAKEN } from './match.ts';
import { findReferrers } from './referrals.ts';
import { type Counts, digestOf, NO_ROWS, sum } from './run.ts';
import type { Source } from './source.ts';
import { stage } from './stage.ts';
import type { Outcome, PlacedRow } from './step.ts';
import { placedRows, refusedReferral, type Told, told } from './told.ts';

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
    order by w.place limit 1000`,
};

/** What would become of a row, and of the customer whom an earlier row, or this one, would have made. */
interface TrialOutcome {
  readonly outcome: Outcome;
  readonly imagined?: Imagined;
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
    await makeImagined(this.#tx);
    await this.#tx.run(makeWaiting, []);
    let rows = 0;
    for await (const chunk of chunksOf(this.#source, { rows: 0, digest: digestOf('') })) {
      const placed = placedRows(chunk);
      const outcomes = await this.#outcomesOf(placed);
      const byPosition = new Map(placed.map(({ position }, i) => [position, outcomes[i] as Outcome]));
      const ofReferrals = await this.#noteReferrals(placed, outcomes);
      rows = chunk.end;
      await this.#tell(rows, told(this.#source, chunk, byPosition, ofReferrals));
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
      await this.#tell(rows, { counts: { ...NO_ROWS, unreferred: refused.length }, refused });
      after = left.at(-1)?.place;
    }
  }

  async #tell(rows: number, { counts, refused }: Told): Promise<void> {
    const { report, onRefused, onStep } = this.#options;
    if (report) report.commit(await report.write(refused));
    this.#counts = sum(this.#counts, counts);
    for (const row of refused) onRefused(row);
    onStep(rows, this.#counts);
  }

  async #outcomesOf(placed: readonly PlacedRow[]): Promise<Outcome[]> {
    const rows = placed.map(({ row }) => row);
    const outcomes: Outcome[] = [];
    await this.#findGroups(rows);
    await stage(this.#tx, rows, new Map());
    for (let pending = [...rows.keys()]; pending.length > 0; ) {
      const matched = await matchRows(this.#tx, rows, pending, false);
      const earlier = await findImagined(
        this.#tx,
        matched.map(({ position }) => rows[position] as JudgedRow),
      );
      const written: Imagined[] = [];
      matched.forEach((each, i) => {
        const { row, position } = placed[each.position] as PlacedRow;
        const { outcome, imagined } = this.#outcomeOf(row, position, each, earlier[i] as ImaginedOf);
        outcomes[each.position] = outcome;
        if (imagined) written.push(imagined);
      });
      await writeImagined(this.#tx, lastOfEach(written));
      pending = pending.filter((position) => outcomes[position] === undefined);
    }
    return outcomes;
  }

  async #findGroups(rows: readonly JudgedRow[]): Promise<void> {
    const named = rows.flatMap(({ groups }) => groups ?? []).filter(({ slug }) => !this.#groups.has(slug));
    const found = await findGroups(this.#tx, [...new Set(named.map(({ slug }) => slug))]);
    for (const { slug, name } of named)
      if (!this.#groups.has(slug))
        this.#groups.set(slug, found.get(slug) ?? { slug, name, id: -1 - this.#groups.size });
  }

  #outcomeOf(
    row: JudgedRow,
    place: number,
    matched: Matched,
    { byEmail, byReference, byContact }: ImaginedOf,
  ): TrialOutcome {
    if ('problem' in matched) return { outcome: [{ path: 'cuRefNo', message: matched.problem }] };
    if (row.canonicalEmail !== null && byReference && byReference.place !== byEmail?.place)
      return { outcome: [{ path: 'cuRefNo', message: REFERENCE_TAKEN }] };
    const earlier = byEmail ?? (row.canonicalEmail === null ? (byReference ?? byContact) : undefined);
    // One contact of before and one of now are two: then whoever has only a phone is a third.
    const isContact = row.canonicalEmail === null && row.cuRefNo == null;
    const isOneOfTwo = isContact && matched.known !== undefined && earlier !== undefined;
    const groupOf = (slug: string) => this.#groups.get(slug) as CustomerGroup;
    const known = isOneOfTwo ? undefined : (matched.known ?? (earlier && knownOf(earlier, groupOf)));
    if (!known) return { outcome: 'created', imagined: { place, row, hasLedger: (row.creditBalance ?? 0) !== 0 } };
    return this.#change(row, known, matched.known ? undefined : earlier);
  }

  #change(row: JudgedRow, known: Known, earlier: Imagined | undefined): TrialOutcome {
    const named = (row.groups ?? []).map(({ slug }) => this.#groups.get(slug) as CustomerGroup);
    const change = becoming(row, known, named, this.#options.isUpdate);
    if ('problems' in change) return { outcome: change.problems };
    const outcome = changes(change) ? 'changed' : 'unchanged';
    return { outcome, ...(earlier && { imagined: changed(earlier, change) }) };
  }

  /** @returns what is wrong with those that are not looked for later, by position */
  async #noteReferrals(placed: readonly PlacedRow[], outcomes: readonly Outcome[]): Promise<Map<number, string>> {
    const given = placed.filter(({ row }, i) => row.referral != null && typeof outcomes[i] === 'string');
    const itself = given.filter(({ row }) => row.referral === row.cuRefNo);
    const known = await findReferrers(
      this.#tx,
      given.map(({ row }) => row.referral as string),
    );
    const waiting = given.filter((each) => !itself.includes(each) && !known.has(each.row.referral as string));
    if (waiting.length > 0)
      await this.#tx.run(noteWaiting, [
        waiting.map(({ position }) => position),
        waiting.map(({ line }) => line),
        waiting.map(({ row }) => row.referral),
        waiting.map(({ row }) => row.cuRefNo ?? null),
        waiting.map(({ row }) => row.email ?? null),
        waiting.map(({ row }) => row.phone ?? null),
      ]);
    return new Map(itself.map(({ position }) => [position, referrerProblems.itself]));
  }
}

/** Of each customer, what it is in the end. */
function lastOfEach(all: readonly Imagined[]): Imagined[] {
  return [...new Map(all.map((each) => [each.place, each])).values()];
}
