// What GraphiQL shows to whoever opens it for the first time.

/** Operations to begin with, one a tab. */
export const examples: readonly string[] = [
  `# Creates a customer, or returns the one that has this e-mail address: run it twice.
mutation CreateCustomer {
  createCustomer(
    input: {
      email: "jan@barasek.com"
      companyName: "BizKitHub"
      companyRegistrationNumber: "05103118"
      taxIdentificationNumber: "CZ9609040727"
      customerRealIp: "1.1.1.1"
    }
  ) {
    newAccount
    customer {
      cuRefNo
      email
      companyName
      createdAt
    }
  }
}
`,
  `# One customer with all that belongs to it.
query Customer {
  customer(by: { email: "jana.novakova@example.com" }) {
    cuRefNo
    phone
    firstName
    lastName
    companyName
    creditBalance
    premium
    ban
    groups { name slug }
    referral { code firstName lastName customer { creditBalance } }
    runningSubscriptions { productSlug orderNumber autoRenew }
    meta
    customFields
  }
}
`,
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
  `# What can be known about an IP address, and where a customer came from.
query Addresses {
  ipInfo(ip: "1.1.1.1") {
    kind
    country { code name }
    city
    asn
    asOrganisation
    reverseDns { name confirmed }
    sources { name builtAt attribution }
  }
  customer(by: { email: "jana.novakova@example.com" }) {
    lastIp { address country { name } }
    ipHistory(first: 5) {
      edges { seenAt node { address country { code } } }
    }
  }
}
`,
];
