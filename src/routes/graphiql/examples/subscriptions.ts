// Examples about subscriptions.
import type { Example, Names } from './example.ts';

export const subscriptionExamples = ({ changed, subscription, endingSubscription }: Names): Example[] =>
  [
    {
      name: 'StartCustomerSubscription',
      about: 'Starts a subscription, and shows all that the customer has.',
      query: `mutation StartCustomerSubscription($input: StartCustomerSubscriptionInput!) {
  startCustomerSubscription(input: $input) {
    subscription { externalId productCode orderHash startsAt endsAt running }
    customer {
      subscriptions { externalId productSlug orderNumber autoRenew running }
    }
  }
}
`,
      variables: {
        input: {
          by: { email: changed },
          productSlug: 'predplatne-rocni',
          orderNumber: '25000003',
          autoRenew: true,
        },
      },
    },
    {
      name: 'UpdateCustomerSubscription',
      about: 'Changes a subscription by its externalId; what is absent stays.',
      query: `mutation UpdateCustomerSubscription($input: UpdateCustomerSubscriptionInput!) {
  updateCustomerSubscription(input: $input) {
    subscription { externalId productSlug orderNumber autoRenew endsAt running }
  }
}
`,
      variables: { input: { externalId: subscription, orderNumber: '25000004', autoRenew: false } },
    },
    {
      name: 'EndCustomerSubscription',
      about: 'Ends a subscription now, or when endsAt says; one that has ended keeps its end.',
      query: `mutation EndCustomerSubscription($input: EndCustomerSubscriptionInput!) {
  endCustomerSubscription(input: $input) {
    subscription { externalId endsAt autoRenew running }
  }
}
`,
      variables: { input: { externalId: endingSubscription, reason: 'Moved away' } },
    },
  ].map((example) => ({ group: 'Subscriptions', ...example }));
