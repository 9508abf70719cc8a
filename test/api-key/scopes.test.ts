// What a key may see: every field that needs something, by every way to its data, with every sort of key.
import SchemaBuilder from '@pothos/core';
import { getNamedType, isIntrospectionType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Requirement, type Scope, scopes } from '../../src/api-key/scopes.ts';
import { requirementOf, SCOPE_PLUGIN } from '../../src/graphql/plugins/scope.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { createKey } from '../support/database.ts';
import { type Everything, KNOWN_ADDRESS, makeEverything } from '../support/everything.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { testDatabases } from '../support/geoip.ts';
import {
  coordinateOf,
  endOf,
  type Path,
  pathsOf,
  type Step,
  telling,
  type Way,
  ways,
  write,
} from '../support/schema-paths.ts';

/*
 * What is guarded, told once more, apart from what the schema says of itself. `reach`: whatever field leads to an object of
 * the type needs it. `fields`: whatever field is asked of one needs it.
 */
const guards: Record<string, { reach?: Requirement; fields?: Requirement }> = {
  Query: {},
  Mutation: {},
  Customer: { reach: 'customer:read' },
  CustomerConnection: { reach: 'customer:read' },
  CustomerGroupConnection: { reach: 'customer:read' },
  CustomerGroupEdge: { reach: 'customer:read' },
  CustomerEdge: { reach: 'customer:read' },
  CustomerChangeConnection: { reach: 'customer:write' },
  CustomerChangeEdge: { reach: 'customer:write' },
  IpHistoryConnection: { reach: 'customer:read' },
  IpHistoryEdge: { reach: 'customer:read' },
  IpInfo: { fields: 'ip:read' },
  Country: { reach: 'ip:read' },
  ReverseDns: { reach: 'ip:read' },
  IpSource: { reach: 'ip:read' },
  ApiKey: { fields: 'ROOT' },
  ApiKeyConnection: { reach: 'ROOT' },
  ApiKeyEdge: { reach: 'ROOT' },
  CreateApiKeyPayload: { reach: 'ROOT' },
  RotateApiKeyPayload: { reach: 'ROOT' },
  ActivateApiKeyPayload: { reach: 'ROOT' },
  DeactivateApiKeyPayload: { reach: 'ROOT' },
  DeleteApiKeyPayload: { reach: 'ROOT' },
  UpdateApiKeyPayload: { reach: 'ROOT' },
  AuditEntry: { reach: 'ROOT' },
  // Parts of a customer, or of a page: whoever got there may see them.
  Address: {},
  CreditEntry: {},
  CreditEntryConnection: {},
  CreditEntryEdge: {},
  CustomerChange: {},
  FieldChange: {},
  CustomerGroup: {},
  CustomerSubscription: {},
  Referral: {},
  PageInfo: {},
  // Of whoever asks.
  Viewer: {},
  ViewerKey: {},
  Organisation: {},
  RateLimit: {},
  CreateCustomerPayload: {},
  BulkCreateCustomersPayload: {},
  BulkCreateCustomersRow: {},
  BulkRowError: {},
  BulkRowField: {},
  UpdateCustomerPayload: {},
  ChangeCustomerEmailPayload: {},
  AdjustCustomerCreditPayload: {},
  BanCustomerPayload: {},
  UnbanCustomerPayload: {},
  DeleteCustomerPayload: {},
  RestoreCustomerPayload: {},
  EraseCustomerPayload: {},
  MergeCustomersPayload: {},
  MergeCustomersPreview: {},
  MergeConflict: {},
  StartCustomerSubscriptionPayload: {},
  UpdateCustomerSubscriptionPayload: {},
  EndCustomerSubscriptionPayload: {},
  AddCustomerToGroupsPayload: {},
  RemoveCustomerFromGroupsPayload: {},
  SetCustomerReferralPayload: {},
  CreateCustomerGroupPayload: {},
  UpdateCustomerGroupPayload: {},
  DeleteCustomerGroupPayload: {},
};
/** Fields that need something of their own. */
const ofFields: Record<string, Requirement> = {
  'Query.ipInfo': 'ip:read',
  'Query.apiKey': 'ROOT',
  'Query.node': 'customer:read',
  'Query.mergeCustomersPreview': 'customer:write',
  'Mutation.createCustomer': 'customer:create',
  'Mutation.bulkCreateCustomers': 'customer:create',
  'Mutation.updateCustomer': 'customer:write',
  'Mutation.changeCustomerEmail': 'customer:write',
  'Mutation.adjustCustomerCredit': 'customer:write',
  'Mutation.banCustomer': 'customer:write',
  'Mutation.unbanCustomer': 'customer:write',
  'Mutation.deleteCustomer': 'customer:write',
  'Mutation.restoreCustomer': 'customer:write',
  'Mutation.eraseCustomer': 'customer:write',
  'Mutation.mergeCustomers': 'customer:write',
  'Mutation.startCustomerSubscription': 'customer:write',
  'Mutation.updateCustomerSubscription': 'customer:write',
  'Mutation.endCustomerSubscription': 'customer:write',
  'Mutation.addCustomerToGroups': 'customer:write',
  'Mutation.removeCustomerFromGroups': 'customer:write',
  'Mutation.setCustomerReferral': 'customer:write',
  'Mutation.createCustomerGroup': 'customer:write',
  'Mutation.updateCustomerGroup': 'customer:write',
  'Mutation.deleteCustomerGroup': 'customer:write',
  'Customer.lastIp': 'customer:read',
  'Customer.creditEntries': 'customer:read',
  'Customer.mergedCustomers': 'customer:read',
  // It tells of customers.
  'CustomerGroup.customerCount': 'customer:read',
  // Who may only read does not see who acted.
  'CreditEntry.actor': 'customer:write',
};
/** Designed exceptions. */
const free = [
  // Who may create a customer is shown its profile (the documentation of `POST /api/v1/customer/create`).
  'CreateCustomerPayload.customer',
  'BulkCreateCustomersRow.customer',
  // Who may change one too.
  'UpdateCustomerPayload.customer',
  'ChangeCustomerEmailPayload.customer',
  'AdjustCustomerCreditPayload.customer',
  'BanCustomerPayload.customer',
  'UnbanCustomerPayload.customer',
  'DeleteCustomerPayload.customer',
  'RestoreCustomerPayload.customer',
  'EraseCustomerPayload.customer',
  'MergeCustomersPayload.customer',
  'StartCustomerSubscriptionPayload.customer',
  'UpdateCustomerSubscriptionPayload.customer',
  'EndCustomerSubscriptionPayload.customer',
  'AddCustomerToGroupsPayload.customer',
  'RemoveCustomerFromGroupsPayload.customer',
  'SetCustomerReferralPayload.customer',
  // The customer's own data; what is known of it is not.
  'IpInfo.address',
];

