// REST endpoints of customers' credit.
import { z } from 'zod';
import { ApiError } from '../../errors/api-error.ts';
import { CreditLogDocument } from '../../generated/operations.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { textParameter, wholeNumberParameter } from '../parameters.ts';
import { customerTag } from './customer.ts';

const MOST_ITEMS = 100;

const creditLog = z.object({
  success: z.literal(true),
  creditBalance: z.int().meta({ description: 'Credit, in whole units; may be negative.', format: 'int32' }),
  items: z.array(
    z.object({
      id: z.string().length(16).meta({ description: 'The `transactionId` of the entry.' }),
      amount: z.int().meta({ description: 'Whole credits; negative where credit was taken.', format: 'int32' }),
      balance: z.int().meta({ description: 'Balance after this entry.', format: 'int32' }),
      description: z.string(),
      insertedDate: z.iso.datetime(),
    }),
  ),
});

/** The endpoints of the credit ledger. */
export const creditEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    paths: ['/api/v1/customer/credit-log'],
    tag: customerTag,
    summary: "List a customer's credit ledger",
    description:
      'Lists the entries of the credit ledger, newest first. For the next page, send the `id` of the last one as `after`.',
    operation: CreditLogDocument,
    isOneTransaction: true,
    query: z.object({
      cuRefNo: textParameter('Public reference of the customer.'),
      limit: wholeNumberParameter(`Entries at most; ${MOST_ITEMS} where it is not given.`, [0, MOST_ITEMS]).optional(),
      after: textParameter('The `id` of the entry after which the list begins.').optional(),
    }),
    variables: ({ cuRefNo, limit = MOST_ITEMS, after }) => ({ cuRefNo, first: limit, after }),
    fields: { first: 'limit' },
    answer: ({ customer }) => {
      if (!customer) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
      const { creditBalance, creditEntries } = customer;
      return (
        (creditEntries && {
          success: true as const,
          creditBalance,
          items: creditEntries.edges.map(({ node }) => ({
            id: node.transactionId,
            amount: node.amount,
            balance: node.balanceAfter,
            description: node.description,
            insertedDate: node.createdAt,
          })),
        }) ??
        undefined
      );
    },
    errors: ['PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED'],
    response: creditLog,
    responseDescription: 'The balance, and a page of the ledger.',
    responseName: 'CreditLog',
    example: {
      query: { cuRefNo: '1cGIHvFoQDGLAbcA', limit: 20 },
      response: {
        success: true,
        creditBalance: 95,
        items: [
          {
            id: 'Zk3dPq81LmTr5vXa',
            amount: -5,
            balance: 95,
            description: 'Order 25000001',
            insertedDate: '2026-06-10T08:30:00.000Z',
          },
          {
            id: 'b7Rw0TqkY2sLf9Hc',
            amount: 100,
            balance: 100,
            description: 'Welcome credit',
            insertedDate: '2026-06-01T10:00:00.000Z',
          },
        ],
      },
      problem: { path: 'limit', message: `must be at most ${MOST_ITEMS}` },
    },
  }),
];
