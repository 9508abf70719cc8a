// What the version before keeps under an Idempotency-Key: an answer of HTTP. Both versions run side by side during an update, and its answers are kept
// for a day. The next version takes this file away.
import { createHash } from 'node:crypto';

/** An answer that can be replayed. */
export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What the columns of that version hold; all null where another version did the request, or it is not done. */
export interface StoredColumns {
  readonly requestDigest: string;
  readonly status: number | null;
  readonly contentType: string | null;
  readonly body: Buffer | null;
}

/**
 * How the version before compares requests.
 *
 * @param rights - what the caller may do
 * @returns SHA-256, in hexadecimal
 */
export function requestDigest(path: string, rights: readonly string[], bytes: Buffer): string {
  return createHash('sha256')
    .update(JSON.stringify([path, rights]))
    .update(bytes)
    .digest('hex');
}

/** The answer that the version before has kept for the same request; undefined when there is none. */
export function storedAnswer(row: StoredColumns | undefined, digest: string): StoredAnswer | undefined {
  if (row?.requestDigest !== digest || row.status === null || !row.body) return undefined;
  return { status: row.status, contentType: row.contentType ?? '', body: row.body };
}
