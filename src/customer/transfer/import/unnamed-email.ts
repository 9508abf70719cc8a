// Whether a column that nobody knows holds the e-mail addresses: customers would be made without them, and made again once it is known.
import { shortened, UnusableFileError } from '../header.ts';
import type { Source, SourceRow } from './source.ts';

const LONGEST_ADDRESS = 254;

/** Whether a text is meant to be an e-mail address. */
function isLikeAddress(text: string): boolean {
  const [local, domain, ...more] = text.trim().split('@');
  return Boolean(local && domain && more.length === 0 && /\w\.\w/.test(domain)) && !/\s/.test(text.trim());
}

/** Looks at the rows that a file begins with, before any of them is stored. */
export class UnnamedEmail {
  #isNamed: boolean;
  /** What holds an address in a row that names its customer by nothing better than a phone. */
  #suspect: string | undefined;

  constructor({ hasEmail }: Pick<Source, 'hasEmail'>) {
    this.#isNamed = hasEmail;
  }

  look({ given: { email, cuRefNo }, unnamed }: SourceRow): void {
    if (email != null) this.#isNamed = true;
    if (this.#isNamed || this.#suspect !== undefined || cuRefNo != null) return;
    for (const [name, value] of unnamed())
      if (typeof value === 'string' && value.length <= LONGEST_ADDRESS && isLikeAddress(value)) this.#suspect = name;
  }

  /** @throws UnusableFileError */
  assertNone(): void {
    if (this.#isNamed || this.#suspect === undefined) return;
    const shown = shortened(this.#suspect);
    throw new UnusableFileError(
      `"${shown}" holds e-mail addresses, and no column is known as email: say --map "${shown}=email", or "${shown}=" to leave it out, or "${shown}=customFields.NAME" to keep it.`,
    );
  }
}
