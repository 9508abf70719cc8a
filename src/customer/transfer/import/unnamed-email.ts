// Whether a column that nobody knows holds the e-mail addresses: customers would be made without them, and made again once it is known.
import { shortened, UnusableFileError } from '../header.ts';
import { STEP } from './chunks.ts';
import type { Given } from './source.ts';

const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LONGEST_ADDRESS = 254;

/** Looks at the first rows of a file: those of the first step, before anything is stored. */
export class UnnamedEmail {
  #rows = 0;

  /**
   * Looks at a row.
   *
   * @param unknown - what stands in columns that nobody knows, by their names
   * @throws UnusableFileError where the row names its customer by nothing better than a phone, and one of them holds an e-mail address
   */
  look({ email, cuRefNo }: Given, unknown: Iterable<readonly [name: string, value: unknown]>): void {
    this.#rows += 1;
    if (this.#rows > STEP || email != null || cuRefNo != null) return;
    for (const [name, value] of unknown) {
      if (typeof value !== 'string' || value.length > LONGEST_ADDRESS || !address.test(value.trim())) continue;
      const shown = shortened(name);
      throw new UnusableFileError(
        `"${shown}" holds e-mail addresses, and no column is known as email: say --map "${shown}=email", or "${shown}=" to leave it out.`,
      );
    }
  }
}
