// What a key may see: every field that needs something, by every way to its data, with every sort of key.
import SchemaBuilder from '@pothos/core';
import { getNamedType, isIntrospectionType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Requirement, type Scope, scopes } from '../../src/api-key/scopes.ts';
import { requirementOf, SCOPE_PLUGIN } from '../../src/graphql/plugins/scope.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createKey } from '../support/database.ts';
import { type Everything, KNOWN_ADDRESS, makeEverything } from '../support/everything.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { testDatabases } from '../support/geoip.ts';
import { coordinateOf, endOf, type Path, pathsOf, type Step, type Way, ways, write } from '../support/schema-paths.ts';

/*
 * What is guarded, told once more, apart from what the schema says of itself. `reach`: whatever field leads to an object of
 * the type needs it. `fields`: whatever field is asked of one needs it.
 */
const guards: Record<string, { reach?: Requirement; fields?: Requirement }> = {
  Query: {},
  Mutation: {},
  Customer: { reach: 'customer:read' },
  CustomerConnection: { reach: 'customer:read' },
  CustomerEdge: { reach: 'customer:read' },
  IpHistoryConnection: { reach: 'customer:read' },
  IpHistoryEdge: { reach: 'customer:read' },
  IpInfo: { fields: 'ip:read' },
  Country: { reach: 'ip:read' },
  ReverseDns: { reach: 'ip:read' },
  IpSource: { reach: 'ip:read' },
  ApiKey: { reach: 'ROOT' },
  ApiKeyConnection: { reach: 'ROOT' },
  ApiKeyEdge: { reach: 'ROOT' },
  CreateApiKeyPayload: { reach: 'ROOT' },
  RotateApiKeyPayload: { reach: 'ROOT' },
  ActivateApiKeyPayload: { reach: 'ROOT' },
  DeactivateApiKeyPayload: { reach: 'ROOT' },
  DeleteApiKeyPayload: { reach: 'ROOT' },
  AuditEntry: { reach: 'ROOT' },
  // Parts of a customer, or of a page: whoever got there may see them.
  CustomerGroup: {},
  CustomerSubscription: {},
  Referral: {},
  PageInfo: {},
  CreateCustomerPayload: {},
};
/** Fields that need something of their own. */
const ofFields: Record<string, Requirement> = {
  'Query.ipInfo': 'ip:read',
  'Query.node': 'customer:read',
  'Mutation.createCustomer': 'customer:create',
  'Customer.lastIp': 'customer:read',
};
/** Designed exceptions. */
const free = [
  // Who may create a customer is shown its profile (the documentation of `POST /api/v1/customer/create`).
  'CreateCustomerPayload.customer',
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
});
afterAll(() => gateway.close());

function argumentsOf(coordinate: string): string {
  const [customer] = all.customers;
  const fingerprint = `fingerprint: "${all.fingerprint}"`;
  const given: Record<string, string> = {
    'Query.customer': `by: { cuRefNo: "${customer?.cuRefNo}" }`,
    'Query.node': `id: "${Buffer.from(`Customer:${customer?.cuRefNo}`).toString('base64')}"`,
    'Query.ipInfo': `ip: "${KNOWN_ADDRESS}"`,
    'Query.apiKey': fingerprint,
    'Mutation.createCustomer': `input: { email: "${customer?.email}", customerRealIp: "${KNOWN_ADDRESS}" }`,
    'Mutation.createApiKey': 'input: { prefix: PROD, name: "made" }',
    'Mutation.activateApiKey': `input: { ${fingerprint} }`,
    'Mutation.deactivateApiKey': `input: { ${fingerprint} }`,
    'Mutation.deleteApiKey': `input: { ${fingerprint} }`,
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
    // A key that was deleted by the one before cannot be deleted again: that is no matter of scopes.
    expect(codesOf(answer), told).not.toContain(REFUSED);
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

const byRoot = Map.groupBy(paths, ({ steps }) => coordinateOf(steps[0] as Step));

it.each([...byRoot.keys()])('%s: guards every field by every path to it, against every sort of key', async (root) => {
  const tries = (byRoot.get(root) ?? []).flatMap((path) => names.map((name) => ({ path, name })));
  await tryAll(tries, async ({ path, name }) => {
    const query = write(path, 'plain', argumentsOf);
    validate(await send(query, name), path, name, query);
  });
});

it.each(ways.filter((way) => way !== 'plain'))('guards them alike when they are asked for by: %s', async (way: Way) => {
  const tries = shortest.flatMap((path) => names.map((name) => ({ path, name })));
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
