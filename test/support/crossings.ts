// The many ways to reach what is another organisation's, each with something that names it.
import { mutations } from './customer-mutations.ts';

/** What names something of the organisation that is reached for, and a customer of one's own. */
export interface Targets {
  /** Anything at all. */
  secret: string;
  cuRefNo: string;
  deleted: string;
  email: string;
  /** Of a customer that nobody else asks for, so that one's own may get it. */
  freeEmail: string;
  transactionId: string;
  /** Of a subscription. */
  externalId: string;
  /** Of an entry that nobody else asks for. */
  freeTransactionId: string;
  idempotencyKey: string;
  groupSlug: string;
  own: { cuRefNo: string; email: string };
  /** One's own, too, whom nobody names by an address. */
  moving: string;
}

/** One attempt. */
export interface Crossing {
  query?: string;
  variables?: object;
  /** A REST call, where it is no query. */
  path?: string;
  body?: object;
  /** Whether it takes a ROOT key. */
  root?: boolean;
  headers?: Record<string, string>;
  /** The code that it must be refused with, where only that is right. */
  code?: string;
}

const INVALID = 'INTERNAL_VALIDATION_FAILED';
const NOT_PERMITTED = 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED';
const everything = `id cuRefNo email firstName groups { name slug } meta version primaryLocale newsletter
  address { streetAddress city } changes(first: 5) { edges { cursor node { reason actor requestId fields { name before after } } } }
  creditEntries(first: 5) { edges { cursor node { transactionId description actor } } }
  referral { code email customer { cuRefNo email groups { slug } referral { code } creditEntries { edges { cursor } } changes { edges { node { reason } } } } }
  runningSubscriptions { externalId orderNumber orderHash } subscriptions { externalId orderHash }`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** Every second attempt is under an Idempotency-Key. */
const keyedNowAndThen = (key: string, i: number): Record<string, string> => (i % 2 ? { 'idempotency-key': key } : {});

type Way = (targets: Targets, i: number) => Crossing;

