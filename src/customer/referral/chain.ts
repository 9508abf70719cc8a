// Who brought whom, above several customers at once: so that many referrals can be set as if one came after the other.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { LONGEST_CHAIN } from './set.ts';

const above: Statement = {
  name: 'referral_above',
  text: 'select customer_id, referrer_id from referral where organisation_id = $1 and customer_id = any($2::bigint[])',
};

/** The referrers above some customers, as they are, with those that are set. Whoever makes one has locked the referrals of the organisation. */
export class Referrers {
  readonly #referrers = new Map<number, number>();

  /**
   * Reads them, a generation at a time.
   *
   * @param ids - internal ids of customers who are to bring others, and of those others
   */
  static async above(tx: OrganisationDatabase, ids: readonly number[]): Promise<Referrers> {
    const referrers = new Referrers();
    const seen = new Set<number>();
    let generation = [...new Set(ids)];
    for (let count = 0; generation.length > 0 && count <= LONGEST_CHAIN; count++) {
      for (const id of generation) seen.add(id);
      const rows = await tx.run<{ customer_id: string; referrer_id: string }>(above, [tx.organisationId, generation]);
      for (const row of rows) referrers.set(Number(row.customer_id), Number(row.referrer_id));
      generation = [...new Set(rows.map((row) => Number(row.referrer_id)))].filter((id) => !seen.has(id));
    }
    return referrers;
  }

  /** Who brought a customer; undefined for nobody. */
  of(id: number): number | undefined {
    return this.#referrers.get(id);
  }

  set(id: number, referrerId: number): void {
    this.#referrers.set(id, referrerId);
  }

  /** How far above a customer another one stands: whether it is that one or among its referrers, and whether those are too many to tell. */
  pathFrom(referrerId: number, id: number): { isCircle: boolean; isLong: boolean } {
    let at: number | undefined = referrerId;
    for (let place = 0; at !== undefined && place <= LONGEST_CHAIN; place++) {
      if (at === id) return { isCircle: true, isLong: false };
      at = this.#referrers.get(at);
    }
    return { isCircle: false, isLong: at !== undefined };
  }
}