function needs(step: Step): Requirement[] {
  const coordinate = coordinateOf(step);
  if (free.includes(coordinate)) return [];
  const asked = [
    ofFields[coordinate],
    guards[step.parent.name]?.fields,
    guards[getNamedType(step.field.type).name]?.reach,
  ];
  return asked.filter((requirement) => requirement !== undefined);
}

const needsOf = ({ steps }: Path) => [...new Set(steps.flatMap(needs))];

/** Sorts of keys, by what they may do. */
const sorts: Record<string, (requirement: Requirement) => boolean> = {
  ...Object.fromEntries((Object.keys(scopes) as Scope[]).map((scope) => [scope, (asked) => asked === scope])),
  'every scope': (asked) => asked !== 'ROOT',
  'PROD without scopes': (asked) => asked !== 'ROOT',
  'DEV_ without scopes': (asked) => asked !== 'ROOT',
  ROOT: () => true,
};
const names = Object.keys(sorts);
const may = (name: string, path: Path) => needsOf(path).every((requirement) => sorts[name]?.(requirement));

let gateway: TestGateway;
let all: Everything;
let keys: Record<string, string>;
/** A customer to delete, so that all others stay. */
let spare: string;
beforeAll(async () => {
  all = await makeEverything();
  gateway = await startGateway({ databaseUrl: all.databaseUrl, ipDatabases: testDatabases, reverseDns: false });
  const traitsOf = (name: string) => {
    if (name === 'ROOT') return { prefix: 'ROOT' as const };
    if (name === 'every scope') return { scopes: Object.keys(scopes) };
    if (name.endsWith('without scopes'))
      return { prefix: name.slice(0, 4) as 'PROD' | 'DEV_', limitPerMinute: 1_000_000 };
    return { scopes: [name] };
  };
  const made = names.map(async (name) => [name, await createKey(all.databaseUrl, all.organisationId, traitsOf(name))]);
  keys = Object.fromEntries(await Promise.all(made));
  spare = (await gateway.rest({ email: 'spare@example.com' }, { key: all.rootKey })).body.cuRefNo;
});
afterAll(() => gateway.close());

