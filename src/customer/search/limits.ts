// How much lists of customers read for what.

/** How many rows a list reads. */
export interface ListLimits {
  /** In order, to see how much belongs to the list: for short words, and for anything else. */
  readonly forShortWords: number;
  readonly first: number;
  /** In order, where that is worth it: for each one that a page holds, and at most in all. */
  readonly perRow: number;
  readonly most: number;
  /** To count, or to collect what a search finds, at most. */
  readonly counted: number;
  /** The newest, to tell how common it is what a search looks for. */
  readonly sample: number;
}

/** Customers that are counted at most. */
export const MOST_COUNTED = 10_000;

export const LIMITS: ListLimits = {
  ...{ forShortWords: 1_000, first: 200, perRow: 200, most: 20_000 },
  ...{ counted: MOST_COUNTED, sample: 10_000 },
};

/** Characters of a word that few have. */
export const LONG_WORD = 8;
