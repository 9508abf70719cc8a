// Locks by name, for transactions that change several things: taken in one order, so that none waits in a circle, whatever order they change them in.
// A thing needs one name for that: who knows it by another finds that out first.
import type { OrganisationDatabase } from './organisation-database.ts';
import type { Statement } from './statement.ts';

/** The blank keeps them apart from the locks of Idempotency-Keys, which have none. */
const take: Statement = {
  name: 'named_locks',
  text: `
    select pg_advisory_xact_lock(hashtextextended('changes ' || name, $1))
    from (select name from unnest($2::text[]) given (name) order by name) ordered`,
};

/** Waits until no other transaction of any process has one of the names of the organisation, and has them until the end of this one. */
export async function lockNames(tx: OrganisationDatabase, names: readonly string[]): Promise<void> {
  await tx.run(take, [tx.organisationId, names]);
}
