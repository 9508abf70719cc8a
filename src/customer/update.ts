// Updates the profile of a customer.
import { z } from 'zod';
import { ApiError, type FieldProblem } from '../errors/api-error.ts';
import { unlessWrong } from '../errors/validation.ts';
import { ipForms, ipInput } from '../ip/input.ts';
import { assertObjectSize, changedJson, mergePatch } from '../json-object.ts';
import type { OperationContext } from '../operation-context.ts';
import { changedNumber, changedText } from '../text.ts';
import { addressInput, addressMembers } from './address.ts';
import { customerBy, seenVersion } from './by.ts';
import { changeCustomer, changeLocked, turnsOf } from './change.ts';
import type { Customer } from './customer.entity.ts';
import { noteAddress } from './ip-history/note.ts';
import { changedLocale } from './locale.ts';
import { changedPhone, isNational, normalizePhone } from './phone.ts';
import type { Settable } from './set.ts';
import { assertVersion } from './version.ts';

const flag = z.boolean('must be true or false').nullish();

const profile = z.object({
  by: customerBy,
  version: seenVersion,
  firstName: changedText(255).meta({ description: 'First name; at most 255 characters.', examples: ['Jan'] }),
  lastName: changedText(255).meta({ description: 'Last name; at most 255 characters.', examples: ['Barášek'] }),
  phone: changedPhone.meta({
    description:
      'Phone number in any usual spelling, with the country code; without it, as a number of the country of the address.',
    examples: ['+420 777 123 456'],
  }),
  companyName: changedText(255).meta({ description: 'Name of the company; at most 255 characters.' }),
  companyRegistrationNumber: changedNumber(32, false).meta({
    description: 'Company registration number. Spaces are removed; at most 32 characters remain.',
  }),
  taxIdentificationNumber: changedNumber(32, true).meta({
    description: 'Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain.',
  }),
  address: addressInput.nullish().meta({ description: 'Members of the address to change. Null clears all of them.' }),
  primaryLocale: changedLocale.meta({ description: 'Language, as a tag such as `cs` or `en-GB`.', examples: ['cs'] }),
  newsletter: flag.meta({ description: 'Whether the customer wants the newsletter. Null for no.' }),
  premium: flag.meta({ description: 'Whether the customer has premium status. Null for no.' }),
  meta: changedJson.meta({
    description: 'Data that programs store with the customer, merged as RFC 7396 describes. Null clears all of it.',
  }),
  customFields: changedJson.meta({
    description: 'Fields that the organisation defines itself, merged as RFC 7396 describes. Null clears all of them.',
  }),
  customerRealIp: ipInput
    .nullish()
    .meta({ description: `Where the customer comes from, noted as \`createCustomer\` does: ${ipForms}` }),
});

/** What is updated of a customer: what is absent stays, null clears, and so does text of which nothing is left. */
export const updateCustomerInput = profile.refine((input) => nationalProblem(input) === undefined, {
  path: ['phone'],
  when: unlessWrong(['', 'phone', 'address', 'address.country']),
  error: ({ input }) => nationalProblem(input as z.output<typeof profile>),
});

/** What is wrong with a national number, where the input tells the country. */
function nationalProblem({ phone, address }: Pick<z.output<typeof profile>, 'phone' | 'address'>): string | undefined {
  const country = address === null ? null : address?.country;
  if (phone == null || country === undefined || !isNational(phone)) return undefined;
  try {
    normalizePhone(phone, country ?? undefined);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

/** The members of that input, for its type in GraphQL. */
export const updateCustomerMembers = profile.shape;

/** What is updated of a customer. */
export type UpdateCustomer = z.output<typeof profile>;

/**
 * Updates the profile of a customer. What does not differ is no change.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when the version seen is not the present one;
 *   `INTERNAL_VALIDATION_FAILED` at `phone`, `meta` or `customFields` when it does not fit what the customer has
 * @see section 11 of the contract
 */
export async function updateCustomer(ctx: OperationContext, input: UpdateCustomer): Promise<Customer> {
  const { by, version, customerRealIp } = input;
  const become = (customer: Customer) => {
    assertVersion(customer, version);
    return becoming(customer, input);
  };
  if (customerRealIp == null) return changeCustomer(ctx, by, { action: 'UPDATED' }, become);
  return ctx.database.inTurn(turnsOf(by), () =>
    ctx.database.transaction(async (tx) => {
      const changed = await changeLocked(ctx, tx, by, { action: 'UPDATED' }, become);
      return noteAddress(tx, changed, customerRealIp);
    }),
  );
}

/** What a customer becomes, of what an input tells. */
function becoming(customer: Customer, input: UpdateCustomer): Partial<Settable> {
  const {
    by: _,
    version: __,
    customerRealIp: ___,
    address,
    phone,
    newsletter,
    premium,
    meta,
    customFields,
    ...texts
  } = input;
  const cleared = Object.fromEntries(addressMembers.map((name) => [name, null]));
  const given: Partial<Settable> = { ...texts, ...(address === null ? cleared : address) };
  const country = given.country === undefined ? customer.country : given.country;
  const problems: FieldProblem[] = [];
  const fitting = <Value>(path: string, work: () => Value) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problems.push({ path, message: error.message });
      return undefined;
    }
  };
  if (phone !== undefined)
    given.phone = fitting('phone', () => (phone === null ? null : normalizePhone(phone, country ?? undefined)));
  if (newsletter !== undefined) given.newsletter = newsletter ?? false;
  if (premium !== undefined) given.premium = premium ?? false;
  if (meta !== undefined) given.meta = fitting('meta', () => merged(customer.meta, meta));
  if (customFields !== undefined)
    given.customFields = fitting('customFields', () => merged(customer.customFields, customFields));
  if (problems.length > 0) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: problems });
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function merged(before: Customer['meta'], patch: Customer['meta'] | null): Customer['meta'] {
  if (patch === null) return {};
  const after = mergePatch(before, patch);
  assertObjectSize(after);
  return after;
}
