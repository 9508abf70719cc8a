// Who brought whom, above several customers at once: so that many referrals can be set as if one came after the other.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { LONGEST_CHAIN } from './set.ts';

/** Generations that one statement reads. */
const GENERATIONS = 20;

/** Writes a query of the `referrer_id` of a customer, by SQL for the internal id. `$1` is the organisation. */
type LookUp = (id: string) => string;

const referrerOf: LookUp = (id) =>
  `select f.referrer_id from referral f where f.organisation_id = $1 and f.customer_id = ${id}`;

const aboveBy = (lookUp: LookUp, name?: string): Statement => ({
  name,
  text: `
    with recursive above (customer_id, referrer_id, generation) as (
      select g.id, f.referrer_id, 1 from unnest($2::bigint[]) g (id) cross join lateral (${lookUp('g.id')}) f
      union
      select a.referrer_id, f.referrer_id, a.generation + 1
      from above a cross join lateral (${lookUp('a.referrer_id')}) f
      where a.generation < ${GENERATIONS}
    )
    select distinct customer_id, referrer_id from above`,
});

const above = aboveBy(referrerOf, 'referral_above');

/** The referrers above some customers, as they are, with those that are set. Whoever is to change them has locked the referrals of the organisation. */
export class Referrers {
  readonly #referrers = new Map<number, number>();

  /**
   * Reads them.
   *
   * @param ids - internal ids of customers who are to bring others, and of those others
   * @param lookUp - how they are read, where that is not from the table of referrals
   */
  static async above(tx: OrganisationDatabase, ids: readonly number[], lookUp?: LookUp): Promise<Referrers> {
    const statement = lookUp ? aboveBy(lookUp) : above;
    const referrers = new Referrers();
    let unknown = [...new Set(ids)];
    for (let count = 0; unknown.length > 0 && count <= LONGEST_CHAIN; count += GENERATIONS) {
      const rows = await tx.run<{ customer_id: string; referrer_id: string }>(statement, [tx.organisationId, unknown]);
      const read = rows.map((row) => [Number(row.customer_id), Number(row.referrer_id)] as const);
      const found = new Set(read.map(([id]) => id));
      unknown = [...new Set(read.map(([, referrerId]) => referrerId))].filter(
        (id) => !found.has(id) && referrers.of(id) === undefined,
      );
      for (const [id, referrerId] of read) referrers.set(id, referrerId);
      // Whom nobody brought is asked for once more, and is the end then.
      if (rows.length === 0) break;
    }
    return referrers;
  }

  /** Who brought a customer; undefined for nobody. */
  of(id: number): number | undefined {
    return this.#referrers.get(id);
  }

  set(id: number, referrerId: number | undefined): void {
    if (referrerId === undefined) this.#referrers.delete(id);
    else this.#referrers.set(id, referrerId);
  }

  /** Whether a customer is another one or among the referrers above that, and whether those are too many to tell. */
  pathFrom(referrerId: number, id: number): { isCircle: boolean; isLong: boolean } {
    let at: number | undefined = referrerId;
    for (let place = 0; at !== undefined && place < LONGEST_CHAIN; place++) {
      if (at === id) return { isCircle: true, isLong: false };
      at = this.#referrers.get(at);
    }
    return { isCircle: false, isLong: at !== undefined };
  }
}
