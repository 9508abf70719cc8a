// Examples about the credit of customers, and what was done with them.
import type { Example, Names } from './example.ts';

export const creditExamples = ({ customer }: Names): Example[] =>
  [
    {
      name: 'AdjustCustomerCredit',
      about: 'Adds credit, or takes it. Under the same transactionId it is done once.',
      query: `mutation AdjustCustomerCredit($input: AdjustCustomerCreditInput!) {
  adjustCustomerCredit(input: $input) {
    entry { transactionId amount balanceAfter description }
    customer { creditBalance }
  }
}
`,
      variables: {
        input: {
          by: { email: customer },
          amount: -5,
          description: 'Order 25000002',
          transactionId: 'Order25000002abc',
        },
      },
    },
    {
      name: 'CreditEntries',
      about: 'Shows the ledger, newest first.',
      query: `query CreditEntries($by: CustomerBy!, $first: Int) {
  customer(by: $by) {
    creditBalance
    creditEntries(first: $first) {
      edges {
        node { transactionId amount balanceAfter description createdAt }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
      variables: { by: { email: customer }, first: 5 },
    },
    {
      name: 'CustomerChanges',
      about: 'Shows all that was done with a customer, newest first.',
      query: `query CustomerChanges($by: CustomerBy!, $first: Int) {
  customer(by: $by) {
    changes(first: $first) {
      edges {
        node { action actor reason requestId createdAt fields { name before after } }
      }
    }
  }
}
`,
      variables: { by: { email: customer }, first: 10 },
    },
  ].map((example) => ({ group: 'Credit and changes', ...example }));
