// Create or return for many customers at once: each row stands for itself, and goes through the statement that serves single calls.
import { z } from 'zod';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/classify.ts';
import { fieldProblems } from '../errors/validation.ts';
import type { InTurns } from '../in-turns.ts';
import type { OperationContext } from '../operation-context.ts';
import { REQUIRED, verbatimText } from '../text.ts';
import { MUST_BE_OBJECT } from './by.ts';
import { type Created, createOrReturnCustomer } from './create.ts';
import { type CreateCustomer, createCustomerInput } from './input.ts';

/** Rows of one call. */
export const MOST_ROWS = 500;

/** Characters of what a caller calls a row. */
export const LONGEST_CLIENT_REF = 255;

/** A row of a call: its customer, or what is wrong with it. */
type BulkRow = { readonly clientRef: string } & ({ readonly input: CreateCustomer } | { readonly refused: ApiError });

/** What became of a row. */
export type BulkOutcome = { readonly clientRef: string } & (
  | { readonly created: Created }
  | { readonly error: ApiError }
);

/** What else is in a row is judged row by row: one that is wrong fails no other one. */
const row = z.looseObject({ clientRef: verbatimText(LONGEST_CLIENT_REF) }, MUST_BE_OBJECT);

/** The input of `bulkCreateCustomers`. How many rows there are is looked at first. */
export const bulkCreateCustomersInput = z.object({
  customers: z
    .array(z.unknown(), { error: ({ input }) => (input == null ? REQUIRED : 'must be a list') })
    .max(MOST_ROWS, `must have at most ${MOST_ROWS} items`)
    .pipe(z.array(row)),
});

/** The input of `bulkCreateCustomers`. */
export type BulkCreateCustomers = z.output<typeof bulkCreateCustomersInput>;

/** Judges the rows of a call by the rules of `createCustomer`. That takes long: others have their turn in between. */
async function judged({ customers }: BulkCreateCustomers, takeTurn: InTurns): Promise<BulkRow[]> {
  return Promise.all(customers.map((given) => takeTurn(() => judgedRow(given))));
}

function judgedRow({ clientRef, ...given }: z.output<typeof row>): BulkRow {
  const { data, error } = createCustomerInput.safeParse(given);
  if (data) return { clientRef, input: data };
  return { clientRef, refused: new ApiError('INTERNAL_VALIDATION_FAILED', { fields: fieldProblems(error) }) };
}

/** The e-mail addresses of the rows that are not refused. */
export async function emailsOf(input: BulkCreateCustomers, takeTurn: InTurns): Promise<string[]> {
  return (await judged(input, takeTurn)).flatMap((each) => ('input' in each ? [each.input.email] : []));
}

/**
 * Creates the customers of all rows, or returns those that are there. Rows with the same mailbox are one customer, as if they had been sent one after the other.
 *
 * @param takeTurn - how the judging of rows takes turns with whatever else the process does
 * @returns what became of each row, in their order
 * @throws ApiError what the rows that are not refused failed with, where the service can do none of them
 */
export async function bulkCreateCustomers(
  ctx: OperationContext,
  input: BulkCreateCustomers,
  takeTurn: InTurns,
): Promise<BulkOutcome[]> {
  const rows = await judged(input, takeTurn);
  const outcomes = await Promise.all(rows.map((given) => outcomeOf(ctx, given)));
  const tried = outcomes.filter((_, i) => 'input' in (rows[i] as BulkRow));
  const failed = tried.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (failed[0] && failed.length === tried.length) throw failed[0];
  return outcomes;
}

async function outcomeOf(ctx: OperationContext, given: BulkRow): Promise<BulkOutcome> {
  const { clientRef } = given;
  if ('refused' in given) return { clientRef, error: given.refused };
  try {
    return { clientRef, created: await createOrReturnCustomer(ctx, given.input) };
  } catch (error) {
    return { clientRef, error: toApiError(error) };
  }
}
