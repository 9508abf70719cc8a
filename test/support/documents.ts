// Generates GraphQL documents over the gateway's schema: fragments, conditions, aliases, repeated fields, variables of every sort.
import type { seededRandom } from './random.ts';

/** A document with the variables to send along. */
export interface GeneratedDocument {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
  /** Whether it asks for what only a `ROOT` key may see. */
  needsRoot: boolean;
}

/** Names that JavaScript's objects have of their own. */
const oddAliases = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'];

/** The fields of each type: those without a selection, and those with one, by its type. */
const types: Record<string, { leaves: string[]; nested: Record<string, string> }> = {
  Customer: {
    leaves:
      'id cuRefNo email phone firstName lastName companyName companyRegistrationNumber taxIdentificationNumber creditBalance premium ban meta customFields createdAt updatedAt __typename'.split(
        ' ',
      ),
    nested: {
      groups: 'CustomerGroup',
      referral: 'Referral',
      runningSubscriptions: 'CustomerSubscription',
      lastIp: 'IpInfo',
      'ipHistory(first: 2)': 'IpHistoryConnection',
    },
  },
  Node: { leaves: ['id', '__typename'], nested: {} },
  CustomerGroup: { leaves: ['name', 'slug', '__typename'], nested: {} },
  Referral: { leaves: ['code', 'email', 'firstName', 'lastName', '__typename'], nested: { customer: 'Customer' } },
  CustomerSubscription: {
    leaves: ['externalId', 'productSlug', 'productCode', 'orderNumber', 'orderHash', 'autoRenew', '__typename'],
    nested: {},
  },
  IpInfo: {
    leaves: ['address', 'kind', 'region', 'city', 'latitude', 'timeZone', 'asn', 'isVpn', '__typename'],
    nested: { country: 'Country', sources: 'IpSource' },
  },
  Country: { leaves: ['code', 'name', '__typename'], nested: {} },
  IpSource: { leaves: ['name', 'builtAt', 'attribution'], nested: {} },
  IpHistoryConnection: { leaves: ['__typename'], nested: { edges: 'IpHistoryEdge', pageInfo: 'PageInfo' } },
  IpHistoryEdge: { leaves: ['cursor', 'seenAt'], nested: { node: 'IpInfo' } },
  PageInfo: { leaves: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'], nested: {} },
  CustomerConnection: { leaves: ['__typename'], nested: { edges: 'CustomerEdge', pageInfo: 'PageInfo' } },
  CustomerEdge: { leaves: ['cursor', '__typename'], nested: { node: 'Customer' } },
  CreateCustomerPayload: { leaves: ['newAccount', '__typename'], nested: { customer: 'Customer' } },
  ApiKey: {
    leaves: ['fingerprint', 'prefix', 'name', 'scopes', 'limitPerMinute', 'active', 'createdAt', 'expiresAt'],
    nested: {},
  },
  ApiKeyConnection: { leaves: ['__typename'], nested: { edges: 'ApiKeyEdge', pageInfo: 'PageInfo' } },
  ApiKeyEdge: { leaves: ['cursor'], nested: { node: 'ApiKey' } },
  RotateApiKeyPayload: { leaves: ['key'], nested: { apiKey: 'ApiKey' } },
  __Schema: { leaves: ['description', '__typename'], nested: { queryType: '__Type', types: '__Type' } },
  __Type: {
    leaves: ['name', 'kind', 'description', '__typename'],
    nested: { fields: '__Field', enumValues: '__EnumValue' },
  },
  __Field: { leaves: ['name', 'isDeprecated'], nested: { type: '__Type' } },
  __EnumValue: { leaves: ['name'], nested: {} },
};

/** What fragments may be on, where a type is wanted. */
const conditionsOn: Record<string, string[]> = { Customer: ['Customer', 'Node'], Node: ['Node', 'Customer'] };

const DEEPEST = 4;

/** Data that documents name: what must be there so that some of them find something. */
export interface Known {
  emails: readonly string[];
  cuRefNos: readonly string[];
}

/** Makes the generator of documents; equal seeds, equal documents. */
export function documentGenerator(random: ReturnType<typeof seededRandom>, known: Known): () => GeneratedDocument {
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
  const chance = (share: number) => random() < share;
  return () => new DocumentWriter(pick, chance, known).write();
}

type Pick = <Value>(values: readonly Value[]) => Value;

interface Variable {
  type: string;
  value: unknown;
  fallback?: string;
}

class DocumentWriter {
  readonly #fragments = new Map<string, { on: string; body: string }>();
  readonly #variables = new Map<string, Variable>();
  #needsRoot = false;
  readonly pick: Pick;
  readonly chance: (share: number) => boolean;
  readonly known: Known;

  constructor(pick: Pick, chance: (share: number) => boolean, known: Known) {
    this.pick = pick;
    this.chance = chance;
    this.known = known;
  }

  write(): GeneratedDocument {
    const { pick, chance } = this;
    const isMutation = chance(0.25);
    const count = pick([1, 1, 1, 2, 3]);
    const roots = Array.from({ length: count }, (_, i) => (isMutation ? this.#mutation(i) : this.#query(i)));
    const declared = [...this.#variables].map(([name, { type, fallback }]) => `$${name}: ${type}${fallback ?? ''}`);
    const head = `${isMutation ? 'mutation' : 'query'} A${declared.length > 0 ? `(${declared.join(', ')})` : ''}`;
    const fragments = [...this.#fragments].map(([name, { on, body }]) => `fragment ${name} on ${on} { ${body} }`);
    const other = chance(0.1) ? ' query B { __typename }' : '';
    const query = `${head} { ${roots.join(' ')} } ${fragments.join(' ')}${other}`;
    const operationName = other || chance(0.1) ? pick(['A', 'A', 'A', 'B', 'C', undefined]) : undefined;
    return { query, variables: this.#values(), ...(operationName && { operationName }), needsRoot: this.#needsRoot };
  }

  /** Most variables as they must be; some absent, null or of another type. */
  #values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [name, { value }] of this.#variables) {
      if (this.chance(0.04)) continue;
      values[name] = this.chance(0.04) ? this.pick<unknown>([null, 5, 'x', [], {}, true, 1.5]) : value;
    }
    return values;
  }

  #variable(type: string, value: unknown, fallback?: string): string {
    const name = `v${this.#variables.size}`;
    this.#variables.set(name, { type, value, fallback: fallback && ` = ${fallback}` });
    return `$${name}`;
  }

  #condition(): string {
    const { pick, chance } = this;
    if (!chance(0.3)) return '';
    const value = pick([
      () => pick(['true', 'false']),
      () => this.#variable('Boolean!', chance(0.5)),
      () => this.#variable('Boolean!', chance(0.5), pick(['true', 'false'])),
      () => this.#knownCondition() ?? this.#variable('Boolean!', chance(0.5)),
    ])();
    const [one, other] = pick([
      ['include', 'skip'],
      ['skip', 'include'],
    ]);
    return ` @${one}(if: ${value})${chance(0.1) ? ` @${other}(if: ${other === 'include'})` : ''}`;
  }

  /** A condition that stands elsewhere too. */
  #knownCondition(): string | undefined {
    const known = [...this.#variables].filter(([, { type }]) => type === 'Boolean!');
    return known.length > 0 ? `$${this.pick(known)[0]}` : undefined;
  }

  #selection(type: string, depth: number): string {
    const { pick, chance } = this;
    const parts = Array.from({ length: pick([1, 2, 3, 5]) }, () => {
      if (chance(0.2)) return this.#fragment(type, depth);
      if (chance(0.1))
        return `... ${chance(0.5) ? `on ${type}` : ''}${this.#condition()} { ${this.#field(type, depth)} }`;
      return this.#field(type, depth);
    });
    if (chance(0.15)) parts.push(pick(parts));
    return parts.join(' ');
  }

  #field(type: string, depth: number): string {
    const { pick, chance } = this;
    const { leaves, nested } = types[type] as (typeof types)[string];
    const names = Object.keys(nested);
    if (depth < DEEPEST && names.length > 0 && (chance(0.35) || leaves.length === 0)) {
      const name = pick(names);
      const alias = chance(0.2) ? `a_${name.replace(/\W.*/, '')}: ` : '';
      return `${alias}${name}${this.#condition()} { ${this.#selection(nested[name] as string, depth + 1)} }`;
    }
    const name = pick(leaves);
    // Each odd name stands for the same field wherever it is used, so that most documents are valid.
    const odd = oddAliases[leaves.indexOf(name) % oddAliases.length] as string;
    const isOdd = leaves.indexOf(name) < oddAliases.length && chance(0.2);
    return `${isOdd ? `${odd}: ` : chance(0.2) ? `a_${name}: ` : ''}${name}${this.#condition()}`;
  }

  #fragment(type: string, depth: number): string {
    const { pick, chance } = this;
    const on = pick(conditionsOn[type] ?? [type]);
    const known = [...this.#fragments].filter(([, fragment]) => fragment.on === on && fragment.body !== '');
    if (known.length > 0 && chance(0.6)) return `...${pick(known)[0]}${this.#condition()}`;
    if (this.#fragments.size >= 4) return this.#field(type, depth);
    const name = `F${this.#fragments.size}`;
    // Not known to itself: a circle is refused.
    this.#fragments.set(name, { on, body: '' });
    this.#fragments.set(name, { on, body: this.#selection(on, depth + 1) });
    return `...${name}${this.#condition()}`;
  }

  #by(): string {
    const { pick, known } = this;
    const email = pick([...known.emails, 'nobody@example.com']);
    return pick([
      () => `{ email: "${email}" }`,
      () => `{ email: ${this.#variable('String!', email)} }`,
      () => `{ email: ${this.#variable('String', email)} }`,
      () =>
        this.#variable('CustomerBy!', pick<object>([{ email }, { cuRefNo: pick(known.cuRefNos) }, {}, { email: 1 }])),
      () => `{ cuRefNo: "${pick(known.cuRefNos)}" }`,
      () => pick(['{}', '{ email: null }', '{ email: "x" }', '{ email: "a@b.cz", cuRefNo: "x" }']),
    ])();
  }

  #query(i: number): string {
    const { pick, chance, known } = this;
    const size = () =>
      chance(0.5) ? pick(['1', '2', '3', '0', '101', '-1', 'null']) : this.#variable('Int', pick([1, 2, 500]));
    const id = Buffer.from(`Customer:${pick(known.cuRefNos)}`).toString('base64');
    const root = (field: string, type: string) => `r${i}: ${field}${this.#condition()} { ${this.#selection(type, 0)} }`;
    return pick([
      () => root(`customer(by: ${this.#by()})`, 'Customer'),
      () => root(`customer(by: ${this.#by()})`, 'Customer'),
      () => root(`customer(by: ${this.#by()})`, 'Customer'),
      () => root(`customers(${pick(['first', 'last'])}: ${size()})`, 'CustomerConnection'),
      () => root(`customers(first: ${size()}, last: ${size()})`, 'CustomerConnection'),
      () => root(`node(id: ${chance(0.5) ? `"${id}"` : this.#variable('ID!', pick([id, 'x', 5]))})`, 'Node'),
      () =>
        root(`ipInfo(ip: ${chance(0.5) ? '"10.0.0.1"' : this.#variable('String!', pick(['8.8.8.8', 'x']))})`, 'IpInfo'),
      () => this.#rootOnly(root('apiKeys(first: 2)', 'ApiKeyConnection')),
      () => this.#rootOnly(root(`apiKey(fingerprint: "${pick(['PRODnone', 'x'])}")`, 'ApiKey')),
      () => root('__schema', '__Schema'),
      () => root(`__type(name: "${pick(['Customer', 'IpKind', 'Nothing'])}")`, '__Type'),
      () => '__typename',
    ])();
  }

  #mutation(i: number): string {
    const { pick, chance, known } = this;
    const email = pick([...known.emails, 'bad']);
    const input = pick([
      () => `{ email: "${email}" }`,
      () =>
        `{ email: ${this.#variable('String!', email)}, companyName: ${this.#variable('String', pick([null, '']))} }`,
      () =>
        this.#variable('CreateCustomerInput!', pick<object>([{ email }, { email, more: 1 }, { companyName: 5 }, {}])),
    ]);
    const keyed = pick(['activateApiKey', 'deactivateApiKey', 'deleteApiKey']);
    if (chance(0.1)) {
      return this.#rootOnly(
        `m${i}: ${keyed}(fingerprint: "PRODnone")${this.#condition()} { ${this.#selection('ApiKey', 0)} }`,
      );
    }
    if (chance(0.05)) {
      return this.#rootOnly(
        `m${i}: rotateApiKey(input: { fingerprint: "PRODnone" }) { ${this.#selection('RotateApiKeyPayload', 0)} }`,
      );
    }
    return `m${i}: createCustomer(input: ${input()})${this.#condition()} { ${this.#selection('CreateCustomerPayload', 0)} }`;
  }

  #rootOnly(text: string): string {
    this.#needsRoot = true;
    return text;
  }
}
