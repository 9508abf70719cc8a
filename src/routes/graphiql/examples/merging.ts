// Examples about merging customers.
import type { Example, Names } from './example.ts';

export const mergingExamples = (names: Names): Example[] =>
  [
    {
      name: 'MergeCustomersPreview',
      about: 'Tells what merging two customers would do, and what conflicts; nothing is changed.',
      query: `query MergeCustomersPreview($survivor: CustomerBy!, $duplicate: CustomerBy!) {
  mergeCustomersPreview(survivor: $survivor, duplicate: $duplicate) {
    filledFields
    conflicts { name survivor duplicate }
    movedGroups { slug }
    movedCredit
    creditBalance
    ban
  }
}
`,
      variables: { survivor: { email: names.changed }, duplicate: { email: names.other } },
    },
    names.areReal ? mergeOfNew : merge(names),
  ].map((example) => ({ group: 'Merging', ...example }));

const first = { email: 'first@example.com' };
const second = { email: 'second@example.com' };

/** What was merged is not merged again, so that it begins with two new ones. */
const mergeOfNew = {
  name: 'MergeCustomers',
  about: 'Creates two customers, merges one into the other, for good, and deletes what came of it.',
  query: `mutation MergeCustomers(
  $first: CreateCustomerInput!
  $second: CreateCustomerInput!
  $merge: MergeCustomersInput!
  $delete: DeleteCustomerInput!
) {
  first: createCustomer(input: $first) { customer { cuRefNo } }
  second: createCustomer(input: $second) { customer { cuRefNo } }
  mergeCustomers(input: $merge) {
    mergedCustomerId
    customer { cuRefNo email }
  }
  deleteCustomer(input: $delete) { customer { cuRefNo } }
}
`,
  variables: {
    first,
    second,
    merge: { survivor: first, duplicate: second, reason: 'The same person' },
    delete: { by: first, reason: 'An example' },
  },
};

function merge({ customer, other }: Names) {
  return {
    name: 'MergeCustomers',
    about: 'Merges a customer into another, for good: the second address leads to the first customer then.',
    query: `mutation MergeCustomers($input: MergeCustomersInput!) {
  mergeCustomers(input: $input) {
    mergedCustomerId
    customer { cuRefNo email }
  }
}
`,
    variables: { input: { survivor: { email: customer }, duplicate: { email: other }, reason: 'The same person' } },
  };
}
