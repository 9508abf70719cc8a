// Text that callers send: what can be stored at all, and how it is written.
import { z } from 'zod';
import { ApiError } from './errors.ts';

const MUST_BE_TEXT = 'must be a string';
const REQUIRED = 'is required';

/** Control characters other than the ones that are white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const control = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/;
const whiteSpace = /\s+/g;

/** A string that can be stored: well-formed Unicode without control characters. */
export const text = z
  .string({ error: (issue) => (issue.input == null ? REQUIRED : MUST_BE_TEXT) })
  .superRefine((value, context) => {
    if (!value.isWellFormed()) context.addIssue({ code: 'custom', message: 'must be well-formed Unicode' });
    if (control.test(value)) context.addIssue({ code: 'custom', message: 'must not contain control characters' });
  });

/** Applies a domain function, whose `ApiError` becomes the reason why the value is refused. */
export function written<Output>(write: (value: string) => Output) {
  return (value: string, context: z.RefinementCtx): Output => {
    try {
      return write(value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
}

/** Makes one blank of every run of white space, none at the ends; Unicode as NFC. */
function collapse(value: string): string {
  return value.replace(whiteSpace, ' ').trim().normalize('NFC');
}

/**
 * Text that is not too long; counted in characters, as PostgreSQL counts.
 *
 * @returns undefined when nothing is left of it
 * @throws ApiError `INTERNAL_VALIDATION_FAILED`
 */
export function atMost(maximum: number, value: string): string | undefined {
  if ([...value].length > maximum) {
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { message: `must be at most ${maximum} characters long` });
  }
  return value === '' ? undefined : value;
}

/** Text for people: trimmed, white space collapsed, NFC; empty counts as not given. */
export function freeText(maximum: number) {
  return text
    .transform(written((value) => atMost(maximum, collapse(value))))
    .nullish()
    .transform((value) => value ?? undefined);
}

/** Text for people that must not be empty. */
export function requiredText(maximum: number) {
  return text.transform(
    written((value) => {
      const kept = atMost(maximum, collapse(value));
      if (kept === undefined) throw new ApiError('INTERNAL_VALIDATION_FAILED', { message: 'must not be empty' });
      return kept;
    }),
  );
}
