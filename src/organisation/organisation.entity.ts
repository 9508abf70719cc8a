// The organisation, and what ties every other table's rows to one: columns, and the policy of row level security.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** The setting that names the organisation whose rows a transaction may touch; unset, it may touch none. */
export const ORGANISATION_SETTING = 'gateway.organisation';

function policyOn(column: string) {
  const expression = `${column} = nullif(current_setting('${ORGANISATION_SETTING}', true), '')::int`;
  return { policies: [{ name: 'organisation_wall', using: expression, check: expression }] };
}

/** The policy of every table whose rows belong to an organisation. Spread it into an entity's options. */
export const tenantPolicy = policyOn('organisation_id');

/** A tenant of the gateway. Looked up before the tenant is known, so its table is the same everywhere. */
export const OrganisationEntity = defineEntity({
  name: 'Organisation',
  tableName: 'organisation',
  ...policyOn('id'),
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
