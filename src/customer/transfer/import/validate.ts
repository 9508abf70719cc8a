// Validates rows by the rules of the API.
import { z } from 'zod';
import { ApiError, type FieldProblem } from '../../../errors/api-error.ts';
import { fieldProblems } from '../../../errors/validation.ts';
import { assertObjectSize, type JsonObject, mergePatch } from '../../../json-object.ts';
import { changedTextOf, invalid, MUST_BE_INT, requiredText, transformWith, trim } from '../../../text.ts';
import { addressInput } from '../../address.ts';
import { canonicalEmail, normalizeEmail } from '../../email.ts';
import { referenceForm } from '../../find.ts';
import { LONGEST_NAME } from '../../group/create.ts';
import { MOST_GROUPS, normalizeSlug, slugOfName } from '../../group/slug.ts';
import { isNational, normalizePhone } from '../../phone.ts';
import { updateCustomerMembers } from '../../update.ts';
import type { Given } from './source.ts';

const REFERENCE = 'must be 16 letters and digits';
const NAMELESS = 'is required, or cuRefNo, or phone';

/** A reference; an empty one is not given. */
const reference = changedTextOf((value) => {
  const text = trim(value);
  if (text !== '' && !referenceForm.test(text)) throw invalid(REFERENCE);
  return text === '' ? undefined : text;
});

/** An e-mail address; an empty one is not given. */
const email = changedTextOf((value) => (trim(value) === '' ? undefined : normalizeEmail(value)));

/** A group that a customer is to belong to. */
export interface GivenGroup {
  readonly slug: string;
  /** What it is called where it has to be made. */
  readonly name: string;
}

const groupName = requiredText(LONGEST_NAME);

function readGroup(given: unknown): GivenGroup {
  const { slug, name } =
    typeof given === 'string' ? { slug: given, name: undefined } : (Object(given) as Record<string, unknown>);
  if ((slug ?? name) == null) throw invalid('must have a slug or a name');
  const called = name == null ? undefined : groupName.safeParse(name);
  if (called?.error) throw invalid(`has a name that ${fieldProblems(called.error)[0]?.message}`);
  const made = slug ?? slugOfName(called?.data ?? '');
  if (typeof made !== 'string') throw invalid('has a name of which no slug can be made: say slug=name');
  const written = normalizeSlug(made);
  return { slug: written, name: called?.data ?? written };
}

const groups = z
  .array(z.unknown(), 'must be a list')
  .max(MOST_GROUPS, `must have at most ${MOST_GROUPS} items`)
  .transform(transformWith((given) => [...new Map(given.map(readGroup).map((group) => [group.slug, group])).values()]))
  .nullish();

const { by: _, version: __, address: ___, customerRealIp: ____, ...profile } = updateCustomerMembers;

/** A row that passed the rules. Undefined is not given; null clears. */
const row = z.object({
  cuRefNo: reference,
  email,
  ...profile,
  ...addressInput.shape,
  creditBalance: z.int32(MUST_BE_INT).nullish(),
  ban: profile.premium,
  groups,
  referral: reference,
});

/** A row that passed the rules. */
export interface ValidRow extends z.output<typeof row> {
  /** The mailbox of its e-mail address. */
  readonly canonicalEmail: string | null;
}

/** What came of the validation of a row. */
export type Validation = { readonly row: ValidRow } | { readonly problems: readonly FieldProblem[] };

/**
 * Validates what a row gives.
 *
 * @param usualCountry - the country of a phone number, where neither that nor the row says one
 */
export function validate(given: Given, usualCountry: string | undefined): Validation {
  const { data, error } = row.safeParse(given);
  if (!data)
    return {
      problems: fieldProblems(error).map(({ path, message }) => ({ path: path.split('.', 1)[0] ?? '', message })),
    };
  const problems: FieldProblem[] = [];
  if (data.email == null && data.cuRefNo == null && data.phone == null)
    problems.push({ path: 'email', message: NAMELESS });
  const fitting = <Value>(path: string, work: () => Value): Value | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problems.push({ path, message: error.message });
      return undefined;
    }
  };
  const { phone, country, meta, customFields } = data;
  if (phone != null && isNational(phone))
    data.phone = fitting('phone', () => normalizePhone(phone, country ?? usualCountry));
  for (const [name, object] of Object.entries({ meta, customFields }))
    if (object) Object.assign(data, { [name]: fitting(name, () => whole(object)) });
  if (problems.length > 0) return { problems };
  return { row: { ...data, canonicalEmail: data.email == null ? null : canonicalEmail(data.email) } };
}

/** What is stored of an object where there was none. */
function whole(object: JsonObject): JsonObject {
  const stored = mergePatch({}, object);
  assertObjectSize(stored);
  return object;
}
