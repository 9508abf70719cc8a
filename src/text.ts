// Text that callers send: what can be stored at all, and how it is written.
import { z } from 'zod';
import { ApiError } from './errors/api-error.ts';

const MUST_BE_TEXT = 'must be a string';
/** What is said of a value that is missing. */
export const REQUIRED = 'is required';
/** What is said of a value that GraphQL's `Int` does not hold. */
export const MUST_BE_INT = 'must be a whole number of 32 bits';

/** How much longer than its limit a value may arrive: room for white space and marks that are taken away. */
const RAW_FACTOR = 4;
/** Combining marks that may stand in a row; putting more into canonical order takes time that grows with their square. */
const MOST_MARKS = 30;

/** Control characters other than the ones that are white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const control = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
const whiteSpace = /\p{White_Space}+/gu;
const blank = /\p{White_Space}/u;
const marksInARow = new RegExp(`\\p{M}{${MOST_MARKS + 1}}`, 'u');

/** What nobody sees: it comes along from spreadsheets and PDFs, or is meant to deceive. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u;
/** The invisible characters that change nothing about their neighbours. */
const meaningless = /[[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]--[\p{Variation_Selector}\u200c\u200d]]/gv;
/** The joiners and variation selectors that stand together, after one character (if any) and before another. */
const shaping = /([^\p{Variation_Selector}\u200c\u200d])?([\p{Variation_Selector}\u200c\u200d]+)(?=(.)?)/gsu;
/** What makes sense between two visible characters: a selector for the one before, a joiner, or both. */
const shapingOfOne = /^\p{Variation_Selector}?[\u200c\u200d]?$/u;
const leadingSelector = /^\p{Variation_Selector}/u;
/** Characters that variation selectors are made for, so that one may also end a word. */
const variable = /[\p{Extended_Pictographic}\p{Unified_Ideograph}]/u;

/** The error of a value that breaks its rule, with the reason as a caller reads it beside the field's name. */
export function invalid(message: string): ApiError {
  return new ApiError('INTERNAL_VALIDATION_FAILED', { message });
}

/** Applies a domain function, whose `ApiError` becomes the reason why the value is refused. */
export function transformWith<Input, Output>(write: (value: Input) => Output) {
  return (value: Input, context: z.RefinementCtx): Output => {
    try {
      return write(value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
}

/** A string, checked and written by a domain function, whose `ApiError` becomes the reason why the value is refused. */
export function textOf<Output>(write: (value: string) => Output) {
  return z
    .string({ error: (issue) => (issue.input == null ? REQUIRED : MUST_BE_TEXT) })
    .transform(transformWith(write));
}

/** Whether a text has more characters than it may, counted as PostgreSQL counts; takes no longer for a longer text. */
function isLonger(value: string, maximum: number): boolean {
  // A character takes two units at most.
  if (value.length <= maximum || value.length > 2 * maximum) return value.length > maximum;
  return [...value].length > maximum;
}

/**
 * Refuses what must not reach anything that costs: a value far beyond its limit, before it is looked at, and heaps of
 * combining marks.
 *
 * @param maximum - characters that the value may have in the end
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 * @see section 3 of the contract
 */
export function assertBounded(maximum: number, value: string): void {
  if (isLonger(value, RAW_FACTOR * maximum)) throw tooLong(maximum);
  assertFewMarks(value);
}

/**
 * Refuses heaps of combining marks; what is written passes it too, so that it can be sent again.
 *
 * @param value - of bounded length
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function assertFewMarks(value: string): void {
  if (marksInARow.test(value)) throw invalid(`must not contain more than ${MOST_MARKS} combining marks in a row`);
}

/**
 * Refuses what is not Unicode, and cannot be stored.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function assertWellFormed(value: string): void {
  if (!value.isWellFormed()) throw invalid('must be well-formed Unicode');
}

/**
 * Refuses what cannot be stored, or has no place in text: lone surrogates, and control characters but for white space.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function assertStorable(value: string): void {
  assertWellFormed(value);
  if (control.test(value)) throw invalid('must not contain control characters');
}

function tooLong(maximum: number): ApiError {
  return invalid(`must be at most ${maximum} characters long`);
}

/** Trims by Unicode's White_Space: of U+0085 too, and not of U+FEFF, which JavaScript's own `trim` takes away. */
export function trim(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && blank.test(value.charAt(start))) start += 1;
  while (end > start && blank.test(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

/** Takes the invisible characters out of a text, but for those that shape a word. */
function withoutInvisible(value: string): string {
  if (!invisible.test(value)) return value;
  return value.replace(meaningless, '').replace(shaping, (_, before = '', marks: string, after = '') => {
    const insideWord = before !== '' && after !== '' && !blank.test(before) && !blank.test(after);
    if (insideWord && shapingOfOne.test(marks)) return before + marks;
    return before + (variable.test(before) ? (leadingSelector.exec(marks)?.[0] ?? '') : '');
  });
}

/** Whether nothing of a text is seen: then it counts as not given. */
export function isBlank(value: string): boolean {
  return trim(withoutInvisible(value)) === '';
}

/**
 * Writes a text in one way: within its bounds, without invisible characters, with `separator` for every run of white
 * space and none at the ends, NFC.
 *
 * @param rewrite - what else is done with it
 * @returns undefined when nothing is left of it
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function writeText(
  maximum: number,
  value: string,
  separator: '' | ' ',
  rewrite = (written: string) => written,
): string | undefined {
  assertBounded(maximum, value);
  assertStorable(value);
  const collapsed = trim(withoutInvisible(value).replace(whiteSpace, separator));
  const kept = rewrite(collapsed.normalize('NFC')).normalize('NFC');
  if (isLonger(kept, maximum)) throw tooLong(maximum);
  assertFewMarks(kept);
  return kept === '' ? undefined : kept;
}

function writeNumber(maximum: number, value: string, upperCase: boolean): string | undefined {
  return writeText(maximum, value, '', (text) => (upperCase ? text.toUpperCase() : text));
}

/**
 * What an update makes of a value that is written as text: an absent one stays, null and a text of which nothing is left
 * clear what is stored. Doing it again changes nothing.
 *
 * @param write - undefined when nothing is left of the text
 */
export function changedTextOf(write: (value: string) => string | undefined) {
  return textOf((value) => write(value) ?? null).nullish();
}

/** Text for people in an update: as `freeText` writes it, and null where it clears. */
export function changedText(maximum: number) {
  return changedTextOf((value) => writeText(maximum, value, ' '));
}

/** A number of a public register in an update: as `registerNumber` writes it, and null where it clears. */
export function changedNumber(maximum: number, upperCase: boolean) {
  return changedTextOf((value) => writeNumber(maximum, value, upperCase));
}

/** Text for people: trimmed, white space collapsed, NFC; empty counts as not given. */
export function freeText(maximum: number) {
  return changedText(maximum).transform((value) => value ?? undefined);
}

/** Text that is given back as it came: it can be stored, and no more is asked of it. */
export function verbatimText(maximum: number) {
  return textOf((value) => {
    if (isLonger(value, maximum)) throw tooLong(maximum);
    assertStorable(value);
    return value;
  });
}

/** Text for people that must not be empty. */
export function requiredText(maximum: number) {
  return textOf((value) => {
    const kept = writeText(maximum, value, ' ');
    if (kept === undefined) throw invalid('must not be empty');
    return kept;
  });
}

/** A number of a public register: kept without blanks, in upper case where `upperCase`; empty counts as not given. */
export function registerNumber(maximum: number, upperCase: boolean) {
  return changedNumber(maximum, upperCase).transform((value) => value ?? undefined);
}
