// A customer's profile as the REST API shows it: its members, their order, and which are left out when unknown.
import { z } from 'zod';
import type { CustomerProfileFragment } from '../generated/operations.ts';

const jsonObject = z.record(z.string(), z.unknown());

/** The form of a `cuRefNo` in an answer. */
export const reference = z
  .string()
  .regex(/^[A-Za-z0-9]{16}$/)
  .meta({ description: 'Public reference; never changes.' });

/** The members of a profile but the first ones, which differ. A member that is optional is left out when unknown; of the others, `email` alone may be null. */
const members = {
  creditBalance: z.int().meta({ description: 'Credit, in whole units; may be negative.', format: 'int32' }),
  phone: z.string().optional().meta({ description: 'Prefix, one space, digits: `+420 777123456`.' }),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  companyName: z.string().optional(),
  premium: z.boolean(),
  ban: z.boolean(),
  groups: z.array(z.object({ name: z.string(), slug: z.string() })),
  meta: jsonObject,
  customFields: jsonObject,
  referral: z
    .object({
      code: z.string().meta({ description: "The referring customer's `cuRefNo`." }),
      email: z.string().nullable(),
      firstName: z.string().optional(),
      lastName: z.string().optional(),
    })
    .optional()
    .meta({ description: 'The customer who referred this one.' }),
  runningSubscriptionList: z.array(
    z.object({
      externalId: z.string().length(16),
      productSlug: z.string(),
      productCode: z.string(),
      orderNumber: z.string(),
      orderHash: z.string().length(32),
      autoRenew: z.boolean(),
    }),
  ),
};

const success = z.literal(true);

/** The body of an answer with the profile of a customer that a call created or returned. */
export const customerProfile = z.object({
  success,
  newAccount: z.boolean().meta({ description: 'Whether this call created the customer.' }),
  cuRefNo: reference,
  ...members,
});

/** The body of an answer with the profile of a customer that is there. */
export const customerDetail = z.object({
  success,
  cuRefNo: reference,
  email: z
    .string()
    .nullable()
    .meta({ description: 'Normalised e-mail address; null for a contact that was imported with a phone alone.' }),
  ...members,
});

type Members = z.output<z.ZodObject<typeof members>>;

/** A profile with every member, for the documentation. */
const membersExample: Members = {
  creditBalance: 123,
  phone: '+420 777123456',
  firstName: 'Jan',
  lastName: 'Barášek',
  companyName: 'BizKitHub',
  premium: true,
  ban: false,
  groups: [{ name: 'Personal Trainer', slug: 'trainer' }],
  meta: {},
  customFields: {},
  referral: { code: '1cGIHvFoQDGLAbcA', email: 'jan@barasek.com', firstName: 'Jan', lastName: 'Barášek' },
  runningSubscriptionList: [
    {
      externalId: 'd9DfQL3ZF01t7Ykk',
      productSlug: 'predplatne-rocni',
      productCode: 'predplatne-rocni',
      orderNumber: '25000001',
      orderHash: 'CuS08iXV3cOwweQsQB3TwYXtDr67K4kW',
      autoRenew: true,
    },
  ],
};

const cuRefNo = '1cGIHvFoQDGLAbcA';

/** A customer that was created, for the documentation. */
export const profileExample: z.output<typeof customerProfile> = {
  success: true,
  newAccount: true,
  cuRefNo,
  ...membersExample,
};

/** The answer to the first call of whoever tries the documentation's. */
export const firstProfileExample: z.output<typeof customerProfile> = {
  success: true,
  newAccount: true,
  cuRefNo,
  creditBalance: 0,
  companyName: membersExample.companyName,
  premium: false,
  ban: false,
  groups: [],
  meta: {},
  customFields: {},
  runningSubscriptionList: [],
};

/** A customer that is there, for the documentation. */
export const detailExample: z.output<typeof customerDetail> = {
  success: true,
  cuRefNo,
  email: 'jan@barasek.com',
  ...membersExample,
};

/** Writes a customer that was created or returned; the order of members is part of the contract. */
export function writeProfile({
  newAccount,
  customer,
}: {
  newAccount: boolean;
  customer: CustomerProfileFragment;
}): z.output<typeof customerProfile> {
  return { success: true, newAccount, cuRefNo: customer.cuRefNo, ...writeMembers(customer) };
}

/** Writes a customer that is there. */
export function writeDetail(
  customer: CustomerProfileFragment & { email: string | null },
): z.output<typeof customerDetail> {
  return {
    success: true,
    cuRefNo: customer.cuRefNo,
    email: customer.email,
    ...writeMembers(customer),
  };
}

function writeMembers(customer: CustomerProfileFragment): Members {
  const { referral } = customer;
  return {
    creditBalance: customer.creditBalance,
    phone: customer.phone ?? undefined,
    firstName: customer.firstName ?? undefined,
    lastName: customer.lastName ?? undefined,
    companyName: customer.companyName ?? undefined,
    premium: customer.premium,
    ban: customer.ban,
    groups: customer.groups,
    meta: customer.meta,
    customFields: customer.customFields,
    referral: referral
      ? {
          code: referral.code,
          email: referral.email,
          firstName: referral.firstName ?? undefined,
          lastName: referral.lastName ?? undefined,
        }
      : undefined,
    runningSubscriptionList: customer.runningSubscriptions,
  };
}
