// The tenant policy: what row level security asks of every row, and the setting that it reads.

/** The setting that names the organisation whose rows a transaction may touch; unset, it may touch none. */
export const ORGANISATION_SETTING = 'gateway.organisation';

/**
 * The policy of a table, to be spread into an entity's options.
 *
 * @param column - holds the number of the organisation that a row belongs to
 */
export function tenantPolicyOn(column: string) {
  const expression = `${column} = nullif(current_setting('${ORGANISATION_SETTING}', true), '')::int`;
  return { policies: [{ name: 'organisation_wall', using: expression, check: expression }] };
}

/** The policy of every table whose rows belong to an organisation. Spread it into an entity's options. */
export const tenantPolicy = tenantPolicyOn('organisation_id');
