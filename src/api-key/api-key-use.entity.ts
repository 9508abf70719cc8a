// What a key was used for as it is stored: apart from the key itself, each change of which empties caches.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../database/tenant-policy.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';
import { ApiKeyEntity } from './api-key.entity.ts';

export const ApiKeyUseEntity = defineEntity({
  name: 'ApiKeyUse',
  tableName: 'api_key_use',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'apiKeyId'],
  properties: {
    ...ownedByOrganisation,
    apiKeyId: p.integer().primary(),
    apiKey: () =>
      p
        .manyToOne(ApiKeyEntity)
        .joinColumn('api_key_id')
        .referenceColumnName('id')
        .ownColumns('api_key_id')
        .deleteRule('restrict')
        .updateRule('no action'),
    lastUsedAt: p.datetime(3),
    /** The day of the last use, in UTC. */
    day: p.date(),
    /** Made with the key on that day. */
    requests: p.integer(),
  },
});
