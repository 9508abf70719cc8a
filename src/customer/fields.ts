// The fields of a customer that are texts, and what the API calls the fields.
import { type AddressMember, addressMembers } from './address.ts';
import type { Customer } from './customer.entity.ts';

/** Texts that say who a customer is, besides its mailbox and its address. */
export const identityTexts = [
  'phone',
  'firstName',
  'lastName',
  'companyName',
  'companyRegistrationNumber',
  'taxIdentificationNumber',
  'primaryLocale',
] as const satisfies (keyof Customer)[];

/** All texts of a customer that a change sets; of them, the API does not show `canonicalEmail`. */
export const customerTexts = ['email', 'canonicalEmail', ...identityTexts, ...addressMembers] as const;

/** The name that a field has in the API, by that of the entity: `address.city`, `firstName`. */
export const shownName = (name: string): string =>
  addressMembers.includes(name as AddressMember) ? `address.${name}` : name;
