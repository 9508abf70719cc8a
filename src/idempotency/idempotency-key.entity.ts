// What is kept of a request that came with an Idempotency-Key, as it is stored.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';

export const IdempotencyKeyEntity = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'key'],
  // None but the primary key begins with the organisation: PostgreSQL may look for a key in any that does.
  indexes: [
    { name: 'idempotency_key_by_creation', properties: ['createdAt'] },
    { name: 'idempotency_key_customers', properties: ['customers'], type: 'gin' },
    {
      name: 'idempotency_key_of_versions_before',
      properties: ['createdAt'],
      where: 'customers is null and (meaning_digest is null or outcome is not null)',
    },
  ],
  properties: {
    ...ownedByOrganisation,
    key: p.string().length(255).primary(),
    /** Of the version before: SHA-256 of path, caller's rights and body, in hexadecimal. */
    requestDigest: p.string().length(64),
    /** Of the version before: HTTP status, type and body of the answer. */
    status: p.smallint().nullable(),
    contentType: p.string().length(255).nullable(),
    body: p.blob().nullable(),
    /** SHA-256 of the path and the meaning of the body, in hexadecimal. Null in rows of the version before. */
    meaningDigest: p.text().nullable(),
    /** What the operation did, by the response names of its fields: what its answer can be rendered from again. */
    outcome: p.json<Record<string, unknown>>().nullable(),
    /** The operation's `data` as JSON; null until it was rendered, and when it is too long to be kept. */
    answer: p.text().nullable(),
    /** References of the customers whom the outcome or the answer tells of. Null while nothing is done, and in rows of versions before. */
    customers: p.array().nullable(),
    /** When one of them was erased: the answer is gone, and the key stays claimed. */
    erasedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});
