// Every mutation of a customer that exists, with an input that it takes.

/** What an input holds besides what names its customer. */
interface MutationInput {
  rest(i: number): object;
  /** Whether it names the customer by `cuRefNo` alone. */
  byReferenceAlone?: boolean;
  /** The member that names the customer, or its subscription; `by` unless told. */
  namedBy?: 'externalId' | 'survivor';
}

/** By name; `createCustomer` is none of them. */
export const mutations: Record<string, MutationInput> = {
  updateCustomer: {
    rest: (i) => ({ firstName: `Name ${i}`, address: { city: `City ${i}` }, meta: { i }, customerRealIp: '9.9.9.9' }),
  },
  changeCustomerEmail: { rest: (i) => ({ email: `changed-${i}@example.com` }) },
  adjustCustomerCredit: { rest: (i) => ({ amount: 1 + i, description: `Try ${i}` }) },
  banCustomer: { rest: (i) => ({ reason: `Try ${i}` }) },
  unbanCustomer: { rest: (i) => ({ reason: `Try ${i}` }) },
  deleteCustomer: { rest: (i) => ({ reason: `Try ${i}` }) },
  addCustomerToGroups: { rest: (i) => ({ groups: [`joined-${i % 9}`], createMissingGroups: true }) },
  removeCustomerFromGroups: { rest: (i) => ({ groups: [`joined-${i % 9}`] }) },
  setCustomerReferral: { rest: () => ({ referrer: null }) },
  restoreCustomer: { rest: (i) => ({ reason: `Try ${i}` }), byReferenceAlone: true },
  eraseCustomer: { rest: (i) => ({ reason: `Try ${i}` }), byReferenceAlone: true },
  mergeCustomers: {
    rest: (i) => ({ duplicate: { email: `merged-${i}@example.com` }, reason: `Try ${i}` }),
    namedBy: 'survivor',
  },
  startCustomerSubscription: {
    rest: (i) => ({ productSlug: 'year', orderNumber: `Try ${i}`, endsAt: '2100-01-01T00:00:00Z' }),
  },
  updateCustomerSubscription: { rest: (i) => ({ orderNumber: `Try ${i}` }), namedBy: 'externalId' },
  endCustomerSubscription: { rest: (i) => ({ reason: `Try ${i}` }), namedBy: 'externalId' },
};