function argumentsOf(coordinate: string): string {
  const [customer] = all.customers;
  const by = `by: { cuRefNo: "${customer?.cuRefNo}" }`;
  const fingerprint = `fingerprint: "${all.fingerprint}"`;
  const given: Record<string, string> = {
    'Query.customer': by,
    'Query.customersByReference': `cuRefNos: ["${customer?.cuRefNo}"]`,
    'Query.node': `id: "${Buffer.from(`Customer:${customer?.cuRefNo}`).toString('base64')}"`,
    'Query.ipInfo': `ip: "${KNOWN_ADDRESS}"`,
    'Query.apiKey': fingerprint,
    'Mutation.createCustomer': `input: { email: "${customer?.email}", customerRealIp: "${KNOWN_ADDRESS}" }`,
    'Mutation.bulkCreateCustomers': `input: { customers: [{ clientRef: "ref", email: "${customer?.email}", customerRealIp: "${KNOWN_ADDRESS}" }] }`,
    'Mutation.updateCustomer': `input: { ${by}, firstName: "Jan" }`,
    'Mutation.changeCustomerEmail': `input: { ${by}, email: "${customer?.email}" }`,
    'Mutation.adjustCustomerCredit': `input: { ${by}, amount: 1, description: "for" }`,
    'Mutation.banCustomer': `input: { ${by} }`,
    'Mutation.unbanCustomer': `input: { ${by} }`,
    'Mutation.deleteCustomer': `input: { by: { cuRefNo: "${spare}" }, reason: "why" }`,
    'Mutation.restoreCustomer': `input: { by: { cuRefNo: "${spare}" }, reason: "why" }`,
    'Mutation.eraseCustomer': `input: { by: { cuRefNo: "${spare}" }, reason: "why" }`,
    'Mutation.mergeCustomers': `input: { survivor: { cuRefNo: "${spare}" }, duplicate: { email: "merged@example.com" }, reason: "why" }`,
    'Query.mergeCustomersPreview': `survivor: { cuRefNo: "${all.customers[0]?.cuRefNo}" }, duplicate: { cuRefNo: "${all.customers[1]?.cuRefNo}" }`,
    'Mutation.startCustomerSubscription': `input: { ${by}, productSlug: "year", orderNumber: "1" }`,
    'Mutation.updateCustomerSubscription': `input: { externalId: "${customer?.externalId}", autoRenew: true }`,
    'Mutation.endCustomerSubscription': `input: { externalId: "${customer?.externalId}" }`,
    'Mutation.addCustomerToGroups': `input: { ${by}, groups: ["first-a"] }`,
    'Mutation.removeCustomerFromGroups': `input: { ${by}, groups: ["second-a"] }`,
    'Mutation.setCustomerReferral': `input: { ${by}, referrer: { cuRefNo: "${all.customers[1]?.cuRefNo}" } }`,
    'Mutation.createCustomerGroup': 'input: { name: "made" }',
    'Mutation.updateCustomerGroup': 'input: { slug: "first-a", name: "Renamed" }',
    'Mutation.deleteCustomerGroup': 'input: { slug: "first-b", force: true }',
    'Mutation.createApiKey': 'input: { prefix: PROD, name: "made" }',
    'Mutation.activateApiKey': `input: { ${fingerprint} }`,
    'Mutation.deactivateApiKey': `input: { ${fingerprint} }`,
    'Mutation.deleteApiKey': `input: { ${fingerprint} }`,
    'Mutation.updateApiKey': `input: { ${fingerprint} }`,
    'Mutation.rotateApiKey': `input: { ${fingerprint} }`,
  };
  const found = given[coordinate];
  if (!found) throw new Error(`this test does not know what ${coordinate} is given`);
  return found;
}

