// What GraphiQL shows of lists of customers.

/** Operations that list, find and narrow. */
export const listExamples: readonly string[] = [
  `# The newest customers, page by page: put endCursor into after.
query Customers {
  customers(first: 5, after: null) {
    edges {
      cursor
      node { cuRefNo email firstName lastName companyName groups { slug } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# Finds customers: each word in a name, a company, an e-mail address or a phone number, whatever the case and the accents.
query Search {
  customers(search: "novak", orderBy: { field: NAME, direction: ASC }, first: 10) {
    totalCount
    edges { node { cuRefNo firstName lastName companyName email phone } }
  }
}
`,
  `# Narrows the list: all that is given holds at once. Ask for totalCount only where it is shown.
query FilteredCustomers {
  customers(
    filter: {
      ban: false
      credit: POSITIVE
      kind: PERSON
      createdAt: { from: "2020-01-01T00:00:00Z" }
    }
    orderBy: { field: CREDIT, direction: DESC }
    first: 10
  ) {
    totalCount
    estimatedCount
    edges { node { cuRefNo email creditBalance groups { slug } createdAt lastSeenAt } }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# Looks customers up by their references, in the order asked: null for each that there is none of.
query CustomersByReference {
  customersByReference(cuRefNos: ["0000000000000000"]) { cuRefNo email companyName }
}
`,
];
