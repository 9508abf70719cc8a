// What PostgreSQL expects of a statement, without running it.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { RecurringStatements } from '../../database/recurring-statements.ts';

/** What PostgreSQL expects. */
export interface Plan {
  /** How many rows a statement gives. */
  readonly rows: number;
  /** How much it takes, in PostgreSQL's own unit. */
  readonly cost: number;
}

const statements = new RecurringStatements('customers_planned');

/**
 * Plans a statement for its values.
 *
 * @param text - a statement that reads
 * @param values - all that the text names, and no more
 */
export async function planOf(database: OrganisationDatabase, text: string, values: readonly unknown[]): Promise<Plan> {
  const answer = await database.one<Record<'QUERY PLAN', [{ Plan: { 'Plan Rows': number; 'Total Cost': number } }]>>(
    statements.statement(`explain (format json) ${text}`, true),
    values,
  );
  const { 'Plan Rows': rows, 'Total Cost': cost } = answer['QUERY PLAN'][0].Plan;
  return { rows, cost };
}
