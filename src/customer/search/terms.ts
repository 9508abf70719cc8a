// What a caller searches for: the words that a customer must have, all of them.
import { invalid, textOf, writeText } from '../../text.ts';

/** Characters of a search, and words in it. */
const LONGEST = 200;
const MOST_WORDS = 10;
/** Digits from which on words of digits are a telephone number, however they are grouped: a date has fewer, and so has a year beside a number. */
const DIGITS_OF_PHONE = 9;

const blanks = /\p{White_Space}+/u;
/** A word of a telephone number: digits, with what people write around them. */
const phonePart = /^\+?[(]?[0-9][0-9()./\-\u2010-\u2015]*$/;
const notDigits = /[^0-9]/g;
/** What stands around words rather than in them: quotation marks, brackets, and what divides. */
const around = /[\p{Pi}\p{Pf}\p{Ps}\p{Pe}"'<>,;:]/u;

/** A word without what stands around it. */
function bare(word: string): string {
  let [start, end] = [0, word.length];
  while (start < end && around.test(word.charAt(start))) start += 1;
  while (start < end && around.test(word.charAt(end - 1))) end -= 1;
  return word.slice(start, end);
}

/** Words of digits, which may be a telephone number or a part of one, in both ways. */
function joined(run: readonly string[]): readonly string[] {
  // The trunk prefix is for those who call from the same country.
  const digits = run.join('').replace('(0)', '').replace(notDigits, '');
  const plus = run[0]?.startsWith('+') ? '+' : '';
  const isNumber = digits.length >= DIGITS_OF_PHONE;
  const parts = run.map(bare);
  if (!isNumber && parts.length < 2) return parts;
  const one = plus === '' && isNumber ? withoutPrefix(digits) : plus + digits;
  return parts.length === 1 && parts[0]?.endsWith(one) ? [one] : [[one, ...parts].join(' ')];
}

/** Digits without the zero that they begin with for those who call from the same country; the ITU's prefix stands for the plus. */
function withoutPrefix(digits: string): string {
  if (!digits.startsWith('00')) return digits.replace(/^0/, '');
  return digits.length > DIGITS_OF_PHONE ? `+${digits.slice(2)}` : digits;
}

/**
 * The words of a text. Words of digits that follow each other are one with blanks in it: its first part is all others together, as a telephone number is
 * kept, and either is looked for.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let run: string[] = [];
  const endRun = () => {
    if (run.length > 0) words.push(...joined(run));
    run = [];
  };
  for (const word of text.split(blanks).filter(Boolean)) {
    const isPart = phonePart.test(word);
    // A plus begins another number.
    if (!isPart || word.startsWith('+')) endRun();
    if (isPart) run.push(word);
    else words.push(bare(word));
  }
  endRun();
  const named = words.filter(Boolean);
  // What divides nothing is looked for itself.
  return named.length > 0 ? named : text.split(blanks).filter(Boolean);
}

/**
 * The words of a search, each once; none where it is blank, which finds everybody.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
function searchWords(given: string): string[] {
  const words = [...new Set(wordsOf(writeText(LONGEST, given, ' ') ?? ''))];
  const count = words.reduce((sum, word) => sum + Math.max(1, word.split(' ').length - 1), 0);
  if (count > MOST_WORDS) throw invalid(`must have at most ${MOST_WORDS} words`);
  return words;
}

/** A search in an input. */
export const searchInput = textOf(searchWords);
