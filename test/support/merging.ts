// Merges as tests call for them.
import { expect } from 'vitest';
import { createNamed, type Named } from './customers.ts';
import type { TestGateway } from './gateway.ts';
import { mutate } from './mutations.ts';

const PROFILE = `cuRefNo email phone firstName lastName companyName companyRegistrationNumber creditBalance premium ban version
  groups { slug } meta customFields referral { code } address { streetAddress city country } primaryLocale`;

/** What can be done with customers to be merged; `gateway` is asked for when it is called. */
export function mergeCalls(gateway: () => TestGateway) {
  return {
    /** Creates a customer, with a profile where one is given. */
    async newCustomer(profile: object = {}): Promise<Named> {
      const customer = await createNamed(gateway());
      if (Object.keys(profile).length > 0) {
        const by = { cuRefNo: customer.cuRefNo };
        expect((await mutate(gateway(), 'updateCustomer', { by, ...profile })).code).toBeUndefined();
      }
      return customer;
    },
    merge: (survivor: object, duplicate: object, reason = 'the same person') =>
      mutate(gateway(), 'mergeCustomers', { survivor, duplicate, reason }, `customer { ${PROFILE} }`),
    /** What a merge would do, or how it would be refused. */
    async preview(survivor: object, duplicate: object) {
      const { body } = await gateway().graphql(
        `query ($s: CustomerBy!, $d: CustomerBy!) { mergeCustomersPreview(survivor: $s, duplicate: $d) {
           survivor { cuRefNo } duplicate { cuRefNo } filledFields conflicts { name survivor duplicate } movedGroups { slug } movedSubscriptions
           movedCredit movedReferralCount creditBalance premium ban referral { code } } }`,
        { s: survivor, d: duplicate },
      );
      return body.errors ? body.errors[0].extensions : body.data.mergeCustomersPreview;
    },
    /** A customer as it is shown; null for nobody. */
    async find(by: object) {
      const { body } = await gateway().graphql(`query ($by: CustomerBy!) { customer(by: $by) { ${PROFILE} } }`, { by });
      return body.data.customer;
    },
    credit: (by: object, amount: number, transactionId?: string) =>
      mutate(
        gateway(),
        'adjustCustomerCredit',
        { by, amount, description: 'test', transactionId },
        'entry { transactionId amount balanceAfter } customer { cuRefNo creditBalance }',
      ),
  };
}