const REFUSED = 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED';
const codesOf = ({ body }: Answer) =>
  (body.errors ?? []).map(({ extensions }: { extensions: { code: string } }) => extensions.code);

function send(query: string, name: string, method: 'GET' | 'POST' = 'POST', headers = {}): Promise<Answer> {
  const authorization = `Bearer ${keys[name]}`;
  const asked = { query, operationName: 'Asked' };
  if (method === 'GET') return gateway.send(`/graphql?${new URLSearchParams(asked)}`, { headers: { authorization } });
  const body = JSON.stringify(asked);
  return gateway.send('/graphql', {
    method,
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body,
  });
}

function validate(answer: Answer, path: Path, name: string, query: string): void {
  const told = `${name}: ${query}`;
  if (!may(name, path)) {
    expect([answer.status, codesOf(answer)], told).toEqual([403, [REFUSED]]);
    expect(answer.body.data ?? null, told).toBeNull();
  } else if (path.operation === 'query') {
    expect([answer.status, answer.body.errors], told).toEqual([200, undefined]);
  } else {
    // A key or customer that was deleted by the one before cannot be deleted again: that is no matter of scopes.
    expect(codesOf(answer), told).not.toContain(REFUSED);
    if (/ (update|ban|unban|restore|adjust|change|start|end)\w*Customer/.test(query))
      expect(codesOf(answer), told).toEqual([]);
  }
}

const paths = pathsOf(schema);
/** Of the paths to a field, the shortest of a query and the shortest of a mutation. */
const shortest = [...Map.groupBy(paths, (path) => `${path.operation} ${coordinateOf(endOf(path))}`).values()].map(
  (found) => found.reduce((best, path) => (path.steps.length < best.steps.length ? path : best)),
);

/** Sends what is asked, some at once; the order does not matter. */
async function tryAll<Try>(tries: Try[], attempt: (one: Try) => Promise<void>): Promise<void> {
  const queue = tries.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const one of queue) await attempt(one);
    }),
  );
}

it('knows every type that is answered, and many ways', () => {
  expect(paths.length).toBeGreaterThan(500);
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type));
  expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(guards).toSorted());
});

const byRoot = Map.groupBy(telling(paths), ({ steps }) => coordinateOf(steps[0] as Step));

/** A sort of key that may go a path and one that may not, where there are such; others for the next path. */
function twoSorts(path: Path, i: number): string[] {
  const turn = i % names.length;
  const turned = [...names.slice(turn), ...names.slice(0, turn)];
  return [true, false].flatMap((isWanted) => turned.find((name) => may(name, path) === isWanted) ?? []);
}

it('guards every field against every sort of key', async () => {
  const tries = shortest.flatMap((path) => names.map((name) => ({ path, name })));
  await tryAll(tries, async ({ path, name }) => {
    const query = write(path, 'plain', argumentsOf);
    validate(await send(query, name), path, name, query);
  });
});