const queries: Way[] = [
  ({ secret }) => ({
    query: `query ($r: String!) { customer(by: { cuRefNo: $r }) { ${everything} } }`,
    variables: { r: secret },
  }),
  ({ cuRefNo }) => ({
    query: `query ($r: String!) { customer(by: { cuRefNo: $r }) { ${everything} } }`,
    variables: { r: cuRefNo },
  }),
  ({ secret }) => ({
    query: `query ($e: String!) { customer(by: { email: $e }) { ${everything} } }`,
    variables: { e: secret.includes('@') ? secret : `${secret}@example.com` },
  }),
  ({ email }) => ({
    query: `query ($e: String!) { customer(by: { email: $e }) { ${everything} } }`,
    variables: { e: email },
  }),
  ({ secret }) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${secret}`) },
  }),
  ({ cuRefNo }) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${cuRefNo}`) },
  }),
  (_, i) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${i % 100}`) },
  }),
  ({ secret, groupSlug }, i) => ({
    query: 'query ($id: ID!) { node(id: $id) { id ... on CustomerGroup { slug name customerCount } } }',
    variables: { id: base64(`CustomerGroup:${i % 2 ? secret : groupSlug}`) },
  }),
  ({ secret, externalId }, i) => ({
    query: 'query ($id: ID!) { node(id: $id) { id ... on CustomerSubscription { externalId orderHash } } }',
    variables: { id: base64(`CustomerSubscription:${i % 2 ? secret : externalId}`) },
  }),
  ({ secret }) => ({
    query: 'query ($id: ID!) { node(id: $id) { id ... on ApiKey { fingerprint scopes } } }',
    variables: { id: base64(`ApiKey:${secret}`) },
    root: true,
  }),
  ({ secret }) => ({
    query: `query ($c: String!) { customers(first: 20, after: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${secret}`) },
  }),
  ({ cuRefNo }) => ({
    query: `query ($c: String!) { customers(last: 10, before: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${cuRefNo}`) },
    code: 'INTERNAL_VALIDATION_FAILED',
  }),
  (_, i) => ({
    query: `query ($n: Int!) { customers(first: $n) { edges { cursor node { ${everything} } } } }`,
    variables: { n: i % 8 },
  }),
  ({ secret }) => ({
    query: `{ a: customer(by: { cuRefNo: "${secret.slice(0, 16)}" }) { ${everything} } b: node(id: "${base64(`CustomerGroup:${secret}`)}") { id } }`,
  }),
  ({ own, transactionId }, i) => ({
    query: `query ($c: String!) { customer(by: { cuRefNo: "${own.cuRefNo}" }) {
      creditEntries(${i % 2 ? 'first: 9, after' : 'last: 9, before'}: $c) { edges { cursor node { description } } } } }`,
    variables: { c: transactionId },
    code: 'INTERNAL_VALIDATION_FAILED',
  }),
  ({ transactionId }) => ({
    query: `query ($c: String!) { customers(first: 9) { edges { node { creditEntries(after: $c) { edges { cursor node { description } } } } } } }`,
    variables: { c: transactionId },
    code: 'INTERNAL_VALIDATION_FAILED',
  }),
  ({ email, cuRefNo }, i) => ({
    query: `query ($s: String) { customers(search: $s, orderBy: { field: NAME, direction: ASC }, first: 9) { totalCount edges { node { ${everything} } } } }`,
    variables: { s: i % 2 ? email : cuRefNo },
  }),
  ({ email }, i) => ({
    query: `query ($s: String) { customers(search: $s, filter: { ban: false }, first: 9) { estimatedCount edges { node { ${everything} } } } }`,
    variables: { s: email.slice(i % 3) },
  }),
  ({ cuRefNo }) => ({
    query: `query ($c: [String!]!) { customersByReference(cuRefNos: $c) { ${everything} } }`,
    variables: { c: [cuRefNo] },
  }),
  ({ groupSlug, cuRefNo }, i) => ({
    query: `query ($g: [String!], $c: String) {
      customers(filter: { groups: { anyOf: $g } }, orderBy: { field: CREDIT, direction: ASC }, first: 9, ${i % 2 ? 'after' : 'before'}: $c) {
        totalCount edges { node { ${everything} } } } }`,
    variables: { g: [groupSlug], c: base64url(`customerByCredit:0 ${cuRefNo}`) },
  }),
  ({ own }, i) => ({
    query: `query ($c: String!) { customer(by: { cuRefNo: "${own.cuRefNo}" }) {
      changes(first: 50, ${i % 2 ? 'after' : 'before'}: $c) { edges { cursor node { reason actor fields { before after } } } } } }`,
    variables: { c: base64url(`customerChange:${i % 7}`) },
  }),
];

const groups: Way[] = [
  ({ groupSlug }) => ({
    query: `query ($c: String!) { customerGroups(first: 100, after: $c) { edges { cursor node { name slug customerCount } } } }`,
    variables: { c: base64url(`customerGroup:${groupSlug}`) },
  }),
  () => ({ query: '{ customerGroups(first: 100) { edges { cursor node { id name slug customerCount } } } }' }),
  ({ groupSlug: slug }) => ({
    query: `mutation ($input: UpdateCustomerGroupInput!) { updateCustomerGroup(input: $input) { group { name customerCount } } }`,
    variables: { input: { slug, name: 'Taken' } },
    code: INVALID,
  }),
  ({ groupSlug: slug }, i) => ({
    query: `mutation ($input: DeleteCustomerGroupInput!) { deleteCustomerGroup(input: $input) { group { name customerCount } } }`,
    variables: { input: { slug, force: true, reason: 'taken' } },
    headers: keyedNowAndThen(`delete-group-${i}`, i),
    code: INVALID,
  }),
  ({ own, groupSlug }, i) => ({
    query: `mutation ($input: AddCustomerToGroupsInput!) { addCustomerToGroups(input: $input) { customer { ${everything} } } }`,
    variables: { input: { by: { cuRefNo: own.cuRefNo }, groups: [groupSlug] } },
    headers: keyedNowAndThen(`join-${i}`, i),
    code: INVALID,
  }),
  ({ own, groupSlug }) => ({
    query: `mutation ($input: RemoveCustomerFromGroupsInput!) { removeCustomerFromGroups(input: $input) { customer { ${everything} } } }`,
    variables: { input: { by: { cuRefNo: own.cuRefNo }, groups: [groupSlug] } },
    code: INVALID,
  }),
];

/** Who is ours brings nobody of theirs. */
const referrals: Way[] = [
  ({ cuRefNo }: Targets) => ({ cuRefNo }),
  ({ deleted }: Targets) => ({ cuRefNo: deleted }),
  ({ email }: Targets) => ({ email }),
].flatMap((referrerOf): Way[] => {
  const query = `mutation ($input: SetCustomerReferralInput!) { setCustomerReferral(input: $input) { customer { ${everything} } } }`;
  const variables = (targets: Targets) => ({
    input: { by: { cuRefNo: targets.own.cuRefNo }, referrer: referrerOf(targets) },
  });
  return [
    (targets) => ({ query, variables: variables(targets), code: INVALID }),
    (targets, i) => ({
      query,
      variables: variables(targets),
      headers: { 'idempotency-key': `refer-${i}` },
      code: INVALID,
    }),
  ];
});

const ofKeys: Way[] = [
  ({ secret }) => ({
    query: 'query ($f: String!) { apiKey(fingerprint: $f) { fingerprint name history { author } } }',
    variables: { f: secret },
    root: true,
  }),
  ({ secret }, i) => ({
    query:
      i % 2 === 0
        ? 'mutation ($f: String!) { deactivateApiKey(input: { fingerprint: $f }) { apiKey { fingerprint name } } }'
        : 'mutation ($f: String!) { updateApiKey(input: { fingerprint: $f, name: "x" }) { apiKey { fingerprint name } } }',
    variables: { f: secret },
    root: true,
  }),
  ({ secret }) => ({
    query: 'query ($c: String!) { apiKeys(first: 50, after: $c) { edges { node { fingerprint name } } } }',
    variables: { c: base64url(`apiKey:${secret}`) },
    root: true,
  }),
  () => ({ query: '{ apiKeys(first: 50) { edges { node { fingerprint history { reason } } } } }', root: true }),
];

/** Every mutation of a customer, by each name of one, at once and in the transaction of an Idempotency-Key. */
const changes: Way[] = Object.entries(mutations).flatMap(([name, { rest, byReferenceAlone, namedBy = 'by' }]) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { customer { ${everything} } } }`;
  const ofCustomer: ((targets: Targets) => object)[] = [
    ({ cuRefNo }) => ({ [namedBy]: { cuRefNo } }),
    ({ deleted }) => ({ [namedBy]: { cuRefNo: deleted } }),
    ...(byReferenceAlone ? [] : [({ email }: Targets) => ({ [namedBy]: { email } })]),
  ];
  const bySubscription = namedBy === 'externalId';
  const tries = bySubscription ? [({ externalId }: Targets) => ({ externalId })] : ofCustomer;
  const code = bySubscription ? 'INTERNAL_VALIDATION_FAILED' : NOT_PERMITTED;
  return tries.flatMap((named): Way[] => [
    (targets, i) => ({ query, variables: { input: { ...named(targets), ...rest(i) } }, code }),
    (targets, i) => ({
      query,
      variables: { input: { ...named(targets), ...rest(i) } },
      headers: { 'idempotency-key': `try-${name}-${i}` },
      code,
    }),
  ]);
});

const mixed: Way[] = [
  // What is unique is so for each organisation: the names of others are free, and lead to nothing of theirs.
  ({ own, freeTransactionId: transactionId }, i) => ({
    query: `mutation ($input: AdjustCustomerCreditInput!) { adjustCustomerCredit(input: $input) {
      entry { amount balanceAfter description actor } customer { creditEntries(first: 3) { edges { node { description } } } } } }`,
    variables: { input: { by: { cuRefNo: own.cuRefNo }, amount: 1 + (i % 3), description: 'mine', transactionId } },
  }),
  ({ moving, freeEmail }) => ({
    query: `mutation ($input: ChangeCustomerEmailInput!) { changeCustomerEmail(input: $input) { customer { version } } }`,
    variables: { input: { by: { cuRefNo: moving }, email: freeEmail } },
  }),
  // One by one, and as a row of many.
  ({ freeEmail }, i) =>
    i % 3 === 0
      ? {
          query: `mutation ($input: BulkCreateCustomersInput!) { bulkCreateCustomers(input: $input) {
            rows { clientRef result customer { cuRefNo companyName meta changes { edges { node { reason } } } } error { code } } } }`,
          variables: { input: { customers: [{ clientRef: 'mine', email: freeEmail, companyName: 'Mine' }] } },
        }
      : {
          query: `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
            newAccount result filledFields keptFields customer { cuRefNo companyName meta changes { edges { node { reason } } } } } }`,
          variables: { input: { email: freeEmail, companyName: 'Mine' } },
        },
  ({ own }, i) => ({
    query: `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { ${everything} } } }`,
    variables: { input: { by: { cuRefNo: own.cuRefNo }, firstName: `Own ${i}`, customerRealIp: `3.3.3.${i % 250}` } },
  }),
  ...['cuRefNo' as const, 'email' as const].flatMap((kind): Way[] => [
    (targets) => ({
      query: `mutation ($input: MergeCustomersInput!) { mergeCustomers(input: $input) { customer { ${everything} } } }`,
      variables: {
        input: {
          survivor: { cuRefNo: targets.own.cuRefNo },
          duplicate: { [kind]: targets[kind] },
          reason: 'take over',
        },
      },
      code: NOT_PERMITTED,
    }),
    (targets) => ({
      query: `query ($s: CustomerBy!, $d: CustomerBy!) { mergeCustomersPreview(survivor: $s, duplicate: $d) {
        filledFields conflicts { duplicate survivor } movedGroups { slug } duplicate { ${everything} } } }`,
      variables: { s: { cuRefNo: targets.own.cuRefNo }, d: { [kind]: targets[kind] } },
      code: NOT_PERMITTED,
    }),
  ]),
  ({ own }) => ({
    query: `mutation ($input: SetCustomerReferralInput!) { setCustomerReferral(input: $input) { customer { ${everything} } } }`,
    variables: { input: { by: { cuRefNo: own.cuRefNo }, referrer: null } },
  }),
  ({ own }, i) => ({
    query: `mutation ($input: AddCustomerToGroupsInput!) { addCustomerToGroups(input: $input) { customer { version } } }`,
    variables: {
      input: { by: { cuRefNo: own.cuRefNo }, groups: [`mine-${i % 5}`], createMissingGroups: true },
    },
  }),
  // Under a key that they have used: it is another one here.
  ({ email, idempotencyKey }) => ({
    query: 'mutation ($input: BanCustomerInput!) { banCustomer(input: $input) { customer { cuRefNo email } } }',
    variables: { input: { by: { email }, reason: 'kept' } },
    headers: { 'idempotency-key': idempotencyKey },
    code: NOT_PERMITTED,
  }),
  // One's own and another's in one transaction: neither is changed.
  ({ own, cuRefNo }, i) => ({
    query: `mutation { a: updateCustomer(input: { by: { cuRefNo: "${own.cuRefNo}" }, firstName: "Both" }) { customer { firstName } }
      b: banCustomer(input: { by: { cuRefNo: "${cuRefNo}" } }) { customer { ${everything} } } }`,
    headers: { 'idempotency-key': `both-${i}` },
    code: NOT_PERMITTED,
  }),
];

const rest: Way[] = [
  ({ cuRefNo }) => ({ path: `/api/v1/customer/detail?cuRefNo=${cuRefNo}`, code: NOT_PERMITTED }),
  ({ deleted }) => ({ path: `/api/v1/customer/detail?cuRefNo=${deleted}`, code: NOT_PERMITTED }),
  ({ secret }) => ({ path: `/api/v1/customer/detail?cuRefNo=${encodeURIComponent(secret)}` }),
  ({ cuRefNo }) => ({ path: `/api/v1/customer/credit-log?cuRefNo=${cuRefNo}`, code: NOT_PERMITTED }),
  ({ own, transactionId }) => ({
    path: `/api/v1/customer/credit-log?cuRefNo=${own.cuRefNo}&after=${transactionId}`,
    code: 'INTERNAL_VALIDATION_FAILED',
  }),
  ({ cuRefNo, transactionId }) => ({
    path: `/api/v1/customer/credit-log?cuRefNo=${cuRefNo}&after=${transactionId}`,
    code: NOT_PERMITTED,
  }),
  ({ email }, i) => ({
    path: '/api/v1/customer/update-profile',
    body: { email, name: 'Taken Over', phone: '+420777123456', city: `Try ${i}`, newsletter: true },
    code: NOT_PERMITTED,
  }),
  ({ email }, i) => ({
    path: '/api/v1/customer/update-profile',
    body: { email, companyName: 'Taken', customerRealIp: '1.1.1.1' },
    headers: { 'idempotency-key': `rest-${i}` },
    code: NOT_PERMITTED,
  }),
  ({ own, cuRefNo: referralId }, i) => ({
    path: '/api/v1/customer/update-profile',
    body: { email: own.email, referralId, groups: ['mine'] },
    headers: keyedNowAndThen(`rest-refer-${i}`, i),
    code: INVALID,
  }),
  () => ({ path: '/ping/v1' }),
];

/** All of them. */
export const crossings: readonly Way[] = [
  ...queries,
  ...groups,
  ...referrals,
  ...ofKeys,
  ...changes,
  ...mixed,
  ...rest,
];
