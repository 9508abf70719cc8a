// Credit of customers in GraphQL.

import { encodeGlobalID } from '@pothos/plugin-relay';
import { turnsOf } from '../../../customer/change.ts';
import {
  type AdjustCustomerCredit,
  adjustCustomerCredit,
  adjustCustomerCreditInput,
  LONGEST_DESCRIPTION,
  transactionIdForm,
} from '../../../customer/credit/adjust.ts';
import type { CreditEntry } from '../../../customer/credit/credit.entity.ts';
import { findCreditEntry, unknownEntry } from '../../../customer/credit/entries.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { builder, validatedBy } from '../../builder.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { mutation, NoLongerThereError } from '../../mutation.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, type ReadCursor, readPage, validatePage } from '../page.ts';
import { CustomerByInput } from './by.ts';
import { changedCustomer, loadCustomer } from './change.ts';
import { CustomerType } from './type.ts';

const CreditEntryType = builder.objectRef<CreditEntry>('CreditEntry').implement({
  description: "An entry of a customer's credit ledger.",
  fields: (t) => ({
    id: t.id({
      description: 'Global id, for caches; `node(id:)` does not know it.',
      resolve: ({ transactionId }) => encodeGlobalID('CreditEntry', transactionId),
    }),
    transactionId: t.exposeString('transactionId', {
      description:
        '16 letters and digits, unique in the organisation; chosen by whoever made the entry, or by the gateway.',
    }),
    amount: t.exposeInt('amount', { description: 'Whole credits; negative where credit was taken.' }),
    balanceAfter: t.exposeInt('balanceAfter', { description: 'Balance after this entry.' }),
    description: t.exposeString('description', { description: 'What it was for.' }),
    actor: t.exposeString('author', {
      description: 'Who made it: `key:` and a fingerprint, or `command:` and a name.',
      scope: 'customer:write',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

/** Reads the cursor of an entry, which is its transaction id. */
const readCursor: ReadCursor<string> = (cursor, argument) => {
  if (cursor == null) return undefined;
  if (!transactionIdForm.test(cursor)) throw unknownEntry(argument);
  return cursor;
};

const CreditEntryEdge = builder.edgeObject({
  type: CreditEntryType,
  name: 'CreditEntryEdge',
  description: 'An entry in a page.',
});

builder.objectFields(CustomerType, (t) => ({
  creditEntries: t.connection(
    {
      type: CreditEntryType,
      nullable: true,
      description: `Entries of the credit ledger, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most. The cursor of an entry is its \`transactionId\`.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      extensions: { validate: ((args) => void validatePage(args, readCursor)) satisfies ValidateArguments },
      resolve: ({ id }, args, { relations }) =>
        readPage<CreditEntry, string>(
          args,
          ({ transactionId }) => transactionId,
          readCursor,
          (page) => relations.creditEntries(id, page),
        ),
    },
    { name: 'CreditEntryConnection', description: 'A page of a credit ledger.' },
    CreditEntryEdge,
  ),
}));

const AdjustCustomerCreditInputType = builder.inputType('AdjustCustomerCreditInput', {
  description: 'How much credit to add or take.',
  ...validatedBy(adjustCustomerCreditInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer whose credit to change.' }),
    amount: t.int({
      required: true,
      description: 'Whole credits to add, or to take where it is negative; not 0. The balance stays within 32 bits.',
    }),
    description: t.string({
      required: true,
      description: `What it is for, for the ledger: at most ${LONGEST_DESCRIPTION} characters.`,
    }),
    transactionId: t.string({
      description:
        '16 letters and digits, unique in the organisation. Sent again with the same amount for the same customer, it changes nothing and gives the entry of the first call. The gateway chooses one where none is given.',
    }),
  }),
});

const AdjustCustomerCreditPayload = builder
  .objectRef<{ entry: CreditEntry; customer: Customer }>('AdjustCustomerCreditPayload')
  .implement({
    description: 'Result of `adjustCustomerCredit`.',
    fields: (t) => ({
      entry: t.field({ type: CreditEntryType, description: 'The entry of the ledger.', resolve: ({ entry }) => entry }),
      entryEdge: t.field({
        type: CreditEntryEdge,
        description: 'The entry as an edge of `creditEntries`, for caches.',
        resolve: ({ entry }) => ({ cursor: entry.transactionId, node: entry }),
      }),
      customer: t.field(changedCustomer),
    }),
  });

builder.mutationField('adjustCustomerCredit', (t) =>
  t.field({
    type: AdjustCustomerCreditPayload,
    nullable: true,
    description: 'Adds credit to a customer, or takes it.',
    args: { input: t.arg({ type: AdjustCustomerCreditInputType, required: true, description: 'How much.' }) },
    scope: 'customer:write',
    resolve: mutation({
      act: (context, input: AdjustCustomerCredit) => adjustCustomerCredit(context, input),
      touches: ({ by }) => turnsOf(by),
      outcomeOf: ({ customer: { cuRefNo }, entry: { transactionId } }) => ({ cuRefNo, transactionId }),
      load: async (context, { cuRefNo, transactionId }) => {
        const customer = await loadCustomer(context, { cuRefNo });
        const entry = await findCreditEntry(context, transactionId);
        if (!entry) throw new NoLongerThereError();
        return { customer, entry };
      },
      payloadOf: (context, { customer, entry }) => ({ entry, customer: context.relations.renew({ customer }) }),
    }),
  }),
);
