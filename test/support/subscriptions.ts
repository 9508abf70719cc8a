// Subscriptions as tests call for them.
import { expect } from 'vitest';
import { runSql } from './database.ts';
import type { TestGateway } from './gateway.ts';
import { changesOf, mutate } from './mutations.ts';

const FIELDS = 'externalId productSlug productCode orderNumber orderHash autoRenew startsAt endsAt running';
const SELECTION = `subscription { ${FIELDS} } customer { cuRefNo version runningSubscriptions { externalId } subscriptions { externalId } }`;

/** How what names no subscription is refused. */
export const UNKNOWN = [
  { path: 'externalId', message: 'must be the externalId of a subscription of this organisation' },
];
/** All that must be told of a subscription. */
export const YEAR = { productSlug: 'year', orderNumber: '1' };

export const DAY = 86_400_000;
export const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();
export const anyTime = () => expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const idsOf = (subscriptions: { externalId: string }[]) => subscriptions.map(({ externalId }) => externalId);

/** Who subscribes, where; a test file has another customer for each test. */
export interface Subscriber {
  gateway: TestGateway;
  email: string;
  cuRefNo: string;
}

type To = Pick<TestGateway, 'graphql'>;

interface Listed {
  externalId: string;
  orderNumber: string;
  running: boolean;
  endsAt: string | null;
}

/** What can be done with the subscriptions of whoever subscribes when it is called. */
export function subscriptionCalls(of: Subscriber) {
  const call = (name: string, input: object, to: To = of.gateway) =>
    mutate(to, name, input, SELECTION, { key: of.gateway.key });
  const start = (input: object = {}, to?: To) =>
    call('startCustomerSubscription', { by: { email: of.email }, ...YEAR, ...input }, to);
  return {
    start,
    update: (externalId: unknown, input: object = {}, to?: To) =>
      call('updateCustomerSubscription', { externalId, ...input }, to),
    end: (externalId: unknown, input: object = {}, to?: To) =>
      call('endCustomerSubscription', { externalId, ...input }, to),
    /** Starts one that must not be refused. */
    async started(input: object = {}) {
      const { payload, code } = await start(input);
      expect(code).toBeUndefined();
      return payload.subscription;
    },
    async listed(args = ''): Promise<Listed[]> {
      const { body } = await of.gateway.graphql(
        `{ customer(by: { cuRefNo: "${of.cuRefNo}" }) { subscriptions${args} { ${FIELDS} } } }`,
      );
      expect(body.errors).toBeUndefined();
      return body.data.customer.subscriptions;
    },
    /** Changes a subscription as an operator may, such as its times, as if it had been so for long. */
    move: (externalId: string, what: string) =>
      runSql(of.gateway.databaseUrl, `update subscription set ${what} where external_id = $1`, [externalId]),
    /** What was done with the customer, newest first, but for its creation. */
    history: async () =>
      (await changesOf(of.gateway, { cuRefNo: of.cuRefNo })).filter(
        ({ action }: { action: string }) => action !== 'CREATED',
      ),
  };
}

/** Fields of a subscription as the history names them. */
export function namesOf(externalId: string, fields: Record<string, [before: unknown, after: unknown]>) {
  return Object.entries(fields).map(([name, [before, after]]) => ({
    name: `subscriptions.${externalId}.${name}`,
    before,
    after,
  }));
}
