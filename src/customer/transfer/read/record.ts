// What is read of a file, before anything is known of what it means.

/** Bytes of one row that are looked at: more than any customer takes. */
export const LONGEST_ROW = 1024 * 1024;

/** A row of a file, or a stretch of it of which no row can be made. */
export type FileRow<Content> = {
  /** The line that it begins in, from 1. */
  readonly line: number;
} & ({ readonly content: Content } | { readonly unreadable: string });
