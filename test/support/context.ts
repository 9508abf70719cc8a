// The context of an operation, for tests of what takes one.
import type { Database } from '../../src/database/open.ts';
import type { OperationContext } from '../../src/operation-context.ts';

/** A context of an operation that begins now. */
export function contextOf(database: Database, organisationId: number): OperationContext {
  return {
    organisationId,
    actor: 'key:TESTabcd',
    requestId: 'test',
    database: database.forOrganisation(organisationId),
  };
}
