// The language that a customer is written to in, as a BCP 47 tag.
import { changedTextOf, invalid, writeText } from '../text.ts';

/** Characters of the longest tag that software should expect, RFC 5646 section 4.4.1. */
const LONGEST = 35;
/** A language, maybe a script, maybe a region; PHP writes them with underscores. */
const tag = /^[a-z]{2,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|[0-9]{3}))?$/i;
/** The same as it is stored. */
const canonicalTag = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?$/;

/**
 * Writes a language tag the one way it is stored. Writing the result again changes nothing.
 *
 * @param given - what the caller sent: `cs`, `en-gb`, `zh-Hant-TW`, `es-419`, PHP's `cs_CZ`; blanks around it do not count
 * @returns the canonical tag, in which a code that was replaced is the new one (`iw` becomes `he`); undefined when nothing
 *   is left of the text
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` for anything else, variants and extensions included
 */
export function normalizeLocale(given: string): string | undefined {
  const text = writeText(LONGEST, given, ' ');
  if (text === undefined) return undefined;
  const [canonical = ''] = tag.test(text) ? Intl.getCanonicalLocales(text.replaceAll('_', '-')) : [];
  if (!canonicalTag.test(canonical)) throw invalid('must be a language tag such as cs or en-GB');
  return canonical;
}

/** A language tag in an update. */
export const changedLocale = changedTextOf(normalizeLocale);
