// Examples that create, show and change customers.
import type { Example, Names } from './example.ts';

export const customerExamples = (names: Names): Example[] =>
  [
    {
      name: 'CreateCustomer',
      about: 'Creates a customer, or returns the one that has this e-mail address: run it twice.',
      query: `mutation CreateCustomer($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    newAccount
    result
    customer {
      cuRefNo
      email
      companyName
      createdAt
    }
  }
}
`,
      variables: {
        input: {
          email: 'jan@barasek.com',
          companyName: 'BizKitHub',
          companyRegistrationNumber: '05103118',
          taxIdentificationNumber: 'CZ9609040727',
          customerRealIp: '1.1.1.1',
        },
      },
    },
    {
      name: 'Customer',
      about: 'Shows one customer with all that belongs to it.',
      query: `query Customer($by: CustomerBy!) {
  customer(by: $by) {
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
      variables: { by: { email: names.customer } },
    },
    {
      name: 'UpdateCustomer',
      about: 'Changes a profile: what is absent stays, null clears.',
      query: `mutation UpdateCustomer($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
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
      variables: {
        input: {
          by: { email: names.changed },
          phone: '603 987 655',
          address: { city: 'Kladno', country: 'CZ' },
          primaryLocale: 'cs',
          newsletter: true,
          meta: { source: { name: 'fair' } },
          customFields: { shirtSize: 'L' },
        },
      },
    },
    changeCustomerEmail(names),
    {
      name: 'SetCustomerReferral',
      about: 'Says who brought a customer; null for nobody. Two customers cannot have brought each other.',
      query: `mutation SetCustomerReferral($input: SetCustomerReferralInput!) {
  setCustomerReferral(input: $input) {
    customer {
      version
      referral { code email firstName lastName }
    }
  }
}
`,
      variables: { input: { by: { email: names.changed }, referrer: { email: names.other } } },
    },
    {
      name: 'BanCustomer',
      about: 'Bans a customer. Banning one who is banned changes nothing.',
      query: `mutation BanCustomer($input: BanCustomerInput!) {
  banCustomer(input: $input) {
    customer { cuRefNo ban }
  }
}
`,
      variables: { input: { by: { email: names.company }, reason: 'Charge-backs on three orders' } },
    },
    {
      name: 'UnbanCustomer',
      about: 'Lifts the ban of a customer.',
      query: `mutation UnbanCustomer($input: UnbanCustomerInput!) {
  unbanCustomer(input: $input) {
    customer { cuRefNo ban }
  }
}
`,
      variables: { input: { by: { email: names.company }, reason: 'All three were paid' } },
    },
    bulkCreateCustomers,
  ].map((example) => ({ group: 'Customers', ...example }));

const bulkCreateCustomers: Omit<Example, 'group'> = {
  name: 'BulkCreateCustomers',
  about: 'Creates up to 500 customers: a row that is wrong fails no other one.',
  query: `mutation BulkCreateCustomers($input: BulkCreateCustomersInput!) {
  bulkCreateCustomers(input: $input) {
    rows {
      clientRef
      result
      customer { cuRefNo companyName }
      error { code message fields { path message } }
    }
  }
}
`,
  variables: {
    input: {
      customers: [
        { clientRef: 'crm-1', email: 'first.row@example.com', companyName: 'First' },
        { clientRef: 'crm-2', email: 'not an address' },
        { clientRef: 'crm-3', email: 'First.Row@example.com' },
      ],
    },
  },
};

function changeCustomerEmail({ areReal, other, free }: Names): Omit<Example, 'group'> {
  if (!areReal)
    return {
      name: 'ChangeCustomerEmail',
      about: "Gives a customer another e-mail address, whose mailbox must not be another customer's.",
      query: `mutation ChangeCustomerEmail($input: ChangeCustomerEmailInput!) {
  changeCustomerEmail(input: $input) {
    customer { email version }
  }
}
`,
      variables: { input: { by: { email: other }, email: free } },
    };
  return {
    name: 'ChangeCustomerEmail',
    about: "Gives a customer another e-mail address, whose mailbox must not be another customer's, and back again.",
    query: `mutation ChangeCustomerEmail($there: ChangeCustomerEmailInput!, $back: ChangeCustomerEmailInput!) {
  there: changeCustomerEmail(input: $there) {
    customer { email version }
  }
  back: changeCustomerEmail(input: $back) {
    customer { email version }
  }
}
`,
    variables: { there: { by: { email: other }, email: free }, back: { by: { email: free }, email: other } },
  };
}
