// What is personal in the row of a customer.
import type { Customer } from '../customer.entity.ts';
import { objectNames } from '../details.ts';
import { customerTexts, shownName } from '../fields.ts';

/** What becomes null. */
export const personalTexts = [...customerTexts, 'lastIp'] as const satisfies (keyof Customer)[];

/** The names of what is there to be erased of customers, as the API has them. */
export function personalFields(customers: readonly Customer[]): string[] {
  const texts = personalTexts.filter((name) => customers.some((customer) => customer[name] != null));
  const objects = objectNames.filter((name) => customers.some((customer) => Object.keys(customer[name]).length > 0));
  return [
    ...texts.filter((name) => name !== 'canonicalEmail').map(shownName),
    ...(customers.some(({ newsletter }) => newsletter) ? ['newsletter'] : []),
    ...objects,
  ];
}
