// The body of `update-profile`: flat, with one member for the whole name, as old clients know it.
import { z } from 'zod';
import type { UpdateCustomerProfileMutation, UpdatedCustomerFragment } from '../../generated/operations.ts';
import type { Members } from '../../http/body.ts';
import { trim } from '../../text.ts';
import { writeDetail } from '../customer-profile.ts';

const text = (description: string) => z.string().nullish().meta({ description });

const names = {
  firstName: text('First name; at most 255 characters.'),
  lastName: text('Last name; at most 255 characters.'),
};
const address = {
  streetAddress: text('Street and number; at most 255 characters.'),
  city: text('City; at most 255 characters.'),
  cityPart: text('Part of the city; at most 255 characters.'),
  stateRegion: text('State or region; at most 255 characters.'),
  postalCode: text('Postal code; at most 32 characters.'),
  country: text('Country, as a code of ISO 3166-1 alpha-2.'),
};
const others = {
  phone: text(
    'Phone number in any usual spelling, with the country code; without it, as a number of the country of the address.',
  ),
  companyName: text('Name of the company; at most 255 characters.'),
  companyRegistrationNumber: text('Company registration number. Spaces are removed; at most 32 characters remain.'),
  taxIdentificationNumber: text(
    'Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain.',
  ),
  primaryLocale: text('Language, as a tag such as `cs` or `en-GB`.'),
  newsletter: z
    .boolean()
    .nullish()
    .meta({ description: 'Whether the customer wants the newsletter. In a form: `1`, `0`, `true`, `false` or `on`.' }),
  customerRealIp: text('Where the customer comes from: an IPv4 or IPv6 address.'),
};

const related = {
  groups: z.array(z.string()).nullish().meta({
    description:
      'Slugs of groups that the customer joins, at most 100. It leaves none, and groups that the organisation does not have are created. Absent, `null` or empty to change nothing. In a form: `groups[]`, `groups[0]` or `groups`, once for each.',
  }),
  referralId: text(
    '`cuRefNo` of the customer who brought this one. `null` or empty for nobody; absent to keep what is there.',
  ),
};

/** What the body may hold. */
export const updateProfileBody = z.object({
  email: z.string().meta({ description: 'E-mail address of the customer to change.' }),
  name: text(
    'Whole name, which is split at its last blank; one word is a first name. Read where `firstName` and `lastName` are both absent, null or empty.',
  ),
  ...names,
  ...others,
  ...address,
  ...related,
});

/** Its members. */
export const updateProfileMembers = Object.keys(updateProfileBody.shape) as (keyof typeof updateProfileBody.shape)[];

const addressMembers = Object.keys(address);

/** The variables of the operation, of those members that were sent. */
export function updateProfileVariables(sent: Members) {
  const { email, name: _, groups, referralId, ...rest } = sent;
  const joins = groups != null && !(Array.isArray(groups) && groups.length === 0);
  const refers = referralId !== undefined;
  const [inAddress = [], flat = []] = [true, false].map((isWanted) =>
    Object.entries(rest).filter(([member]) => addressMembers.includes(member) === isWanted),
  );
  return {
    email,
    ...Object.fromEntries(flat),
    ...(hasWholeName(sent) && splitName(sent.name)),
    ...(inAddress.length > 0 && { address: Object.fromEntries(inAddress) }),
    // None of these where nothing was sent for it: variables are what requests under an Idempotency-Key are compared by.
    ...(joins && { joins, groups }),
    ...(refers && { refers, referrer: isGiven(referralId) ? { cuRefNo: referralId } : null }),
    ...((joins || refers) && { isMore: true }),
  };
}

/** The names that members have for callers where the operation has others. */
export function updateProfileFields(sent: Members): Record<string, string> {
  return {
    'by.email': 'email',
    referrer: 'referralId',
    'referrer.cuRefNo': 'referralId',
    ...Object.fromEntries(addressMembers.map((name) => [`address.${name}`, name])),
    ...(hasWholeName(sent) && { firstName: 'name', lastName: 'name' }),
  };
}

const isGiven = (value: unknown) => (typeof value === 'string' ? trim(value) !== '' : value != null);

function hasWholeName({ name, firstName, lastName }: Members): boolean {
  return name !== undefined && !isGiven(firstName) && !isGiven(lastName);
}

const blank = /\p{White_Space}/u;

/** A name of one word is a first name. What is no text is left for the operation to refuse. */
function splitName(name: unknown): { firstName: unknown; lastName: unknown } {
  if (typeof name !== 'string') return { firstName: name, lastName: null };
  const whole = trim(name);
  let end = whole.length;
  while (end > 0 && !blank.test(whole.charAt(end - 1))) end -= 1;
  return end === 0
    ? { firstName: whole, lastName: null }
    : { firstName: whole.slice(0, end), lastName: whole.slice(end) };
}

/** The answer: the profile that the last field of the operation gave, which alone selects it. */
export function updatedProfile(data: UpdateCustomerProfileMutation) {
  const last = data.setCustomerReferral ?? data.addCustomerToGroups ?? data.updateCustomer;
  return last ? writeDetail(last.customer as UpdatedCustomerFragment) : undefined;
}
