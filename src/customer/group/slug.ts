// How programs name a group.
import { z } from 'zod';
import { invalid, REQUIRED, textOf, writeText } from '../../text.ts';

/** Characters that a slug may have. */
export const LONGEST_SLUG = 63;
/** Groups that one customer may belong to. */
export const MOST_GROUPS = 100;
const form = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
const FORM = 'must be letters a to z, digits, and single hyphens or underscores between them';

/** Whether a text is a slug as it is stored. */
export function hasSlugForm(text: string): boolean {
  return text.length <= LONGEST_SLUG && form.test(text);
}

/** Writes a slug the one way it is stored: in lower case, without blanks around it. @throws ApiError `INTERNAL_VALIDATION_FAILED` */
export function normalizeSlug(given: string): string {
  const slug = writeText(LONGEST_SLUG, given, ' ', (text) => text.toLowerCase());
  if (slug === undefined) throw invalid('must not be empty');
  if (!form.test(slug)) throw invalid(FORM);
  return slug;
}

/** Letters that no decomposition takes to those of ASCII. */
const latin: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** A slug made of a name: `VIP zákazníci` is `vip-zakaznici`. Undefined where nothing is left of it. */
export function slugOfName(name: string): string | undefined {
  const ascii = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\0-\x7f]/g, (letter) => latin[letter] ?? letter);
  const words = ascii.match(/[a-z0-9]+/g) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug && `${slug}-${word}`;
    if ((longer || word).length > LONGEST_SLUG) break;
    slug = longer || word;
  }
  return slug || words[0]?.slice(0, LONGEST_SLUG);
}

/** A slug in an input. */
export const slugInput = textOf(normalizeSlug);

/** The slugs of an input. How many they are is looked at first: each that is wrong is told. */
export const slugsInput = z
  .array(z.unknown(), { error: ({ input }) => (input == null ? REQUIRED : 'must be a list') })
  .min(1, 'must not be empty')
  .max(MOST_GROUPS, `must have at most ${MOST_GROUPS} items`)
  .pipe(z.array(slugInput));
