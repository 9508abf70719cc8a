// Examples about groups of customers.
import type { Example, Names } from './example.ts';

export const groupExamples = ({ areReal, changed, group, otherGroup }: Names): Example[] =>
  [
    {
      name: 'CustomerGroups',
      about: 'Lists the groups, with how many customers belong to each.',
      query: `query CustomerGroups($first: Int) {
  customerGroups(first: $first) {
    edges {
      node { slug name customerCount }
    }
  }
}
`,
      variables: { first: 20 },
    },
    {
      name: 'AddCustomerToGroups',
      about: 'Adds a customer to groups by their slugs; one that is new is created where told.',
      query: `mutation AddCustomerToGroups($input: AddCustomerToGroupsInput!) {
  addCustomerToGroups(input: $input) {
    customer {
      groups { slug name }
    }
  }
}
`,
      variables: { input: { by: { email: changed }, groups: [group, otherGroup], createMissingGroups: true } },
    },
    {
      name: 'RemoveCustomerFromGroups',
      about: 'Takes a customer out of groups.',
      query: `mutation RemoveCustomerFromGroups($input: RemoveCustomerFromGroupsInput!) {
  removeCustomerFromGroups(input: $input) {
    customer {
      groups { slug name }
    }
  }
}
`,
      variables: { input: { by: { email: changed }, groups: [group] } },
    },
    {
      name: 'UpdateCustomerGroup',
      about: 'Gives a group another name, or with newSlug another slug.',
      query: `mutation UpdateCustomerGroup($input: UpdateCustomerGroupInput!) {
  updateCustomerGroup(input: $input) {
    group { slug name customerCount }
  }
}
`,
      variables: { input: { slug: group, name: 'Monthly newsletter' } },
    },
    ...(areReal ? [createdAndDeleted] : [created, deleted]),
  ].map((example) => ({ group: 'Groups', ...example }));

const spring = { slug: 'spring-2027', name: 'Spring 2027' };

const createdAndDeleted = {
  name: 'CreateAndDeleteCustomerGroup',
  about: 'Creates a group, and deletes it again, so that its slug is free.',
  query: `mutation CreateAndDeleteCustomerGroup($create: CreateCustomerGroupInput!, $delete: DeleteCustomerGroupInput!) {
  createCustomerGroup(input: $create) {
    group { slug name customerCount }
  }
  deleteCustomerGroup(input: $delete) {
    group { slug }
  }
}
`,
  variables: { create: spring, delete: { slug: spring.slug } },
};

const created = {
  name: 'CreateCustomerGroup',
  about: 'Creates a group; its slug is made of the name unless told.',
  query: `mutation CreateCustomerGroup($input: CreateCustomerGroupInput!) {
  createCustomerGroup(input: $input) {
    group { slug name customerCount }
  }
}
`,
  variables: { input: spring },
};

const deleted = {
  name: 'DeleteCustomerGroup',
  about: 'Deletes a group that nobody belongs to; with force also one that customers belong to.',
  query: `mutation DeleteCustomerGroup($input: DeleteCustomerGroupInput!) {
  deleteCustomerGroup(input: $input) {
    group { slug name }
  }
}
`,
  variables: { input: { slug: spring.slug } },
};
