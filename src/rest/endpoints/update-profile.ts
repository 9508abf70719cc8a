// The body of `update-profile`: flat, with one member for the whole name, as old clients know it.
import { z } from 'zod';
import type { Members } from '../../http/body.ts';
import { trim } from '../../text.ts';

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

/** What the body may hold. */
export const updateProfileBody = z.object({
  email: z.string().meta({ description: 'E-mail address of the customer to change.' }),
  name: text(
    'Whole name, which is split at its last blank; one word is a first name. Read where `firstName` and `lastName` are both absent, null or empty.',
  ),
  ...names,
  ...others,
  ...address,
});

/** Its members. */
export const updateProfileMembers = Object.keys(updateProfileBody.shape) as (keyof typeof updateProfileBody.shape)[];

const addressMembers = Object.keys(address);

/** The variables of the operation, of those members that were sent. */
export function updateProfileVariables(sent: Members) {
  const { email, name: _, ...rest } = sent;
  const [inAddress = [], flat = []] = [true, false].map((isWanted) =>
    Object.entries(rest).filter(([member]) => addressMembers.includes(member) === isWanted),
  );
  return {
    email,
    ...Object.fromEntries(flat),
    ...(hasWholeName(sent) && splitName(sent.name)),
    ...(inAddress.length > 0 && { address: Object.fromEntries(inAddress) }),
  };
}

/** The names that members have for callers where the operation has others. */
export function updateProfileFields(sent: Members): Record<string, string> {
  return {
    'by.email': 'email',
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
