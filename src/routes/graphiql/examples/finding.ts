// Examples that list, search and narrow.
import type { Example, Names } from './example.ts';

export const findingExamples = ({ reference, id }: Names): Example[] =>
  [
    {
      name: 'Customers',
      about: 'Lists the newest customers, page by page: put endCursor into after.',
      query: `query Customers($first: Int, $after: String) {
  customers(first: $first, after: $after) {
    edges {
      cursor
      node { cuRefNo email firstName lastName companyName groups { slug } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
      variables: { first: 5, after: null },
    },
    {
      name: 'SearchCustomers',
      about: 'Finds each word in a name, company, e-mail address or phone number, whatever the case and the accents.',
      query: `query SearchCustomers($search: String!) {
  customers(search: $search, orderBy: { field: NAME, direction: ASC }, first: 10) {
    totalCount
    edges {
      node { cuRefNo firstName lastName companyName email phone }
    }
  }
}
`,
      variables: { search: 'novak' },
    },
    {
      name: 'FilterCustomers',
      about: 'Narrows the list: all that is given holds at once. Ask for totalCount only where it is shown.',
      query: `query FilterCustomers($filter: CustomerFilter, $orderBy: CustomerOrder) {
  customers(filter: $filter, orderBy: $orderBy, first: 10) {
    totalCount
    estimatedCount
    edges {
      node { cuRefNo email creditBalance groups { slug } createdAt lastSeenAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
      variables: {
        filter: { ban: false, credit: 'POSITIVE', kind: 'PERSON', createdAt: { from: '2020-01-01T00:00:00Z' } },
        orderBy: { field: 'CREDIT', direction: 'DESC' },
      },
    },
    {
      name: 'CustomersByReference',
      about:
        'Looks customers up by their references, in the order in which they are asked for, with null where there is none.',
      query: `query CustomersByReference($cuRefNos: [String!]!) {
  customersByReference(cuRefNos: $cuRefNos) { cuRefNo email companyName }
}
`,
      variables: { cuRefNos: [reference] },
    },
    {
      name: 'Node',
      about: 'Fetches an object again by its global id, as Relay does.',
      query: `query Node($id: ID!) {
  node(id: $id) {
    id
    ... on Customer { cuRefNo email firstName lastName }
  }
}
`,
      variables: { id },
    },
  ].map((example) => ({ group: 'Finding customers', ...example }));
