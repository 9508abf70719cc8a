// Whether the next call of an organisation is likely to make a customer: by what its last ones did. Either way is right; a wrong guess costs a statement.
import { LRUCache } from 'lru-cache';
import type { NewcomerForecast } from '../operation-context.ts';

/** Organisations of which is known what their calls did lately. */
const MOST_KNOWN = 10_000;
/** How much of the share the latest call makes up. */
const WEIGHT = 1 / 8;

/** Share of the calls that made a customer lately, by organisation. */
export class Newcomers implements NewcomerForecast {
  readonly #shares = new LRUCache<number, number>({ max: MOST_KNOWN });

  areLikely(organisationId: number): boolean {
    return (this.#shares.get(organisationId) ?? 0) > 0.5;
  }

  note(organisationId: number, isNew: boolean): void {
    const share = this.#shares.get(organisationId) ?? 0;
    this.#shares.set(organisationId, share + ((isNew ? 1 : 0) - share) * WEIGHT);
  }
}
