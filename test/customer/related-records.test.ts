// What belongs to a customer is the same, whether it is read along with the customer or loaded for many at once.
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCustomer } from '../../src/customer/find.ts';
import type { RelatedRecords } from '../../src/customer/profile.ts';
import { BARE, WHOLE } from '../../src/customer/profile.ts';
import { CustomerRelations } from '../../src/customer/relations.ts';
import { CustomerList } from '../../src/customer/search/list.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import type { OperationContext } from '../../src/operation-context.ts';
import { contextOf } from '../support/context.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { type Dice, diceOf } from '../support/generated/dice.ts';

const HOUR = 3_600_000;
const GROUPS = 6;
const GENERATED = 60;
const started = Date.now();
const at = (hours: number) => new Date(started + hours * HOUR).toISOString();

/** What a customer of the test has. */
interface Plan {
  deleted?: boolean;
  /** Numbers of groups, in whatever order they were joined. */
  groups?: number[];
  /** The number of the customer who brought this one. */
  referrer?: number;
  /** Hours from now to the beginning and the end of each subscription. */
  subscriptions?: [starts: number, ends: number | null][];
}

/** Customer `i` has the number i + 1. */
const cases: [name: string, plan: Plan][] = [
  ['nothing', {}],
  ['groups that were joined in another order', { groups: [5, 2, 4] }],
  ['all groups', { groups: [1, 2, 3, 4, 5, 6] }],
  ['a referrer', { referrer: 1 }],
  ['a referrer that is deleted, whom somebody had brought', { referrer: 1, deleted: true }],
  ['a deleted referrer', { referrer: 5, groups: [1] }],
  ['a referrer who came later', { referrer: 8 }],
  ['a subscription without an end', { subscriptions: [[-1, null]] }],
  ['a subscription that runs until tomorrow', { subscriptions: [[-1, 24]] }],
  ['a subscription that has ended', { subscriptions: [[-24, -1]] }],
  ['a subscription that has not begun', { subscriptions: [[1, null]] }],
  ['a subscription that has not begun and has an end', { subscriptions: [[1, 2]] }],
  [
    'several subscriptions, of which some run',
    {
      subscriptions: [
        [-9, -8],
        [-8, null],
        [2, 3],
        [-3, 3],
        [-99, 99],
      ],
    },
  ],
  ['everything', { groups: [6, 1], referrer: 2, subscriptions: [[-1, null]] }],
];

function generated(dice: Dice, others: number): Plan {
  const groups = Array.from({ length: GROUPS }, (_, i) => i + 1).filter(() => dice.chance(0.3));
  return {
    deleted: dice.chance(0.2),
    groups: dice.chance(0.5) ? groups : groups.toReversed(),
    ...(dice.chance(0.6) && { referrer: 1 + dice.below(others) }),
    subscriptions: Array.from({ length: dice.below(5) }, () => {
      const starts = dice.pick([-48, -2, -1, 1, 24]);
      return [starts, dice.chance(0.4) ? null : starts + dice.pick([1.5, 4, 72])];
    }),
  };
}

/** Each organisation has customers, groups and subscriptions of the same internal ids. */
function plansOf(organisation: number): Plan[] {
  const more = Array.from({ length: GENERATED }, (_, i) => generated(diceOf(organisation * 1_000 + i), cases.length));
  return [...cases.map(([, plan]) => plan), ...more];
}

const text = (organisation: number, name: string, length: number) =>
  `${name}x${organisation}`.padEnd(length, '0').slice(0, length);

function customerOf(organisation: number, id: number) {
  return {
    id,
    cuRefNo: text(organisation, `c${id}`, 16),
    email: id % 3 === 0 ? null : `c${id}@org${organisation}.example`,
    firstName: id % 2 === 0 ? null : `First ${id}`,
    lastName: `Last ${organisation}`,
  };
}

function subscriptionOf(organisation: number, customer: number, i: number) {
  const name = `s${customer}y${i}`;
  return {
    externalId: text(organisation, name, 16),
    productSlug: `${name}-slug`,
    productCode: `${name} „code“`,
    orderNumber: `${organisation}/${name}`,
    orderHash: text(organisation, name, 32),
    autoRenew: i % 2 === 0,
  };
}

