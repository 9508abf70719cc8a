// What a caller may send about a customer: every input rule, once.
import { z } from 'zod';
import { ipForms, ipInput } from '../ip/input.ts';
import { freeText, registerNumber, textOf } from '../text.ts';
import { normalizeEmail } from './email.ts';

/** An e-mail address, normalised. */
export const emailInput = textOf(normalizeEmail);

/**
 * The input of `createCustomer`. Out of it comes what is stored. What the OpenAPI document says of it must hold for the raw value, which may be
 * longer than what is kept.
 *
 * @see the documentation of `POST /api/v1/customer/create`
 */
export const createCustomerInput = z.object({
  email: emailInput.meta({
    description:
      'E-mail address, at most 254 characters once it is normalised. The customer is found by the mailbox that it leads to.',
    examples: ['jan@barasek.com'],
  }),
  companyName: freeText(255).meta({
    description:
      'Name of the company, if the customer is one or acts for one. At most 255 characters, after runs of white space are reduced to one space.',
    examples: ['BizKitHub'],
  }),
  companyRegistrationNumber: registerNumber(32, false).meta({
    description:
      'Company registration number. Spaces are removed, leading zeros are kept; at most 32 characters remain.',
    examples: ['05103118'],
  }),
  taxIdentificationNumber: registerNumber(32, true).meta({
    description: 'Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain.',
    examples: ['CZ9609040727'],
  }),
  customerRealIp: ipInput
    .nullish()
    .transform((value) => value ?? undefined)
    .meta({
      description: `Where the customer comes from: ${ipForms}`,
      examples: ['1.1.1.1'],
    }),
});

/** What is stored of a call of `createCustomer`. */
export type CreateCustomer = z.output<typeof createCustomerInput>;
