// Inputs that are known to be costly where nobody has thought of them.

import { CREATE } from '../../support/apis.ts';
import { attacks } from '../../support/attacks.ts';
import { CREATE_PATH, type GeneratedRequest } from '../../support/generated-requests.ts';
import type { CostlyInput } from './measure.ts';

type Headers = GeneratedRequest['headers'];

/** Makes requests with a good key. */
export interface Sender {
  rest(body: string | Buffer, contentType?: string): GeneratedRequest;
  graphql(body: string, headers?: Headers): GeneratedRequest;
  get(target: string, headers?: Headers): GeneratedRequest;
}

/** Makes what makes requests. */
export function senderFor(key: string): Sender {
  const common: Headers = [
    ['Host', 'gateway.example'],
    ['Authorization', `Bearer ${key}`],
  ];
  const post = (target: string, body: string | Buffer, headers: Headers): GeneratedRequest => ({
    method: 'POST',
    target,
    headers: [...common, ...headers],
    body: Buffer.from(body as string),
  });
  return {
    rest: (body, contentType = 'application/json') => post(CREATE_PATH, body, [['Content-Type', contentType]]),
    graphql: (body, headers = []) =>
      post('/graphql', body, headers.length > 0 ? headers : [['Content-Type', 'application/json']]),
    get: (target, headers = []) => ({ method: 'GET', target, headers: [...common, ...headers] }),
  };
}

/** Where a document begins; a comment there makes it another one. */
export const withComment = (body: string, turn: number) => body.replace('{"query":"', `{"query":"#${turn}\\n`);

const marks = `a${'\u0345'.repeat(16_000)}${'\u0344'.repeat(16_000)}`;
const FIND = 'query ($by: CustomerBy!) { customer(by: $by) { email } }';
const TYPES = `types { name description fields(includeDeprecated: true) { name description args { name description type { name } }
  type { kind name ofType { name } } } inputFields { name } enumValues { name } }`;
const TYPE_ALIASES = Array.from({ length: 29 }, (_, i) => `a${i}: ${TYPES}`)
  .join(' ')
  .replaceAll('\n', ' ');
const address = `:${'.'.repeat(60_000)}:`;
const times = <Made>(count: number, make: (i: number) => Made): Made[] =>
  Array.from({ length: count }, (_, i) => make(i));
const ask = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const members = (count: number, name: (i: number) => string) => Object.fromEntries(times(count, (i) => [name(i), 0]));
const firstOf = (count: number, text: string) => `{ customers(first: ${count}) { edges { node { ${text} } } } }`;

/** Inputs of a create, which both APIs take. */
const creates: [name: string, input: Record<string, unknown>][] = [
  ['64 KiB of combining marks as companyName', { email: 'costly@example.com', companyName: marks }],
  ['64 KiB of combining marks as email', { email: `${marks}@example.com` }],
  ['64 KiB of combining marks as a domain', { email: `a@${marks}.com` }],
  [
    '64 KiB of combining marks as taxIdentificationNumber',
    { email: 'costly@example.com', taxIdentificationNumber: marks },
  ],
  ['64 KiB of dots between colons as customerRealIp', { email: 'costly@example.com', customerRealIp: address }],
  ['60 KB of dots as email', { email: `a@${'a.'.repeat(30_000)}com` }],
  ['60 KB of @ as email', { email: '@'.repeat(60_000) }],
  ['60 KB of blanks as companyName', { email: 'costly@example.com', companyName: `a${' '.repeat(60_000)}b` }],
  ['5,500 unknown members', { email: 'x', ...members(5_500, (i) => `m${i}`) }],
  ['50 unknown members of 200 control characters', members(50, (i) => `${i}${'\u0001'.repeat(200)}`)],
];

/** JSON of so many levels. */
const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
const flat = (count: number, value: unknown) => Object.fromEntries(times(count, (i) => [`m${i}`, value]));

/** Inputs of an update, of a customer that is there. */
const updates: [name: string, input: Record<string, unknown>][] = [
  ['60 KB of members in meta', { meta: members(6_000, (i) => `m${i}`) }],
  ['30 KB of members in meta, which stay and go in turn', { meta: flat(2_800, 1), customFields: flat(2_500, null) }],
  ['60 KB of lists in meta', { meta: { a: times(20_000, () => []) } }],
  ['60 KB of text in meta', { meta: { a: marks.slice(0, 20_000) } }],
  ['16 levels 200 times in meta', { meta: flat(200, nested(15)) }],
  ['3,000 levels in meta', { meta: nested(3_000) }],
  ['60 KB of digits as phone', { phone: '1'.repeat(60_000) }],
  ['200 characters as phone', { phone: '+'.padEnd(200, '(1) ') }],
  ['60 KB of blanks as phone', { phone: ' '.repeat(60_000) }],
  ['60 KB of locale', { primaryLocale: 'a-'.repeat(30_000) }],
  ['64 KiB of combining marks as city', { address: { city: marks } }],
];

