// Names in the demo organisation that examples rely on, and which therefore never change.

/** Customers, by their references: one with subscriptions, one that was deleted, one to be erased. */
export const exampleReferences = {
  subscriber: 'DemoLucieVesela1',
  deleted: 'DemoTomasDeleted',
  erasable: 'DemoEvaForgotten',
};

/** Subscriptions of the first of them. */
export const exampleSubscriptions = { running: 'DemoSubscription', ending: 'DemoSubscribed02' };

/** An API key whose secret nobody knows, so that it can be switched off. */
export const EXAMPLE_FINGERPRINT = 'DEV_Demo';
