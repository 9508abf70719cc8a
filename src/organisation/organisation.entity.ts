// The organisation, and the columns that tie every other table's rows to one.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicyOn } from '../database/tenant-policy.ts';

/** A tenant of the gateway. Looked up before the tenant is known, so its table is the same everywhere. */
export const OrganisationEntity = defineEntity({
  name: 'Organisation',
  tableName: 'organisation',
  ...tenantPolicyOn('id'),
  properties: {
    id: p.integer().primary().autoincrement(),
    slug: p.string().length(63).unique('organisation_slug_unique'),
    name: p.string().length(255),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});

/** A tenant of the gateway. */
export type Organisation = InferEntity<typeof OrganisationEntity>;

/**
 * The columns that open the primary key of every table that can be distributed by organisation, and the foreign key
 * to `organisation`. Spread it into an entity's properties.
 */
export const ownedByOrganisation = {
  organisationId: p.integer().primary(),
  organisation: () =>
    p.manyToOne(OrganisationEntity).joinColumn('organisation_id').deleteRule('restrict').updateRule('no action'),
};