const UPDATE =
  'mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) { customer { version meta customFields } } }';

/** As many combining marks as may stand in a row, after a letter. */
const marksInARow = `a${'\u0301'.repeat(30)}`;

/** A call of `bulkCreateCustomers`. */
const bulk = (count: number, write: (i: number) => object) =>
  ask(
    'mutation ($i: BulkCreateCustomersInput!) { bulkCreateCustomers(input: $i) { rows { clientRef result error { code message fields { path message } } customer { cuRefNo email } } } }',
    { i: { customers: times(count, (i) => (count > 500 ? {} : { clientRef: `r${i}`, ...write(i) })) } },
  );

const documents: [name: string, body: string][] = [
  ['an unknown field of 60 KB', ask(`{ ${'x'.repeat(60_000)} }`)],
  ['groups{slug} 485 times', ask(firstOf(5, 'groups{slug} '.repeat(485)))],
  ['referral{customer{groups{slug}}} 190 times', ask(firstOf(5, 'referral{customer{groups{slug}}} '.repeat(190)))],
  ['29 aliases of types inside __schema', ask(`{ __schema { ${TYPE_ALIASES} } }`)],
  [
    'overlapping fragments',
    ask(
      `{ customers { edges { node { ${times(60, (i) => `...F${i}`).join(' ')} } } } } ${times(60, (i) => `fragment F${i} on Customer { groups { slug name } referral { code email } }`).join(' ')}`,
    ),
  ],
  [
    'overlapping fragments within each other',
    ask(
      `{ customers { edges { node { ...F0 ...F1 } } } } ${times(40, (i) => `fragment F${i} on Customer { referral { customer { ...F${Math.min(i + 2, 40)} ...F${Math.min(i + 1, 40)} } } }`).join(' ')} fragment F40 on Customer { email }`,
    ),
  ],
  ['64 KiB of combining marks in customer(by:)', ask(FIND, { by: { email: marks } })],
  [
    '64 KiB of dots between colons in ipInfo',
    ask('query ($ip: String!) { ipInfo(ip: $ip) { kind } }', { ip: address }),
  ],
  ['5,500 unknown members in customer(by:)', ask(FIND, { by: members(5_500, (i) => `m${i}`) })],
  [
    '28 wrong pages for each of 100 customers',
    ask(firstOf(100, times(28, (i) => `a${i}: ipHistory(first: -1) { pageInfo { hasNextPage } }`).join(' '))),
  ],
  [
    'the same after 30,000 line ends',
    ask(
      `${'\n'.repeat(30_000)}${firstOf(100, times(28, (i) => `a${i}: ipHistory(after: "x") { pageInfo { hasNextPage } }`).join(' '))}`,
    ),
  ],
  ['errors after 31,000 line ends', ask(`${'\n'.repeat(31_000)}{ ${times(30, (i) => `unknown${i}`).join(' ')} }`)],
  [
    'errors after 1,900 lines of 30 blanks',
    ask(`${`${' '.repeat(30)}\n`.repeat(1_900)}{ ${times(30, (i) => `unknown${i}`).join(' ')} }`),
  ],
  [
    'questions about the schema, deep',
    ask(`{ __schema { types { ${'ofType { '.repeat(14)}${'ofType { name kind } '.repeat(370)}${'} '.repeat(14)} } } }`),
  ],
  [
    '28 times all fields of the largest type',
    ask(
      `{ __type(name: "Customer") { ${times(28, (i) => `a${i}: fields { name description isDeprecated deprecationReason args { name description } type { name kind ofType { name kind ofType { name kind } } } }`).join(' ')} } }`,
    ),
  ],
  [
    '5,500 unknown members, in 20 places',
    ask(
      `mutation ($input: CreateCustomerInput!) { ${times(20, (i) => `c${i}: createCustomer(input: $input) { newAccount }`).join(' ')} }`,
      { input: members(5_300, (i) => `m${i}`) },
    ),
  ],
  [
    '30,000 numbers in a list',
    ask('mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }', {
      i: { prefix: 'PROD', name: 'x', scopes: times(30_000, () => 1) },
    }),
  ],
  ['500 rows to create', bulk(500, (i) => ({ email: `bulk${i}@example.com`, companyName: 'Bulk' }))],
  ['500 rows that are wrong', bulk(500, () => ({ email: 'x', customerRealIp: 'x', companyName: 'x'.repeat(40) }))],
  [
    '100 rows of combining marks',
    bulk(100, (i) => ({ email: `b${i}@example.com`, companyName: marksInARow.repeat(9) })),
  ],
  ['20,000 rows', bulk(20_000, () => ({}))],
  [
    '5,500 variables that nobody declared',
    ask(
      '{ __typename }',
      members(5_500, (i) => `v${i}`),
    ),
  ],
];