/** What is to be read of a customer, told by the plans alone. */
function expectedOf(organisation: number, plans: Plan[], id: number): RelatedRecords {
  const { groups = [], referrer, subscriptions = [] } = plans[id - 1] as Plan;
  return {
    groups: groups
      .toSorted()
      .map((number) => ({ id: expect.any(Number), name: `Group ${number}`, slug: `g${number}-${organisation}` })),
    referrer: referrer === undefined || plans[referrer - 1]?.deleted ? null : customerOf(organisation, referrer),
    subscriptions: subscriptions.flatMap(([starts, ends], i) =>
      starts < 0 && (ends === null || ends > 0)
        ? [
            {
              ...subscriptionOf(organisation, id, i),
              ...{ startsAt: at(starts), endsAt: ends === null ? null : at(ends), running: true },
            },
          ]
        : [],
    ),
  };
}

async function insert(url: string, table: string, rows: object[]): Promise<void> {
  const columns = Object.keys(rows[0] as object)
    .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .join(', ');
  const named = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`), value]),
    ),
  );
  const from = `jsonb_populate_recordset(null::${table}, $1)`;
  await runSql(url, `insert into ${table} (${columns}) select ${columns} from ${from}`, [JSON.stringify(named)]);
}

async function fill(url: string, organisationId: number, plans: Plan[]): Promise<void> {
  const each = <Row>(rowsOf: (plan: Plan, customerId: number) => Row[]) =>
    plans.flatMap((plan, i) => rowsOf(plan, i + 1));
  await insert(
    url,
    'customer',
    each(({ deleted }, id) => [
      {
        organisationId,
        ...customerOf(organisationId, id),
        canonicalEmail: customerOf(organisationId, id).email,
        deletedAt: deleted ? at(-1) : null,
        premium: false,
        creditBalance: 0,
        meta: {},
        customFields: {},
        version: 1,
        createdAt: at(-1),
        updatedAt: at(-1),
        addressChanges: 0,
      },
    ]),
  );
  const groups = Array.from({ length: GROUPS }, (_, i) => i + 1);
  await insert(
    url,
    'customer_group',
    groups.map((id) => ({
      organisationId,
      id,
      name: `Group ${id}`,
      slug: `g${id}-${organisationId}`,
      createdAt: at(-1),
    })),
  );
  await insert(
    url,
    'customer_group_membership',
    each(({ groups: joined = [] }, customerId) => joined.map((groupId) => ({ organisationId, customerId, groupId }))),
  );
  await insert(
    url,
    'referral',
    each(({ referrer }, customerId) =>
      referrer === undefined ? [] : [{ organisationId, customerId, referrerId: referrer, createdAt: at(-1) }],
    ),
  );
  await insert(
    url,
    'subscription',
    each(({ subscriptions = [] }, customerId) =>
      subscriptions.map(([starts, ends], i) => ({
        organisationId,
        id: customerId * 10 + i,
        customerId,
        ...subscriptionOf(organisationId, customerId, i),
        startsAt: at(starts),
        endsAt: ends === null ? null : at(ends),
      })),
    ),
  );
}

let url: string;
const organisations: { id: number; plans: Plan[] }[] = [];
const opened: Database[] = [];

function open(options: { asOwner?: boolean; rowLevelSecurity?: boolean }): Database {
  const log = pino({ level: 'silent' });
  const database = openDatabase({ connection: parseDatabaseUrl(url), entities, log, ...options });
  opened.push(database);
  return database;
}

beforeAll(async () => {
  url = await createDatabase();
  for (let i = 0; i < 2; i++) {
    const id = await createOrganisation(url);
    const plans = plansOf(id);
    organisations.push({ id, plans });
    await fill(url, id, plans);
  }
});
afterAll(() => Promise.all(opened.map((database) => database.close())));

/** Loads for many at once, without anything that was read along. */
async function loaded(ctx: OperationContext, ids: number[]): Promise<RelatedRecords[]> {
  const relations = new CustomerRelations(ctx);
  return Promise.all(
    ids.map(async (id) => ({
      groups: await relations.groups(id),
      referrer: await relations.referrer(id),
      subscriptions: await relations.runningSubscriptions(id),
    })),
  );
}

describe.each([
  ['as the serving role', {}],
  // What row level security would hold back, each query leaves out by itself.
  ['without row level security', { asOwner: true, rowLevelSecurity: false }],
])('%s', (_, options) => {
  it('is what there is: read along by reference, by e-mail address and in a page, and loaded for all at once', async () => {
    const database = open(options);
    for (const { id: organisationId, plans } of organisations) {
      const tenant = contextOf(database, organisationId);
      const ids = plans.map((__, i) => i + 1);
      const expected = ids.map((id) => expectedOf(organisationId, plans, id));
      expect(await loaded(tenant, ids)).toEqual(expected);
      const present = ids.filter((id) => !plans[id - 1]?.deleted);
      for (const id of present) {
        const { cuRefNo, email } = customerOf(organisationId, id);
        for (const key of [{ cuRefNo }, ...(email === null ? [] : [{ email }])]) {
          const found = await findCustomer(tenant, key, WHOLE);
          expect(found?.relatedRecords, cases[id - 1]?.[0]).toEqual(expected[id - 1]);
        }
      }
      const listed = await new CustomerList(tenant, {}).page({ limit: 100, inverted: true }, WHOLE);
      expect(listed.map(({ relatedRecords }) => relatedRecords)).toEqual(present.map((id) => expected[id - 1]));
    }
  });

  it('is given in the order of the customers asked for, and is nothing for those that are not there', async () => {
    const [{ id, plans } = { id: 0, plans: [] }] = organisations;
    const tenant = contextOf(open(options), id);
    const ids = [14, 999_999, 3, 13, 2];
    expect(await loaded(tenant, ids)).toEqual(
      ids.map((each) =>
        each > plans.length ? { groups: [], referrer: null, subscriptions: [] } : expectedOf(id, plans, each),
      ),
    );
  });

  it('finds referrers as customers, in order, and no deleted one', async () => {
    const [{ id, plans } = { id: 0, plans: [] }] = organisations;
    const tenant = contextOf(open(options), id);
    const relations = new CustomerRelations(tenant);
    const ids = [7, 999_999, 5, 1, 2];
    const customers = await Promise.all(ids.map((each) => relations.customer(each)));
    expect(plans[4]?.deleted).toBe(true);
    expect(customers.map((customer) => customer && { id: customer.id, cuRefNo: customer.cuRefNo })).toEqual(
      ids.map((each) =>
        each > plans.length || each === 5 ? null : { id: each, cuRefNo: customerOf(id, each).cuRefNo },
      ),
    );
    const alone = await findCustomer(tenant, { cuRefNo: customerOf(id, 7).cuRefNo }, BARE);
    expect(customers[0]).toEqual(alone?.customer);
  });

  it('takes one statement a relation, however many customers there are', async () => {
    const [{ id, plans } = { id: 0, plans: [] }] = organisations;
    const tenant = contextOf(open(options), id);
    const names: string[] = [];
    const counting: OperationContext['database'] = Object.create(tenant.database, {
      run: {
        value: (statement: { name: string; text: string }, values: unknown[]) => {
          names.push(statement.name);
          return tenant.database.run(statement, values);
        },
      },
    });
    await loaded(
      { ...tenant, database: counting },
      plans.map((__, i) => i + 1),
    );
    expect(names).toEqual(['customer_groups', 'customer_referrer', 'customer_subscriptions']);
  });
});

it('covers every case', () => {
  const expected = organisations.flatMap(({ id, plans }) => plans.map((__, i) => expectedOf(id, plans, i + 1)));
  const planned = organisations.flatMap(({ plans }) => plans);
  expect(expected.some(({ groups }) => groups.length > 2)).toBe(true);
  expect(
    expected.filter(({ referrer }, i) => referrer === null && planned[i]?.referrer !== undefined).length,
  ).toBeGreaterThan(3);
  expect(
    expected.filter(({ subscriptions }, i) => subscriptions.length < (planned[i]?.subscriptions ?? []).length).length,
  ).toBeGreaterThan(3);
});
