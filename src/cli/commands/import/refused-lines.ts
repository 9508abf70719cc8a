// Refused rows on standard error, where no report takes them.
import { shortened } from '../../../customer/transfer/header.ts';
import type { RefusedRow } from '../../../customer/transfer/import/report.ts';
import { english, note } from '../../output.ts';
import type { Progress } from '../../progress.ts';

/** Rows that are printed. */
const MOST_PRINTED = 20;

/** Prints the first of them, and how many more there are. */
export class RefusedLines {
  #count = 0;
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  tell({ line, problems }: RefusedRow): void {
    this.#count += 1;
    if (this.#count > MOST_PRINTED) return;
    const what = problems
      .map(({ column, reason }) => (column === undefined ? reason : `${shortened(column)} ${reason}`))
      .join('; ');
    this.#progress.line(`line ${english(line)}: ${what}`);
  }

  end(): void {
    if (this.#count > MOST_PRINTED)
      note(
        `${english(this.#count - MOST_PRINTED)} more rows were refused, or went in without their referral; --report FILE has all of them.`,
      );
  }
}
