// The names that examples use: those of the demo organisation, and what stands where others put their own in.
import { EXAMPLE_FINGERPRINT, exampleReferences, exampleSubscriptions } from '../../../demo/names.ts';
import type { Names } from './example.ts';

/** As the schema writes the id of a customer. */
const globalId = (reference: string) => Buffer.from(`Customer:${reference}`).toString('base64');

/** What is there in demo mode. */
export const demoNames: Names = {
  areReal: true,
  customer: 'jana.novakova@example.com',
  changed: 'petr.svoboda@example.com',
  other: 'karel.kradl@example.com',
  company: 'info@sklarna-sumava.example',
  free: 'karel@kradl.example',
  reference: exampleReferences.subscriber,
  deletedReference: exampleReferences.deleted,
  erasableReference: exampleReferences.erasable,
  id: globalId(exampleReferences.subscriber),
  subscription: exampleSubscriptions.running,
  endingSubscription: exampleSubscriptions.ending,
  group: 'newsletter',
  otherGroup: 'vip',
  fingerprint: EXAMPLE_FINGERPRINT,
};

/** To be replaced by whoever runs an example. */
export const placeholders: Names = {
  areReal: false,
  customer: 'customer@example.com',
  changed: 'customer@example.com',
  other: 'other.customer@example.com',
  company: 'company@example.com',
  free: 'new.address@example.com',
  reference: 'CUSTOMER_REF_NO',
  deletedReference: 'CUSTOMER_REF_NO',
  erasableReference: 'CUSTOMER_REF_NO',
  id: 'CUSTOMER_ID',
  subscription: 'SUBSCRIPTION_EXTERNAL_ID',
  endingSubscription: 'SUBSCRIPTION_EXTERNAL_ID',
  group: 'newsletter',
  otherGroup: 'vip',
  fingerprint: 'KEY_FINGERPRINT',
};
