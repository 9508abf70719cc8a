// Examples that delete, restore and erase customers.
import type { Example, Names } from './example.ts';

export const removalExamples = (names: Names): Example[] =>
  [
    names.areReal ? deletionOfNew : deletion(names),
    {
      name: 'RestoreCustomer',
      about: 'Restores a customer that was deleted, by its reference.',
      query: `mutation RestoreCustomer($input: RestoreCustomerInput!) {
  restoreCustomer(input: $input) {
    customer { cuRefNo email }
  }
}
`,
      variables: { input: { by: { cuRefNo: names.deletedReference }, reason: 'Deleted by mistake' } },
    },
    {
      name: 'EraseCustomer',
      about: 'Erases what is personal of a customer, for good; its ledger and its subscriptions stay.',
      query: `mutation EraseCustomer($input: EraseCustomerInput!) {
  eraseCustomer(input: $input) {
    customer { cuRefNo email firstName }
  }
}
`,
      variables: { input: { by: { cuRefNo: names.erasableReference }, reason: 'Asked for it' } },
    },
  ].map((example) => ({ group: 'Deleting and erasing', ...example }));

const leaving = { email: 'soon.gone@example.com' };

const deletionOfNew = {
  name: 'DeleteCustomer',
  about: 'Creates a customer and deletes it; by its reference it can be restored.',
  query: `mutation DeleteCustomer($create: CreateCustomerInput!, $delete: DeleteCustomerInput!) {
  createCustomer(input: $create) { newAccount }
  deleteCustomer(input: $delete) {
    deletedCustomerId
    customer { cuRefNo }
  }
}
`,
  variables: { create: leaving, delete: { by: leaving, reason: 'Asked for it by phone' } },
};

function deletion({ customer }: Names) {
  return {
    name: 'DeleteCustomer',
    about: 'Deletes a customer; by its reference it can be restored.',
    query: `mutation DeleteCustomer($input: DeleteCustomerInput!) {
  deleteCustomer(input: $input) {
    deletedCustomerId
    customer { cuRefNo }
  }
}
`,
    variables: { input: { by: { email: customer }, reason: 'Asked for it by phone' } },
  };
}
