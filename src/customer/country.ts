// A country, by its code of ISO 3166-1.
import validator from 'validator';
import { changedTextOf, invalid, writeText } from '../text.ts';

/** Much longer than a code, so that whoever sends a name is told what belongs here. */
const LONGEST = 64;
/** Letters that `toUpperCase` makes one of; `ß` would become a country. */
const twoLetters = /^[a-z]{2}$/i;

/**
 * Writes a country code the one way it is stored. Writing the result again changes nothing.
 *
 * @param given - what the caller sent: two letters in upper or lower case; blanks around them do not count
 * @returns the code of ISO 3166-1 alpha-2 in upper case; undefined when nothing is left of the text
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` for anything else, names, other codes and user-assigned ones (`XK`) included
 */
export function normalizeCountry(given: string): string | undefined {
  const text = writeText(LONGEST, given, ' ');
  if (text === undefined) return undefined;
  if (!twoLetters.test(text) || !validator.isISO31661Alpha2(text))
    throw invalid('must be an ISO 3166-1 alpha-2 country code such as CZ');
  return text.toUpperCase();
}

/** A country code in an update. */
export const changedCountry = changedTextOf(normalizeCountry);
