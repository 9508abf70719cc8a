// Variables with which each operation of the package runs in a demo, in an order in which one leaves the next what it needs.
import { demoNames as names } from '../../../../src/routes/graphiql/examples/names.ts';

const by = { email: names.changed };
const { fingerprint } = names;

/** A call of an operation; those of keys need a `ROOT` key. */
export type Call = readonly [operation: string, variables?: Record<string, unknown>];

/** Calls of all operations. */
export const calls: readonly Call[] = [
  ['Viewer'],
  ['CreateCustomer', { input: { email: 'new@example.com', companyName: 'New', customerRealIp: '1.1.1.1' } }],
  ['CreateCustomer', { input: { email: 'duplicate@example.com' } }],
  ['BulkCreateCustomers', { input: { customers: [{ clientRef: '1', email: 'row@example.com' }, { clientRef: '2' }] } }],
  ['Customer', { by: { email: names.customer } }],
  ['Customers', { search: 'novak', filter: { ban: false }, orderBy: { field: 'NAME', direction: 'ASC' }, first: 5 }],
  ['CustomersByReference', { cuRefNos: [names.reference] }],
  ['Node', { id: names.id }],
  ['UpdateCustomer', { input: { by, phone: '+420 603 987 655', meta: { source: 'fair' } } }],
  ['ChangeCustomerEmail', { input: { by: { email: 'new@example.com' }, email: 'newer@example.com' } }],
  ['SetCustomerReferral', { input: { by, referrer: { email: names.other } } }],
  ['BanCustomer', { input: { by, reason: 'Charge-backs' } }],
  ['UnbanCustomer', { input: { by } }],
  ['AdjustCustomerCredit', { input: { by, amount: 5, description: 'Welcome' } }],
  ['CustomerCreditEntries', { by, first: 5 }],
  ['CustomerChanges', { by, first: 5 }],
  ['CustomerIpHistory', { by: { email: 'newer@example.com' } }],
  ['CreateCustomerGroup', { input: { name: 'Spring 2027' } }],
  ['UpdateCustomerGroup', { input: { slug: 'spring-2027', name: 'Spring' } }],
  ['AddCustomerToGroups', { input: { by, groups: ['spring-2027'] } }],
  ['RemoveCustomerFromGroups', { input: { by, groups: ['spring-2027'] } }],
  ['CustomerGroups', { first: 5 }],
  ['DeleteCustomerGroup', { input: { slug: 'spring-2027' } }],
  ['StartCustomerSubscription', { input: { by, productSlug: 'predplatne', orderNumber: '1' } }],
  ['UpdateCustomerSubscription', { input: { externalId: names.subscription, autoRenew: false } }],
  ['EndCustomerSubscription', { input: { externalId: names.endingSubscription } }],
  ['CustomerSubscriptions', { by }],
  [
    'MergeCustomersPreview',
    { survivor: { email: 'newer@example.com' }, duplicate: { email: 'duplicate@example.com' } },
  ],
  [
    'MergeCustomers',
    {
      input: {
        survivor: { email: 'newer@example.com' },
        duplicate: { email: 'duplicate@example.com' },
        reason: 'The same person',
      },
    },
  ],
  ['DeleteCustomer', { input: { by: { email: 'newer@example.com' }, reason: 'Asked for it' } }],
  ['RestoreCustomer', { input: { by: { cuRefNo: names.deletedReference }, reason: 'By mistake' } }],
  ['EraseCustomer', { input: { by: { cuRefNo: names.erasableReference }, reason: 'Asked for it' } }],
  ['IpInfo', { ip: '1.1.1.1' }],
  ['ApiKeys', { first: 5 }],
  ['ApiKey', { fingerprint }],
  ['CreateApiKey', { input: { name: 'New', prefix: 'PROD' } }],
  ['UpdateApiKey', { input: { fingerprint, name: 'Renamed' } }],
  ['DeactivateApiKey', { input: { fingerprint } }],
  ['ActivateApiKey', { input: { fingerprint } }],
  ['RotateApiKey', { input: { fingerprint } }],
  ['DeleteApiKey', { input: { fingerprint } }],
];
