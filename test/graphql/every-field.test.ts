// Every field of every type that is answered, by every way that leads to it: what the database has is what a caller sees.
import type { EntitySchema } from '@mikro-orm/postgresql';
import {
  type GraphQLObjectType,
  getNamedType,
  isIntrospectionType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../src/api-key/key.ts';
import { columnsOf } from '../../src/database/columns.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { logTo } from '../../src/log.ts';
import { createKey } from '../support/database.ts';
import { startDns, type TestDns } from '../support/dns.ts';
import { type Everything, KNOWN_ADDRESS, KNOWN_NAME, knownZone, makeEverything } from '../support/everything.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { testDatabases } from '../support/geoip.ts';
import {
  coordinateOf,
  endOf,
  type Path,
  pathsOf,
  type Step,
  telling,
  valueAt,
  write,
} from '../support/schema-paths.ts';

let dns: TestDns;
let gateway: TestGateway;
let all: Everything;
let sql: pg.Client;
beforeAll(async () => {
  dns = await startDns(knownZone);
  all = await makeEverything();
  sql = new pg.Client(all.databaseUrl);
  await sql.connect();
  gateway = await startGateway({
    databaseUrl: all.databaseUrl,
    ipDatabases: testDatabases,
    reverseDns: [dns.server],
    // What the calls of this test use keys for is noted by nobody.
    parts: { jobs: () => [] },
  });
});
afterAll(async () => {
  await sql.end();
  await gateway.close();
  await dns.close();
});

type Row = Record<string, unknown>;

/** Which rows a path leads to, found when it was gone. */
interface Subject {
  /** The customer that stands last on the path. */
  customer: number;
  fingerprint: string;
  /** The group, where that is none of the customer's. */
  group?: number;
}

const one = async (text: string, values: unknown[]): Promise<Row> => {
  const { rows: found } = await sql.query<{ row: Row }>(`select to_jsonb(r) as row from (${text}) r`, values);
  if (!found[0]) throw new Error(`no row: ${text}`);
  return found[0].row;
};
const ofCustomer = (table: string) => (subject: Subject) =>
  one(`select * from ${table} where customer_id = $1 order by 2 limit 1`, [subject.customer]);
const customerRow = (id: number) => one('select * from customer where id = $1', [id]);
const creditRow = ({ customer }: Subject) =>
  one('select * from credit_entry where customer_id = $1 order by id desc limit 1', [customer]);
const changeRow = ({ customer }: Subject) =>
  one(
    `select e.* from change_entry e join customer c on c.cu_ref_no = e.reference
     where c.id = $1 and e.subject = 'customer' order by e.ordinal desc limit 1`,
    [customer],
  );
const groupRow = ({ customer, group }: Subject) =>
  group === undefined
    ? one(
        `select g.* from customer_group g join customer_group_membership m on m.group_id = g.id
         where m.customer_id = $1 order by g.id limit 1`,
        [customer],
      )
    : one('select * from customer_group where id = $1', [group]);
/** The value of the first field that an entry names. */
const changedValueRow = async (subject: Subject) => {
  const { id, fields } = await changeRow(subject);
  const [name] = fields as string[];
  return one('select *, field as name from change_value where entry_id = $1 and field = $2', [id, name]);
};
const otherThan = (id: number) => all.customers.find((customer) => customer.id !== id)?.id ?? 0;

/** The oldest subscription, but what has just been started. */
const subscriptionRow = ({ customer }: Subject, { steps }: Path) => {
  const isNew = steps.some((step) => coordinateOf(step) === 'StartCustomerSubscriptionPayload.subscription');
  return one(`select * from subscription where customer_id = $1 order by id ${isNew ? 'desc' : 'asc'} limit 1`, [
    customer,
  ]);
};

const listedCustomers = async () =>
  (
    await one(
      'select count(*)::int from customer where organisation_id = $1 and deleted_at is null and merged_into is null',
      [all.organisationId],
    )
  ).count;

/** The row behind an object of each type that has one. */
const rows: Record<string, (subject: Subject, path: Path) => Promise<Row>> = {
  Customer: ({ customer }) => customerRow(customer),
  Address: ({ customer }) => customerRow(customer),
  Referral: ({ customer }) => customerRow(otherThan(customer)),
  CreditEntry: creditRow,
  CreditEntryEdge: creditRow,
  CustomerChange: changeRow,
  CustomerChangeEdge: changeRow,
  FieldChange: changedValueRow,
  DeleteCustomerPayload: ({ customer }) => customerRow(customer),
  MergeCustomersPreview: ({ customer }) => customerRow(customer),
  // What the call itself has filled in.
  CreateCustomerPayload: changeRow,
  CustomerGroup: groupRow,
  DeleteCustomerGroupPayload: groupRow,
  CustomerSubscription: subscriptionRow,
  IpHistoryEdge: ofCustomer('customer_ip'),
  ApiKey: ({ fingerprint }) =>
    one(
      `select k.*, u.last_used_at, coalesce(u.requests, 0) as used_today
       from api_key k left join api_key_use u on u.api_key_id = k.id where fingerprint = $1`,
      [fingerprint],
    ),
  Organisation: () => one('select * from organisation where id = $1', [all.organisationId]),
  ViewerKey: () => one('select * from api_key where fingerprint = $1', [all.rootKey.slice(0, 8)]),
  AuditEntry: ({ fingerprint }) =>
    one('select *, actor as author from change_entry where reference = $1 order by id limit 1', [fingerprint]),
};

const base64 = (text: string) => Buffer.from(text).toString('base64');
const anything = () => expect.anything();
const wholeKey = (fingerprint: string) => expect.stringMatching(new RegExp(`^${fingerprint}[A-Za-z0-9]{24}$`));
/** Items that a page holds of which nothing is said. */
const DEFAULT_PAGE = 20;
/** What a page begins of, where mutations make that longer than a page. */
const longLists: Record<string, (subject: Subject) => Promise<Row>> = {
  CustomerChangeConnection: ({ customer }) =>
    one(
      `select 1 + count(*) as items from change_entry e join customer c on c.cu_ref_no = e.reference
       where c.id = $1 and e.subject = 'customer'`,
      [customer],
    ),
  CreditEntryConnection: ({ customer }) =>
    one('select count(*) as items from credit_entry where customer_id = $1', [customer]),
};

/** Fields that are no column of that row, by what they show. */
const computed: Record<string, (row: Row, subject: Subject, path: Path) => unknown> = {
  'Customer.id': (row) => Buffer.from(`Customer:${row.cu_ref_no}`).toString('base64'),
  'Customer.ban': (row) => row.banned_at !== null,
  'Referral.code': (row) => row.cu_ref_no,
  'ApiKey.id': (row) => base64(`ApiKey:${row.fingerprint}`),
  'CustomerGroup.id': (row) => base64(`CustomerGroup:${row.slug}`),
  'BulkRowError.docUrl': () => '/errors/INTERNAL_VALIDATION_FAILED',
  'ViewerKey.prefix': () => 'ROOT',
  'ApiKey.prefix': (row) => String(row.fingerprint).slice(0, 4),
  'ApiKey.limitPerMinute': (row) => row.limit_per_minute ?? 500_000,
  'CreateApiKeyPayload.key': (_, { fingerprint }) => wholeKey(fingerprint),
  'RotateApiKeyPayload.key': (_, { fingerprint }) => wholeKey(fingerprint),
  'CreateCustomerPayload.newAccount': () => false,
  'CreateCustomerPayload.result': () => 'FILLED',
  'CreateCustomerPayload.filledFields': (row) => row.fields,
  'CreateCustomerPayload.keptFields': () => ['companyName'],
  'BulkCreateCustomersRow.clientRef': () => 'ref',
  'BulkCreateCustomersRow.result': () => 'FILLED',
  'BulkRowError.code': () => 'INTERNAL_VALIDATION_FAILED',
  'BulkRowError.message': () => 'Some of the values sent are not valid.',
  'BulkRowField.path': () => 'email',
  'BulkRowField.message': () => 'must be a valid e-mail address',
  'MergeCustomersPayload.mergedCustomerId': async () => {
    const { cu_ref_no: merged } = await one(
      'select cu_ref_no from customer where merged_into is not null order by id desc limit 1',
      [],
    );
    return base64(`Customer:${merged}`);
  },
  'MergeCustomersPreview.filledFields': () => [],
  'MergeCustomersPreview.movedSubscriptions': () => [all.customers[1]?.externalId],
  'MergeCustomersPreview.movedCredit': (row) => row.credit_balance,
  'MergeCustomersPreview.movedReferralCount': () => 1,
  'MergeCustomersPreview.creditBalance': (row) => 2 * Number(row.credit_balance),
  'MergeCustomersPreview.premium': () => true,
  'MergeCustomersPreview.ban': () => true,
  'MergeConflict.name': () => 'firstName',
  'MergeConflict.survivor': () => 'First first',
  'MergeConflict.duplicate': () => 'First second',
  'CreditEntry.id': (row) => base64(`CreditEntry:${row.transaction_id}`),
  'CustomerSubscription.id': (row) => base64(`CustomerSubscription:${row.external_id}`),
  // None is ended here before tomorrow.
  'CustomerSubscription.running': () => true,
  'CreditEntry.actor': (row) => row.author,
  'CustomerGroup.customerCount': async ({ id, deleted_at: deletedAt }) => {
    const members = `select count(*)::int from customer_group_membership m join customer c on c.id = m.customer_id
      where m.group_id = $1 and c.deleted_at is null and $2`;
    return (await one(members, [id, deletedAt === null])).count;
  },
  'CustomerGroupEdge.cursor': anything,
  'CustomerChange.id': (row) => base64(`CustomerChange:${row.reference}:${row.ordinal}`),
  'DeleteCustomerPayload.deletedCustomerId': (row) => base64(`Customer:${row.cu_ref_no}`),
  'CreditEntryEdge.cursor': (row) => row.transaction_id,
  'CustomerChange.action': ({ action }) => String(action).replace('e-mail', 'email').replace(' ', '_').toUpperCase(),
  'CustomerChangeEdge.cursor': (row) => Buffer.from(`customerChange:${row.ordinal}`).toString('base64url'),
  'IpInfo.address': () => KNOWN_ADDRESS,
  'IpInfo.kind': () => 'PUBLIC',
  'IpInfo.region': () => 'Östergötland County',
  'IpInfo.city': () => 'Linköping',
  'IpInfo.latitude': () => 58.4167,
  'IpInfo.longitude': () => 15.6167,
  'IpInfo.accuracyRadiusKm': () => 76,
  'IpInfo.timeZone': () => 'Europe/Stockholm',
  'IpInfo.asn': () => 29518,
  'IpInfo.asOrganisation': () => 'Bredband2 AB',
  'IpInfo.isAnonymous': () => false,
  'IpInfo.isVpn': () => false,
  'IpInfo.isProxy': () => false,
  'IpInfo.isTor': () => false,
  'IpInfo.isHosting': () => false,
  'Country.code': () => 'SE',
  'Country.name': () => 'Sweden',
  'ReverseDns.name': () => KNOWN_NAME,
  'ReverseDns.confirmed': () => true,
  'IpSource.name': () => 'GeoLite2-City',
  'IpSource.builtAt': () => '2026-02-04T22:49:29.000Z',
  'IpSource.attribution': () => expect.stringContaining('MaxMind'),
  'PageInfo.hasNextPage': async (_, subject, { steps }) => {
    const list = await longLists[steps.at(-2)?.parent.name ?? '']?.(subject);
    return list !== undefined && Number(list.items) > DEFAULT_PAGE;
  },
  'PageInfo.hasPreviousPage': () => false,
  'PageInfo.startCursor': anything,
  'PageInfo.endCursor': anything,
  'CustomerEdge.cursor': anything,
  'CustomerConnection.totalCount': listedCustomers,
  'CustomerConnection.estimatedCount': listedCustomers,
  'IpHistoryEdge.cursor': anything,
  'ApiKeyEdge.cursor': anything,
};

/** What a customer is made first, so that a mutation has something to do. */
const become = (state: string) => `update customer set ${state} where id = $1`;
const inGroup = (slug: string) =>
  `customer_id = $1 and group_id = (select id from customer_group where slug = '${slug}')`;
const beforehand: Record<string, string> = {
  'Mutation.createCustomer': become('tax_identification_number = null'),
  'Mutation.bulkCreateCustomers': become('tax_identification_number = null'),
  'Mutation.banCustomer': become('banned_at = null'),
  'Mutation.unbanCustomer': become('banned_at = now()'),
  'Mutation.restoreCustomer': become('deleted_at = now()'),
  'Mutation.addCustomerToGroups': `delete from customer_group_membership where ${inGroup('second-a')}`,
  'Mutation.removeCustomerFromGroups': `insert into customer_group_membership (organisation_id, customer_id, group_id)
    select c.organisation_id, c.id, g.id from customer c, customer_group g where c.id = $1 and g.slug = 'second-a' on conflict do nothing`,
  // The two have brought each other, which nobody could set.
  'Mutation.setCustomerReferral': 'delete from referral where $1 in (customer_id, referrer_id)',
  'Mutation.endCustomerSubscription': become('deleted_at = null'),
  'Mutation.updateApiKey': 'update api_key set deleted_at = null where $1::int is not null',
};
/** What the change log says of each. */
const actions: Record<string, string> = {
  'Mutation.createCustomer': 'filled',
  'Mutation.bulkCreateCustomers': 'filled',
  'Mutation.updateCustomer': 'updated',
  'Mutation.changeCustomerEmail': 'e-mail changed',
  'Mutation.adjustCustomerCredit': 'credit adjusted',
  'Mutation.banCustomer': 'banned',
  'Mutation.unbanCustomer': 'unbanned',
  'Mutation.deleteCustomer': 'deleted',
  'Mutation.restoreCustomer': 'restored',
  'Mutation.startCustomerSubscription': 'subscription started',
  'Mutation.updateCustomerSubscription': 'subscription updated',
  'Mutation.endCustomerSubscription': 'subscription ended',
  'Mutation.addCustomerToGroups': 'groups changed',
  'Mutation.removeCustomerFromGroups': 'groups changed',
  'Mutation.setCustomerReferral': 'referral set',
};
let calls = 0;

/** What a way from a root gives in brackets, and which key it leads to. */
async function prepare({ steps }: Path): Promise<{ given: Record<string, string>; subject: () => Promise<Subject> }> {
  const [customer] = all.customers as [Everything['customers'][0]];
  const root = coordinateOf(steps[0] as Step);
  const state = beforehand[root];
  await sql.query(
    `insert into referral (organisation_id, customer_id, referrer_id)
     select organisation_id, $1, $2 from customer where id = $1 on conflict do nothing`,
    [customer.id, otherThan(customer.id)],
  );
  await sql.query(become('deleted_at = null'), [customer.id]);
  if (state) await sql.query(state, [customer.id]);
  const { email } = await customerRow(customer.id);
  const by = `by: { cuRefNo: "${customer.cuRefNo}" }`;
  calls += 1;
  const changesKey = /^Mutation\.(activate|deactivate|delete|rotate)ApiKey$/.test(root);
  // Switching on what is on already writes no history.
  const active = root !== 'Mutation.activateApiKey';
  const key = changesKey
    ? await createKey(all.databaseUrl, all.organisationId, { key: generateKey('PROD'), active })
    : undefined;
  const fingerprint = key?.slice(0, 8) ?? all.fingerprint;
  const quoted = JSON.stringify(fingerprint);
  const consumed = consuming.test(root) ? await newCustomer(`consumed-${calls}`) : undefined;
  const isRefused = steps.some((step) => coordinateOf(step) === 'BulkCreateCustomersRow.error');
  const merged = consumed && (await newCustomer(`merged-${calls}`));
  if (root === 'Mutation.deleteCustomerGroup')
    await sql.query('insert into customer_group (organisation_id, name, slug) values ($1, $2, $2)', [
      all.organisationId,
      `made-${calls}`,
    ]);
  const given = {
    'Query.customer': by,
    'Query.customersByReference': `cuRefNos: ["${customer.cuRefNo}"]`,
    'Query.node': `id: "${nodeId(steps[1]?.parent.name, customer, fingerprint)}"`,
    'Query.ipInfo': `ip: "${KNOWN_ADDRESS}"`,
    'Query.apiKey': `fingerprint: ${quoted}`,
    'Mutation.createCustomer': `input: { email: "${email}", companyName: "Other", taxIdentificationNumber: "CZ${calls}" }`,
    // What is told of an error is that of the first row.
    'Mutation.bulkCreateCustomers': `input: { customers: [${isRefused ? '{ clientRef: "ref", email: "x" }, ' : ''}{ clientRef: "ref", email: "${email}", companyName: "Other", taxIdentificationNumber: "CZ${calls}" }] }`,
    'Mutation.updateCustomer': `input: { ${by}, firstName: "First ${calls}", address: { city: "City ${calls}" }, meta: { m: ${calls} } }`,
    'Mutation.changeCustomerEmail': `input: { ${by}, email: "${calls}@example.com" }`,
    'Mutation.adjustCustomerCredit': `input: { ${by}, amount: ${calls}, description: "what for" }`,
    'Mutation.banCustomer': `input: { ${by}, reason: "why" }`,
    'Mutation.unbanCustomer': `input: { ${by}, reason: "why" }`,
    'Mutation.deleteCustomer': `input: { ${by}, reason: "why" }`,
    'Mutation.restoreCustomer': `input: { ${by}, reason: "why" }`,
    'Mutation.eraseCustomer': `input: { by: { cuRefNo: "${consumed?.cuRefNo}" }, reason: "why" }`,
    'Mutation.mergeCustomers': `input: { survivor: { cuRefNo: "${consumed?.cuRefNo}" }, duplicate: { cuRefNo: "${merged?.cuRefNo}" }, reason: "why" }`,
    'Query.mergeCustomersPreview': `survivor: { cuRefNo: "${customer.cuRefNo}" }, duplicate: { cuRefNo: "${all.customers[1]?.cuRefNo}" }`,
    'Mutation.startCustomerSubscription': `input: { ${by}, productSlug: "p", orderNumber: "${calls}", endsAt: "2100-01-01T00:00:00Z" }`,
    'Mutation.updateCustomerSubscription': `input: { externalId: "${customer.externalId}", orderNumber: "${calls}" }`,
    'Mutation.endCustomerSubscription': `input: { externalId: "${customer.externalId}", endsAt: "${2100 + calls}-01-01T00:00:00Z" }`,
    'Mutation.addCustomerToGroups': `input: { ${by}, groups: ["first-a", "second-a"] }`,
    'Mutation.removeCustomerFromGroups': `input: { ${by}, groups: ["second-a"] }`,
    'Mutation.setCustomerReferral': `input: { ${by}, referrer: { cuRefNo: "${all.customers[1]?.cuRefNo}" } }`,
    'Mutation.createCustomerGroup': `input: { name: "Made ${calls}" }`,
    'Mutation.updateCustomerGroup': `input: { slug: "first-a", name: "Name ${calls}" }`,
    'Mutation.deleteCustomerGroup': `input: { slug: "made-${calls}", force: true }`,
    'Mutation.createApiKey': 'input: { prefix: PROD, name: "made", limitPerMinute: 5 }',
    'Mutation.activateApiKey': `input: { fingerprint: ${quoted}, reason: "why" }`,
    'Mutation.deactivateApiKey': `input: { fingerprint: ${quoted}, reason: "why" }`,
    'Mutation.deleteApiKey': `input: { fingerprint: ${quoted}, reason: "why" }`,
    'Mutation.updateApiKey': `input: { fingerprint: ${quoted}, name: "Name ${calls}" }`,
    'Mutation.rotateApiKey': `input: { fingerprint: ${quoted} }`,
  };
  const turns = steps.filter((step) => coordinateOf(step) === 'Referral.customer').length;
  // Customers are listed with the newest first.
  const isOther = root === 'Query.customers' || steps.some((step) => ofDuplicate.includes(coordinateOf(step)));
  const starts = consumed?.id ?? (isOther ? otherThan(customer.id) : customer.id);
  return {
    given,
    async subject() {
      const newest = 'select fingerprint from api_key where organisation_id = $1 order by id desc limit 1';
      const isReplaced = steps.some((step) => coordinateOf(step) === 'RotateApiKeyPayload.replacedApiKey');
      const makes = root === 'Mutation.createApiKey' || root === 'Mutation.rotateApiKey';
      const made =
        (makes && !isReplaced) || root === 'Query.apiKeys' ? await one(newest, [all.organisationId]) : undefined;
      const newestGroup = 'select id from customer_group where organisation_id = $1 order by id desc limit 1';
      const hasOwnGroup = /^Mutation\.(create|delete)CustomerGroup$/.test(root);
      const group = hasOwnGroup ? Number((await one(newestGroup, [all.organisationId])).id) : undefined;
      return {
        ...(group !== undefined && { group }),
        customer: turns % 2 === 0 ? starts : otherThan(starts),
        fingerprint: String(made?.fingerprint ?? fingerprint),
      };
    },
  };
}

/** The global id of an object of a type. */
function nodeId(type = 'Customer', { cuRefNo, externalId }: Everything['customers'][0], fingerprint: string): string {
  const references: Record<string, string> = {
    ApiKey: fingerprint,
    CustomerGroup: 'first-a',
    CustomerSubscription: externalId,
  };
  return type in references ? base64(`${type}:${references[type]}`) : base64(`Customer:${cuRefNo}`);
}

/** What a preview tells of the duplicate. */
const ofDuplicate = ['MergeCustomersPreview.duplicate', 'MergeCustomersPreview.movedGroups'];

/** Makes a customer with an address and a name. */
async function newCustomer(name: string): Promise<{ id: number; cuRefNo: string }> {
  const { rows: made } = await sql.query<{ id: string; cu_ref_no: string }>(
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email, first_name)
     values ($1, left(md5($2), 16), $2 || '@example.com', $2 || '@example.com', $2) returning id, cu_ref_no`,
    [all.organisationId, name],
  );
  return { id: Number(made[0]?.id), cuRefNo: String(made[0]?.cu_ref_no) };
}

const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

async function expectedAt(path: Path, subject: Subject): Promise<unknown> {
  const end = endOf(path);
  // Nobody has brought whoever is set as a referrer there.
  const referrals = path.steps.filter((step) => coordinateOf(step) === 'Customer.referral');
  if (referrals.length > 1 && coordinateOf(path.steps[0] as Step) === 'Mutation.setCustomerReferral') return undefined;
  const coordinate = coordinateOf(end);
  const row = (await rows[end.parent.name]?.(subject, path)) ?? {};
  const compute = computed[coordinate];
  if (compute) return compute(row, subject, path);
  const column = columnOf(end.field.name);
  if (!(column in row)) throw new Error(`${coordinate}: neither a column, nor does this test know what it shows`);
  const value = row[column];
  return end.field.type.toString().startsWith('DateTime') && value !== null
    ? new Date(String(value)).toISOString()
    : value;
}

/** What nobody has here: each has brought the other, none was merged (see `merge.test.ts`), and a ROOT key has no limit (see `viewer.test.ts`). */
const emptyHere = ['MergeCustomersPreview.referral', 'Customer.mergedCustomers', 'Viewer.rateLimit'];
/** Roots that leave nothing of a customer, or nothing but another one's name: they get one that was made for that, and has nothing below it. */
const consuming = /^Mutation\.(eraseCustomer|mergeCustomers)$/;
const leaves = telling(pathsOf(schema)).filter((path) => {
  const { steps } = path;
  if (consuming.test(coordinateOf(steps[0] as Step)) && steps.length > 3) return false;
  if (steps.some((step) => emptyHere.includes(coordinateOf(step)))) return false;
  return isLeafType(getNamedType(endOf(path).field.type));
});

/** The roots, each with the paths from it. */
const byRoot = Map.groupBy(leaves, ({ steps }) => coordinateOf(steps[0] as Step));

it.each([...byRoot.keys()])('%s tells what is in the database, in each field below it', async (root) => {
  for (const path of byRoot.get(root) ?? []) {
    const { given, subject } = await prepare(path);
    const before = await customerRow(all.customers[0]?.id ?? 0);
    const query = write(path, 'plain', (coordinate) => given[coordinate] ?? `no arguments for ${coordinate}`);
    const { body } = await gateway.graphql(query, {}, { key: all.rootKey });
    expect(body.errors, query).toBeUndefined();
    if (actions[root]) {
      const { change_count: count } = await customerRow(Number(before.id));
      const { action, ordinal, actor } = await changeRow({ customer: Number(before.id), fingerprint: '' });
      const told = {
        count: Number(before.change_count) + 1,
        action: actions[root],
        actor: `key:${all.rootKey.slice(0, 8)}`,
      };
      expect({ count, action, actor }, query).toEqual(told);
      expect(ordinal).toBe(count);
    }
    const expected = await expectedAt(path, await subject());
    expect(valueAt(body.data, path), query).toEqual(expected);
    // Keys that were just made have no end; everything else was filled.
    const filled = path.operation === 'query' && root !== 'Query.apiKeys';
    if (filled && !isNonNullType(endOf(path).field.type)) expect(expected, query).not.toBeNull();
  }
});

it('tells the creation of a customer from its own row, as the oldest of its changes', async () => {
  const [customer] = all.customers;
  const { body } = await gateway.graphql(
    `{ customer(by: { cuRefNo: "${customer?.cuRefNo}" }) { changes(last: 1) {
      edges { cursor node { action actor reason requestId createdAt fields { name } } } pageInfo { hasPreviousPage } } } }`,
    {},
    { key: all.rootKey },
  );
  const row = await customerRow(customer?.id ?? 0);
  const { edges, pageInfo } = body.data.customer.changes;
  expect(pageInfo.hasPreviousPage).toBe(true);
  expect(edges).toEqual([
    {
      cursor: Buffer.from('customerChange:0').toString('base64url'),
      node: {
        action: 'CREATED',
        actor: row.created_by,
        reason: null,
        requestId: row.creation_request_id,
        createdAt: new Date(String(row.created_at)).toISOString(),
        fields: [],
      },
    },
  ]);
  expect(row.created_by).not.toBeNull();
  expect(row.creation_request_id).not.toBeNull();
});

it('leaves out no field of any type', () => {
  const reached = new Set(pathsOf(schema).map((path) => coordinateOf(endOf(path))));
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type));
  const fields = types.flatMap((type) =>
    Object.keys((type as GraphQLObjectType).getFields()).map((name) => `${type.name}.${name}`),
  );
  expect(fields.length).toBeGreaterThan(80);
  expect(fields.filter((field) => !reached.has(field))).toEqual([]);
});

it('derives the columns of every entity as MikroORM does', async () => {
  const log = logTo('silent', { write: () => {} });
  const database = openDatabase({ connection: parseDatabaseUrl(all.databaseUrl), entities, log });
  for (const entity of entities as EntitySchema[]) {
    const meta = database.orm.getMetadata(entity);
    const known = new Set(
      meta.props.filter(({ persist, lazy }) => persist !== false && !lazy).flatMap(({ fieldNames }) => fieldNames),
    );
    expect(columnsOf(entity).toSorted(), meta.className).toEqual([...known].toSorted());
  }
  await database.close();
});
