// What the tables promise, each promise by a name, and what is found where one is broken.

interface Promised {
  /** What findings are listed under. */
  readonly name: string;
  /** What must hold, in a sentence for operators. */
  readonly promise: string;
}

/** What must hold of each row of a table, by itself or with those that belong to it. */
export interface RowInvariant extends Promised {
  readonly table: string;
  /** SQL for whether a row `b` breaks it; null is no. */
  readonly broken: string;
  /** SQL for what is wrong with it: nothing of a person, no text that anybody sent. */
  readonly detail: string;
}

/** What must hold of the rows that belong to those of a table, where one of them may have many. */
export interface BatchInvariant extends Promised {
  readonly table: string;
  /** SQL that finds what breaks it for the rows of `batch`: `organisation_id, subject, detail`. */
  readonly found: string;
}

/** What must hold of all rows together, or of the tables themselves. */
export interface WholeInvariant extends Promised {
  /** SQL that finds what breaks it: `organisation_id` (null for what belongs to none), `subject, detail`. */
  readonly found: string;
}

/** A row that breaks an invariant. */
export interface Finding {
  readonly invariant: string;
  /** Slug of the organisation; null for what belongs to none. */
  readonly organisation: string | null;
  /** Which row it is, by its public reference where it has one. */
  readonly subject: string;
  readonly detail: string;
}

/** How many more rows break an invariant than are listed. */
export interface Unlisted {
  readonly invariant: string;
  readonly more: number;
}
