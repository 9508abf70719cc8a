// All examples that GraphiQL offers, in the order in which it lists them.
import { apiKeyExamples } from './api-keys.ts';
import { creditExamples } from './credit.ts';
import { customerExamples } from './customers.ts';
import type { Example } from './example.ts';
import { findingExamples } from './finding.ts';
import { groupExamples } from './groups.ts';
import { mergingExamples } from './merging.ts';
import { demoNames, placeholders } from './names.ts';
import { otherExamples } from './other.ts';
import { removalExamples } from './removal.ts';
import { subscriptionExamples } from './subscriptions.ts';

export type { Example } from './example.ts';

const groups = [
  customerExamples,
  findingExamples,
  creditExamples,
  groupExamples,
  subscriptionExamples,
  mergingExamples,
  removalExamples,
  otherExamples,
  apiKeyExamples,
];

/**
 * Gives all examples.
 *
 * @param isDemo - whether they name what the demo organisation has; otherwise they hold placeholders
 */
export function examplesFor(isDemo: boolean): Example[] {
  const all = groups.flatMap((examples) => examples(isDemo ? demoNames : placeholders));
  // What it does is said where it is read.
  return all.map((example) => ({ ...example, query: `# ${example.about}\n${example.query}` }));
}

/**
 * Chooses the examples that a first visitor finds open.
 *
 * @returns in the demo one that creates a customer, and one that reads; otherwise one that changes nothing
 */
export function firstExamples(examples: readonly Example[], isDemo: boolean): Example[] {
  const names = isDemo ? ['CreateCustomer', 'Customer'] : ['Customers'];
  return names.flatMap((name) => examples.filter((example) => example.name === name));
}