it.each([...byRoot.keys()])('%s: guards every field by every path to it', async (root) => {
  const tries = (byRoot.get(root) ?? []).flatMap((path, i) => twoSorts(path, i).map((name) => ({ path, name })));
  await tryAll(tries, async ({ path, name }) => {
    const query = write(path, 'plain', argumentsOf);
    validate(await send(query, name), path, name, query);
  });
});

it.each(ways.filter((way) => way !== 'plain'))('guards them alike when they are asked for by: %s', async (way: Way) => {
  const tries = shortest.flatMap((path, i) => twoSorts(path, i).map((name) => ({ path, name })));
  await tryAll(tries, async ({ path, name }) => {
    const query = write(path, way, argumentsOf);
    validate(await send(query, name), path, name, query);
  });
});

it('asks nothing of an operation for what another one of the document selects', async () => {
  const others =
    'query Other { ...F } fragment F on Query { ...G } fragment G on Query { apiKeys { pageInfo { hasNextPage } } }';
  const answer = await send(
    `query Asked { customer(by: { email: "nobody@example.com" }) { email } } ${others}`,
    'customer:read',
  );
  expect(answer.body).toEqual({ data: { customer: null } });
  const asked = 'query Asked { customer(by: { email: "nobody@example.com" }) { email } ...F }';
  expect(codesOf(await send(`${asked} ${others}`, 'customer:read'))).toEqual([REFUSED]);
});

it('guards queries alike by GET', async () => {
  const queries = shortest.filter(({ operation }) => operation === 'query');
  const tries = queries.flatMap((path) => names.map((name) => ({ path, name })));
  await tryAll(tries, async ({ path, name }) => {
    const query = write(path, 'plain', argumentsOf);
    validate(await send(query, name, 'GET'), path, name, query);
  });
});

/** What each row of the REST API is sent, and what it needs; none for whoever has a good key. */
const rows: Record<string, { needs?: Requirement; ask: () => { query?: Record<string, string>; body?: object } }> = {
  'POST /api/v1/customer/create': {
    needs: 'customer:create',
    ask: () => ({ body: { email: all.customers[0]?.email } }),
  },
  'GET /api/v1/customer/detail': {
    needs: 'customer:read',
    ask: () => ({ query: { cuRefNo: all.customers[0]?.cuRefNo ?? '' } }),
  },
  'POST /api/v1/customer/update-profile': {
    needs: 'customer:write',
    ask: () => ({ body: { email: all.customers[0]?.email, name: 'Jan Novák', city: 'Kladno', groups: ['first-a'] } }),
  },
  'GET /api/v1/customer/credit-log': {
    needs: 'customer:read',
    ask: () => ({ query: { cuRefNo: all.customers[0]?.cuRefNo ?? '' } }),
  },
  'GET /ping/v1': { ask: () => ({}) },
};

it('knows every row of the REST API', () => {
  expect(endpoints.map(({ method, paths: [path] }) => `${method} ${path}`).toSorted()).toEqual(
    Object.keys(rows).toSorted(),
  );
});

