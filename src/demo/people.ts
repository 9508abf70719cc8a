// The demo organisation's groups and customers. Names and addresses are made up.

import { exampleReferences, exampleSubscriptions } from './names.ts';

interface DemoSubscription {
  /** Drawn where none is named; so is the reference of a customer. */
  externalId?: string;
  productSlug: string;
  productCode: string;
  orderNumber: string;
  autoRenew: boolean;
}

/** A customer of the demo organisation, with all that belongs to it. */
export interface DemoCustomer {
  cuRefNo?: string;
  email?: string;
  phone?: string;
  firstName?: string;
  lastName?: string;
  companyName?: string;
  companyRegistrationNumber?: string;
  taxIdentificationNumber?: string;
  streetAddress?: string;
  city?: string;
  cityPart?: string;
  stateRegion?: string;
  postalCode?: string;
  country?: string;
  primaryLocale?: string;
  newsletter?: boolean;
  premium?: boolean;
  meta?: Record<string, unknown>;
  customFields?: Record<string, unknown>;
  groups?: string[];
  credit?: { amount: number; description: string }[];
  subscriptions?: DemoSubscription[];
  /** E-mail address of a customer further up. */
  referredBy?: string;
  banReason?: string;
  isDeleted?: boolean;
  /** IP addresses that the customer came from, the latest last; a day apart. */
  addresses?: string[];
}

const yearly = { productSlug: 'predplatne-rocni', productCode: 'predplatne-rocni' };

export const groups = [
  { name: 'Personal Trainer', slug: 'trainer' },
  { name: 'Newsletter', slug: 'newsletter' },
];

export const customers: DemoCustomer[] = [
  {
    email: 'petr.svoboda@example.com',
    phone: '+420 603987654',
    firstName: 'Petr',
    lastName: 'Svoboda',
    groups: ['newsletter'],
    credit: [
      { amount: 200, description: 'Welcome credit' },
      { amount: -250, description: 'Order 25000007' },
    ],
  },
  {
    // The customer that the documentation's examples name.
    cuRefNo: '1cGIHvFoQDGLAbcA',
    email: 'jana.novakova@example.com',
    phone: '+420 777123456',
    firstName: 'Jana',
    lastName: 'Nováková',
    companyName: 'Novák & dcera s.r.o.',
    companyRegistrationNumber: '05103118',
    taxIdentificationNumber: 'CZ05103118',
    streetAddress: 'Dlouhá 731/12',
    city: 'Praha',
    cityPart: 'Staré Město',
    stateRegion: 'Hlavní město Praha',
    postalCode: '110 00',
    country: 'CZ',
    primaryLocale: 'cs',
    newsletter: true,
    premium: true,
    meta: { source: 'fair-2026' },
    customFields: { shirtSize: 'M' },
    groups: ['trainer', 'newsletter'],
    addresses: ['8.8.8.8', '2001:4860:4860::8888', '1.1.1.1'],
    credit: [
      { amount: 100, description: 'Welcome credit' },
      { amount: 23, description: 'Referral reward' },
    ],
    subscriptions: [{ ...yearly, orderNumber: '25000001', autoRenew: true }],
    referredBy: 'petr.svoboda@example.com',
  },
  {
    email: 'info@sklarna-sumava.example',
    companyName: 'Sklárna Šumava a.s.',
    companyRegistrationNumber: '00012345',
    city: 'Železná Ruda',
    postalCode: '340 04',
    country: 'CZ',
    primaryLocale: 'cs',
  },
  {
    phone: '+421 905123456',
    firstName: 'Zuzana',
    lastName: 'Kováčová',
    city: 'Žilina',
    country: 'SK',
    primaryLocale: 'sk',
    meta: { imported: true },
  },
  {
    email: 'karel.kradl@example.com',
    firstName: 'Karel',
    lastName: 'Kradl',
    banReason: 'Charge-backs on three orders',
  },
];

/** Customers that examples name by their references. */
export const exampleCustomers: (DemoCustomer & { cuRefNo: string })[] = [
  {
    cuRefNo: exampleReferences.subscriber,
    email: 'lucie.vesela@example.com',
    firstName: 'Lucie',
    lastName: 'Veselá',
    country: 'CZ',
    primaryLocale: 'cs',
    subscriptions: [
      { externalId: exampleSubscriptions.running, ...yearly, orderNumber: '25000005', autoRenew: true },
      { externalId: exampleSubscriptions.ending, ...yearly, orderNumber: '25000006', autoRenew: false },
    ],
  },
  {
    cuRefNo: exampleReferences.deleted,
    email: 'tomas.kral@example.com',
    firstName: 'Tomáš',
    lastName: 'Král',
    isDeleted: true,
  },
  {
    cuRefNo: exampleReferences.erasable,
    email: 'eva.mala@example.com',
    phone: '+420 608112233',
    firstName: 'Eva',
    lastName: 'Malá',
  },
];
