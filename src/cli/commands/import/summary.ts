// What is told of an import at its end.
import { shortened } from '../../../customer/transfer/header.ts';
import type { Counts } from '../../../customer/transfer/import/run.ts';
import { english, note, print } from '../../output.ts';

/** What is told at the end. */
export interface Told {
  readonly rows: number;
  readonly counts: Counts;
  /** Rows that gave a credit which their customers did not get. */
  readonly keptCredits: number;
  /** Undefined of a trial. */
  readonly requestId: string | undefined;
}

/** Prints what became of rows, for people and for programs. */
export function tell(
  { rows, counts, keptCredits, requestId }: Told,
  { json, report }: { json?: boolean | undefined; report?: string | undefined },
): void {
  const { created, changed, unchanged, refused, withoutReferral } = counts;
  const isTrial = requestId === undefined;
  print(
    {
      ...{ rows, created, changed, unchanged, refused, withoutReferral },
      ...(json ? { requestId: requestId ?? null, dryRun: isTrial } : { ...(requestId !== undefined && { requestId }) }),
    },
    { ...(json && { json }) },
  );
  if (isTrial && !json) note('Nothing was stored: this was a trial.');
  if (rows === 0) note('The file has no rows.');
  if (keptCredits > 0)
    note(
      `${keptCredits === 1 ? '1 row' : `${english(keptCredits)} rows`} gave another credit than the customer has, whose ledger was opened before: it was left out.`,
    );
  if (report !== undefined && refused + withoutReferral > 0) note(`The refused rows are in ${report}.`);
}

/** Tells which columns were passed over. */
export function tellUnknown(names: readonly string[]): void {
  if (names.length === 0) return;
  const shown = names
    .slice(0, 10)
    .map((name) => `"${shortened(name)}"`)
    .join(', ');
  const more = names.length > 10 ? ` and ${english(names.length - 10)} more` : '';
  note(`Not imported, since nobody knows what they are: the columns ${shown}${more}. See --map and --custom-fields.`);
}