/** All of them, for both APIs. */
export function knownInputs({ rest, graphql, get }: Sender, unknownKey: string): CostlyInput[] {
  const onRest = (name: string, request: () => GeneratedRequest): CostlyInput => ({ name, api: 'REST', request });
  const onGraphQL = (name: string, body: string, headers: Headers = []): CostlyInput[] => [
    { name, api: 'GraphQL', request: () => graphql(body, headers) },
    {
      name: `${name}, another comment each time`,
      api: 'GraphQL',
      request: (turn) => graphql(withComment(body, turn), headers),
    },
  ];
  const other = (name: string, request: () => GeneratedRequest): CostlyInput => ({ name, api: 'other', request });
  const deep = (depth: number) => `{"email":"x","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const tinyPart = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n';
  const form = 'application/x-www-form-urlencoded';
  const forwarded = (value: string): Headers => [['X-Forwarded-For', value.repeat(Math.floor(14_000 / value.length))]];
  const guess = (value: string) => get(`/graphql?apiKey=${unknownKey}`, forwarded(value));
  return [
    other('nothing costly', () => get('/health/live')),
    ...onGraphQL('a document of one field', ask('{ __typename }')),
    onRest('the customer to update', () => rest('{"email":"updated@example.com"}')),
    ...creates.flatMap(([name, input]) => [
      onRest(name, () => rest(JSON.stringify(input))),
      ...onGraphQL(name, ask(CREATE, { input })),
    ]),
    ...updates.flatMap(([name, input]) =>
      onGraphQL(name, ask(UPDATE, { i: { by: { email: 'updated@example.com' }, ...input } })),
    ),
    ...documents.flatMap(([name, body]) => onGraphQL(name, body)),
    onRest('arrays 30,000 deep', () => rest(deep(30_000))),
    onRest('objects 10,000 deep', () => rest(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)),
    onRest('multipart with 2,000 tiny parts', () =>
      rest(`${tinyPart.repeat(1_250)}--x--`, 'multipart/form-data; boundary=x'),
    ),
    onRest('multipart of boundaries alone', () => rest('--x\r\n'.repeat(13_000), 'multipart/form-data; boundary=x')),
    onRest('a form of 8,000 members', () => rest(times(8_000, (i) => `a${i}=`).join('&'), form)),
    onRest('a form of & alone', () => rest('&'.repeat(65_000), form)),
    onRest('a form of %41 alone', () => rest(`email=${'%41'.repeat(21_000)}`, form)),
    onRest('JSON of escapes alone', () => rest(`{"email":"${'\\u0041'.repeat(10_000)}"}`)),
    other('a query of 5,000 parameters', () => get(`/graphql?${'a&'.repeat(5_000)}query={__typename}`)),
    other('a query of 1,500 keys', () => get(`/graphql?${'apiKey=&'.repeat(1_500)}`)),
    ...['1,', '10.0.0.1,', '::ffff:10.0.0.1,', '::,', ':', '.', ',', '[', '1.1.1.1:1,'].map((value) =>
      other(`X-Forwarded-For of 14 KB of ${value}`, () => guess(value)),
    ),
    other('Accept of 14 KB', () => get('/graphql?query={x}', [['Accept', 'application/json;q=0.1,'.repeat(600)]])),
    other('Accept of 14 KB of ;', () =>
      get('/graphql?query={x}', [['Accept', `application/json${';'.repeat(14_000)}`]]),
    ),
    other('Authorization of 14 KB of blanks', () =>
      get('/graphql', [['Authorization', `Bearer${' '.repeat(14_000)}x`]]),
    ),
    ...attacks.flatMap(({ name, body, method, headers }) =>
      method
        ? [other(name, () => get(`/graphql?query=${encodeURIComponent(body)}`))]
        : onGraphQL(name, body, Object.entries(headers ?? {})),
    ),
  ];
}
