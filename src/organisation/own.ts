// The organisation as its own callers see it.
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import type { Organisation } from './organisation.entity.ts';

/** What callers see of their organisation. */
export type OwnOrganisation = Pick<Organisation, 'slug' | 'name'>;

const own: Statement = { name: 'organisation_own', text: 'select slug, name from organisation where id = $1' };

/** The organisation of whoever acts. */
export function ownOrganisation({ database, organisationId }: OperationContext): Promise<OwnOrganisation> {
  return database.one(own, [organisationId]);
}
