// The API key as it is stored: a digest and a fingerprint, never the key.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { columnsOf } from '../database/columns.ts';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { OrganisationEntity } from '../organisation/organisation.entity.ts';

/** The channel on which PostgreSQL tells every gateway the digest of a key that changed; a trigger sends it. */
export const API_KEY_CHANNEL = 'api_key_changed';

export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  ...tenantPolicy,
  indexes: [{ name: 'api_key_by_organisation', properties: ['organisation'] }],
  checks: [
    { name: 'api_key_digest_form', expression: `digest ~ '^[0-9a-f]{64}$'` },
    { name: 'api_key_fingerprint_form', expression: `fingerprint ~ '^(PROD|DEV_|ROOT)[A-Za-z0-9]{4}$'` },
  ],
  triggers: [
    {
      name: 'announce',
      timing: 'after',
      events: ['insert', 'update', 'delete'],
      body: `perform pg_notify('${API_KEY_CHANNEL}', coalesce(new.digest, old.digest)); return null`,
    },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    organisation: () => p.manyToOne(OrganisationEntity).mapToPk().deleteRule('restrict').updateRule('no action'),
    name: p.string().length(255),
    /** SHA-256 of the key, in hexadecimal. */
    digest: p.string().length(64).unique('api_key_digest_unique'),
    /** The first eight characters of the key, for people. */
    fingerprint: p.string().length(8).unique('api_key_fingerprint_unique'),
    /** Capabilities that the key is restricted to; none means all. */
    scopes: p.array().defaultRaw(`'{}'`),
    /** Requests a minute; null for the limit of the key's prefix. */
    limitPerMinute: p.integer().nullable(),
    active: p.boolean().default(true),
    createdAt: p.datetime(3).defaultRaw('now()'),
    expiresAt: p.datetime(3).nullable(),
    /** Whether nobody said when it expires: a key that replaces it then has the lifetime of a new one. Null where a version before made it. */
    expiresByDefault: p.boolean().nullable(),
    deletedAt: p.datetime(3).nullable(),
  },
});

/** The API key as it is stored. */
export type ApiKey = InferEntity<typeof ApiKeyEntity>;

/** The columns of a key, as a statement names them. */
export const keyColumns = columnsOf(ApiKeyEntity).join(', ');
