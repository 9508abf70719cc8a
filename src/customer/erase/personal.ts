// What is personal in the row of a customer.
import { type AddressMember, addressMembers } from '../address.ts';
import type { Customer } from '../customer.entity.ts';
import { objectNames } from '../details.ts';

/** What becomes null. */
export const personalTexts = [
  'email',
  'canonicalEmail',
  'phone',
  'firstName',
  'lastName',
  'companyName',
  'companyRegistrationNumber',
  'taxIdentificationNumber',
  ...addressMembers,
  'primaryLocale',
  'lastIp',
] as const satisfies (keyof Customer)[];

const isAddressMember = (name: string): name is AddressMember => addressMembers.includes(name as AddressMember);

/** The names of what is there to be erased of customers, as the API has them. */
export function personalFields(customers: readonly Customer[]): string[] {
  const texts = personalTexts.filter((name) => customers.some((customer) => customer[name] != null));
  const objects = objectNames.filter((name) => customers.some((customer) => Object.keys(customer[name]).length > 0));
  return [
    ...texts
      .filter((name) => name !== 'canonicalEmail')
      .map((name) => (isAddressMember(name) ? `address.${name}` : name)),
    ...(customers.some(({ newsletter }) => newsletter) ? ['newsletter'] : []),
    ...objects,
  ];
}