it.each(Object.keys(rows))('guards %s against every sort of key, whatever is sent', async (row) => {
  const { needs: needed, ask } = rows[row] as (typeof rows)[string];
  const [method = '', path = ''] = row.split(' ');
  const { query = {}, body } = ask();
  const call = (name: string, as: string, parameters: Record<string, string>, sent: unknown) =>
    gateway.send(`${path}?${new URLSearchParams(parameters)}`, {
      method: as,
      headers: { authorization: `Bearer ${keys[name]}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: sent as string }),
    });
  for (const name of names) {
    const isAllowed = needed === undefined || sorts[name]?.(needed);
    const good = await call(name, method, query, JSON.stringify(body));
    const told = `${row} with ${name}`;
    if (isAllowed) {
      expect([good.status, good.body.success], told).toEqual([200, true]);
    } else {
      expect([good.status, good.body.error.code], told).toEqual([403, REFUSED]);
      expect(Object.keys(good.body), told).toEqual(['error']);
    }
    if (method === 'GET') expect((await call(name, 'HEAD', query, undefined)).status, told).toBe(good.status);
    // What is sent is not looked at before the key's scopes are, so that nothing can be told from how it is refused.
    if (needed === undefined) continue;
    for (const bad of [await call(name, method, {}, '{}'), await call(name, method, { cuRefNo: '\u0000' }, 'not JSON')])
      expect(bad.status === 403, told).toBe(!isAllowed);
  }
});

it('shows what a REST row answers in full to whoever may have it, with that scope alone', async () => {
  const [customer] = all.customers;
  const headers = (name: string) => ({ authorization: `Bearer ${keys[name]}`, 'content-type': 'application/json' });
  const updated = await gateway.send('/api/v1/customer/update-profile', {
    method: 'POST',
    headers: headers('customer:write'),
    body: JSON.stringify({ email: customer?.email }),
  });
  const detail = await gateway.send(`/api/v1/customer/detail?cuRefNo=${customer?.cuRefNo}`, {
    headers: headers('customer:read'),
  });
  expect(updated.text).toBe(detail.text);
  for (const member of ['groups', 'referral', 'runningSubscriptionList', 'meta', 'phone'])
    expect(detail.body, member).toHaveProperty(member);
});

it('replays a kept answer to whoever may do the same, and to nobody else', async () => {
  // One path for each set of things that are needed is enough: the answer is kept as it is.
  const kinds = [...Map.groupBy(shortest, (path) => `${path.operation} ${needsOf(path).toSorted()}`).values()];
  const tries = kinds.flatMap(([path]) => names.map((first) => ({ path: path as Path, first })));
  let number = 0;
  await tryAll(tries, async ({ path, first }) => {
    const query = write(path, 'plain', argumentsOf);
    number += 1;
    const headers = { 'idempotency-key': `kept-${number}` };
    const given = await send(query, first, 'POST', headers);
    validate(given, path, first, query);
    const isKept = path.operation === 'mutation' && given.status === 200 && !given.body.errors;
    for (const second of names) {
      const again = await send(query, second, 'POST', headers);
      const told = `${first}, then ${second}: ${query}`;
      if (!may(second, path)) expect(codesOf(again), told).toEqual([REFUSED]);
      else if (isKept) expect([again.status, again.text], told).toEqual([200, given.text]);
    }
  });
});

it('lets no root field go without a word about scopes, and asks of an interface what its objects ask', () => {
  const build = (scope?: null) => {
    const builder = new SchemaBuilder<object>({ plugins: [SCOPE_PLUGIN] });
    const node = builder
      .interfaceRef<object>('Node')
      .implement({ fields: (t) => ({ id: t.int({ resolve: () => 1 }) }) });
    builder.objectRef<object>('Secret').implement({ interfaces: [node], scope: 'ROOT', fieldScope: 'ip:read' });
    builder.queryType({
      fields: (t) => ({
        open: t.int({ ...(scope === null && { scope }), resolve: () => 1 }),
        node: t.field({ type: node, scope: 'customer:read', resolve: () => ({}) }),
      }),
    });
    return builder.toSchema();
  };
  expect(() => build()).toThrow('Query.open does not say which scope it needs');
  const fields = build(null).getQueryType()?.getFields();
  expect(requirementOf(fields?.open)).toEqual([]);
  expect(requirementOf(fields?.node)).toEqual(['customer:read', 'ROOT']);
});

it('says in the description of each field what it needs', () => {
  for (const path of paths) {
    const end = endOf(path);
    const [first] = needs(end);
    const text = first === 'ROOT' ? 'Needs a `ROOT` key.' : `Needs the scope \`${first}\`.`;
    if (first) expect(end.field.description, coordinateOf(end)).toContain(text);
    else expect(end.field.description, coordinateOf(end)).not.toMatch(/Needs /);
  }
});
