// What the version before keeps under an Idempotency-Key: an answer of HTTP. Both versions run side by side during an update, and its answers are kept
// for a day. The next version takes this file away.
import { createHash } from 'node:crypto';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';

/** An answer that can be replayed. */
export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

const stored: Statement = {
  name: 'idempotency_key_of_version_before',
  text: `
    select status, content_type as "contentType", body from idempotency_key
    where organisation_id = $1 and key = $2 and request_digest = $3 and meaning_digest is null and status is not null
      and created_at >= now() - interval '1 day'`,
};

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
export async function storedAnswer(
  database: OrganisationDatabase,
  key: string,
  digest: string,
): Promise<StoredAnswer | undefined> {
  const [answer] = await database.run<StoredAnswer>(stored, [database.organisationId, key, digest]);
  return answer;
}
