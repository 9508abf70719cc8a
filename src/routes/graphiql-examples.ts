// What GraphiQL shows to whoever opens it for the first time.

import { listExamples } from './graphiql-list-examples.ts';

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
  `# Creates many customers: a row that is wrong fails no other one. Up to 500 rows, best sent as a variable.
mutation BulkCreateCustomers {
  bulkCreateCustomers(
    input: {
      customers: [
        { clientRef: "crm-1", email: "first.row@example.com", companyName: "First" }
        { clientRef: "crm-2", email: "not an address" }
        { clientRef: "crm-3", email: "First.Row@example.com" }
      ]
    }
  ) {
    rows {
      clientRef
      result
      customer { cuRefNo companyName }
      error { code message fields { path message } }
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
  `# The mailbox must not be another customer's. There, and back again.
mutation ChangeCustomerEmail {
  there: changeCustomerEmail(
    input: { by: { email: "karel.kradl@example.com" }, email: "karel@kradl.example" }
  ) {
    customer { email version }
  }
  back: changeCustomerEmail(
    input: { by: { email: "karel@kradl.example" }, email: "karel.kradl@example.com" }
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
  `# Groups by their slugs: one is created where it is new, and a customer joins and leaves.
mutation Groups {
  addCustomerToGroups(
    input: {
      by: { email: "petr.svoboda@example.com" }
      groups: ["newsletter", "vip"]
      createMissingGroups: true
    }
  ) {
    customer { groups { slug name } }
  }
  updateCustomerGroup(input: { slug: "vip", name: "VIP zákazníci" }) {
    group { slug name customerCount }
  }
  removeCustomerFromGroups(
    input: { by: { email: "petr.svoboda@example.com" }, groups: ["newsletter"] }
  ) {
    customer { groups { slug name } }
  }
}
`,
  `# Groups by their slugs, with how many customers belong to each.
query CustomerGroups {
  customerGroups(first: 20) {
    edges { node { slug name customerCount } }
  }
}
`,
  `# Who brought a customer; referrer: null for nobody. Nobody is brought by whom they brought.
mutation SetCustomerReferral {
  setCustomerReferral(
    input: {
      by: { email: "petr.svoboda@example.com" }
      referrer: { email: "karel.kradl@example.com" }
    }
  ) {
    customer { version referral { code email firstName lastName } }
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
  `# What merging two customers would do, and what conflicts; nothing is changed.
query MergeCustomersPreview {
  mergeCustomersPreview(
    survivor: { email: "petr.svoboda@example.com" }
    duplicate: { email: "karel.kradl@example.com" }
  ) {
    filledFields
    conflicts { name survivor duplicate }
    movedGroups { slug }
    movedCredit
    creditBalance
    ban
  }
}
`,
  `# Merges a customer into another: the second address leads to the first customer then.
# Once: what was merged is not merged again. For good, as eraseCustomer is: eraseCustomer(input: { by: { cuRefNo: "…" }, reason: "Asked for it" }) { customer { email } }
mutation MergeCustomers {
  first: createCustomer(input: { email: "first@example.com" }) { customer { cuRefNo } }
  second: createCustomer(input: { email: "second@example.com" }) { customer { cuRefNo } }
  mergeCustomers(
    input: {
      survivor: { email: "first@example.com" }
      duplicate: { email: "second@example.com" }
      reason: "The same person"
    }
  ) {
    customer { cuRefNo email }
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
  `# Starts a subscription, and shows all that the customer has. By its externalId it can be ended:
# endCustomerSubscription(input: { externalId: "…", reason: "Moved away" }) { subscription { endsAt running } }
mutation StartCustomerSubscription {
  startCustomerSubscription(
    input: {
      by: { email: "petr.svoboda@example.com" }
      productSlug: "predplatne-rocni"
      orderNumber: "25000003"
      autoRenew: true
    }
  ) {
    subscription { externalId productCode orderHash startsAt endsAt running }
    customer { subscriptions { externalId productSlug orderNumber autoRenew running } }
  }
}
`,
  ...listExamples,
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
