// Every mutation of a customer that exists, with an input that it takes.

/** What an input holds besides `by`. */
interface MutationInput {
  rest(i: number): object;
  /** Whether it names the customer by `cuRefNo` alone. */
  byReferenceAlone?: boolean;
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
  restoreCustomer: { rest: (i) => ({ reason: `Try ${i}` }), byReferenceAlone: true },
};
