// What the version before keeps under an Idempotency-Key: an answer of HTTP. Both versions run side by side during an update, and its answers are kept
// for a day. The next version takes this file away.
import { createHash } from 'node:crypto';

/** An answer that can be replayed. */
export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What a request under a key has to do with the version before. */
export interface RequestOfVersionBefore {
  /** How it compares requests: SHA-256, in hexadecimal. */
  readonly requestDigest: string;
  /**
   * What it is to replay when this version has done the request: that it is to be sent again, since only this version can tell what it did. Without an
   * answer, it would do the request once more.
   */
  readonly answer: StoredAnswer;
  /** Told by the operation: what it has answered the same request, to be replayed. */
  storedAnswer: StoredAnswer | undefined;
}

/** What a row holds for it. */
export interface StoredColumns {
  readonly requestDigest: string;
  /** Null in its own rows. */
  readonly meaningDigest: string | null;
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
export function storedAnswer(row: StoredColumns, digest: string): StoredAnswer | undefined {
  if (row.meaningDigest !== null || row.requestDigest !== digest || row.status === null || !row.body) return undefined;
  return { status: row.status, contentType: row.contentType ?? '', body: row.body };
}
