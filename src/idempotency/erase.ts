// Erases kept answers that tell of customers: their keys stay claimed, and whoever sends them again hears that they were erased.
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';

const erase: Statement = {
  name: 'erase_kept_answers',
  text: 'select erase_kept_answers($1::text[], $2::text[])',
};

/**
 * Erases the answers that tell of customers who are locked, so that none is being kept meanwhile.
 *
 * @param references - of the customers
 * @param texts - by which versions before may have named them, too
 */
export async function eraseKeptAnswers(
  tx: OrganisationDatabase,
  references: readonly string[],
  texts: readonly string[],
): Promise<void> {
  // Versions before kept answers as JSON.
  await tx.run(erase, [references, texts.map((text) => JSON.stringify(text).slice(1, -1))]);
}

/** The form of a reference of whatever an outcome tells of. */
const referenceForm = /^[A-Za-z0-9]{16}$/;

/** Every reference in an outcome: those of customers, and of what belongs to them. */
export function referencesIn(outcome: unknown): string[] {
  if (typeof outcome === 'string') return referenceForm.test(outcome) ? [outcome] : [];
  if (typeof outcome !== 'object' || outcome === null) return [];
  return [...new Set(Object.values(outcome).flatMap(referencesIn))];
}
