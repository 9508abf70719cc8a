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
  `# Changes a profile: what is absent stays, null clears. Run it twice: the second time nothing differs.
mutation UpdateCustomer {
  updateCustomer(
    input: {
      by: { email: "petr.svoboda@example.com" }
      phone: "603 987 655"
      address: { city: "Kladno", country: "CZ" }
      primaryLocale: "cs"
      newsletter: true
      meta: { source: { name: "fair" } }
      customFields: { shirtSize: "L" }
    }
  ) {
    customer {
      version
      phone
      address { city country }
      primaryLocale
      newsletter
      meta
      customFields
    }
  }
}
`,
  `# The mailbox must not be another customer's.
mutation ChangeCustomerEmail {
  changeCustomerEmail(
    input: { by: { email: "karel.kradl@example.com" }, email: "karel@kradl.example" }
  ) {
    customer { email version }
  }
}
`,
  `# Adds credit, or takes it. Under the same transactionId it is done once.
mutation AdjustCustomerCredit {
  adjustCustomerCredit(
    input: {
      by: { email: "jana.novakova@example.com" }
      amount: -5
      description: "Order 25000002"
      transactionId: "Order25000002abc"
    }
  ) {
    entry { transactionId amount balanceAfter description }
    customer { creditBalance }
  }
}
`,
  `# The ledger, and all that was done with the customer, newest first.
query History {
  customer(by: { email: "jana.novakova@example.com" }) {
    creditBalance
    creditEntries(first: 5) {
      edges { node { transactionId amount balanceAfter description createdAt } }
      pageInfo { hasNextPage endCursor }
    }
    changes(first: 10) {
      edges {
        node { action actor reason requestId createdAt fields { name before after } }
      }
    }
  }
}
`,
  `# Bans a customer, and lifts the ban; again is no change.
mutation BanCustomer {
  banCustomer(
    input: { by: { email: "info@sklarna-sumava.example" }, reason: "Charge-backs on three orders" }
  ) {
    customer { cuRefNo ban }
  }
  unbanCustomer(input: { by: { email: "info@sklarna-sumava.example" } }) {
    customer { cuRefNo ban }
  }
}
`,
  `# Creates a customer and deletes it. By its cuRefNo it can be restored:
# restoreCustomer(input: { by: { cuRefNo: "…" }, reason: "Deleted by mistake" }) { customer { email } }
mutation DeleteCustomer {
  createCustomer(input: { email: "soon.gone@example.com" }) { newAccount }
  deleteCustomer(
    input: { by: { email: "soon.gone@example.com" }, reason: "Asked for it by phone" }
  ) {
    customer { cuRefNo }
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
