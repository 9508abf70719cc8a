// What a customer has that is seldom asked for: read along where a customer is changed, loaded where an operation selects it.
import { jsonOf } from '../database/columns.ts';
import { addressMembers } from './address.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import type { Relation } from './relation.ts';

/** Its lazy properties. */
export const detailNames = [...addressMembers, 'primaryLocale', 'newsletter'] as const;

/** What is seldom asked for. */
export type CustomerDetails = Pick<Customer, (typeof detailNames)[number]>;

/** The objects of JSON that callers store with it; lazy too. */
export const objectNames = ['meta', 'customFields'] as const;

/** What callers store with a customer. */
export type CustomerObjects = Pick<Customer, (typeof objectNames)[number]>;

/** When it was created, changed and last seen; lazy too. */
export const momentNames = ['createdAt', 'updatedAt', 'lastSeenAt'] as const;

/** When a customer was created, changed and last seen. */
export type CustomerMoments = Pick<Customer, (typeof momentNames)[number]>;

/** The same in JSON, which has moments as texts. */
type WrittenMoments = { readonly [Name in keyof CustomerMoments]: string | Extract<CustomerMoments[Name], null> };

/** The moments of a customer, as JSON has them. */
export const momentsOfCustomer: Relation<WrittenMoments | null> = {
  select: (customerId) => `
    select json_build_object('createdAt', m.created_at, 'updatedAt', m.updated_at, 'lastSeenAt', m.last_seen_at) from customer m
    where m.organisation_id = $1 and m.id = ${customerId}
  `,
  none: () => null,
};

/** Reads the moments of a customer from JSON. */
export function readMoments({ createdAt, updatedAt, lastSeenAt }: WrittenMoments): CustomerMoments {
  return {
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    lastSeenAt: lastSeenAt == null ? null : new Date(lastSeenAt),
  };
}

/** The objects of a customer. */
export const objectsOfCustomer: Relation<CustomerObjects | null> = {
  select: (customerId) => `
    select json_build_object('meta', o.meta, 'customFields', o.custom_fields) from customer o
    where o.organisation_id = $1 and o.id = ${customerId}
  `,
  none: () => null,
};

/** The details of a customer. */
export const detailsOfCustomer: Relation<CustomerDetails | null> = {
  select: (customerId) => `
    select ${jsonOf(CustomerEntity, 'd', detailNames)} from customer d
    where d.organisation_id = $1 and d.id = ${customerId}
  `,
  none: () => null,
};
