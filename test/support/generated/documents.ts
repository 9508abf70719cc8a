// GraphQL documents made from the schema itself, so that every root field that there is, or will be, is asked for.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { schema } from '../../../src/graphql/schema/schema.ts';
import type { Dice } from './dice.ts';
import type { Tenant } from './tenant.ts';
import { anyAddress, anyEmail, anyText } from './texts.ts';
import { anyValue } from './values.ts';

/** What a document is sent with. */
export interface GeneratedOperation {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

/** What is written of a document so far. */
interface Writing {
  dice: Dice;
  index: number;
  tenant: Tenant;
  variables: Record<string, unknown>;
  declared: string[];
  fragments: string[];
  aliases: number;
}

const DEEPEST = 5;
const introspections = [
  '__schema { queryType { name } types { name kind fields { name type { name ofType { name } } } } }',
  '__type(name: "Customer") { name fields(includeDeprecated: true) { name args { name } } }',
  '__type(name: "Nothing") { name }',
  '__schema { directives { name locations args { name defaultValue } } }',
];

const ids = [
  ...[
    'Q3VzdG9tZXI6QUFBQUFBQUFBQUFBQUFBQQ==',
    'UXVlcnk6MQ==',
    'U3RyaW5nOjE=',
    'Tm90aGluZzox',
    'X19wcm90b19fOjE=',
    'x',
    '',
  ],
  ...[
    'Q3VzdG9tZXI6',
    'Q3VzdG9tZXI6AA==',
    'Y29uc3RydWN0b3I6MQ==',
    'AAAAAAAAAAAAAAAA',
    '0',
    '\u0000',
    'é',
    'a'.repeat(5_000),
  ],
];
const cursors = [
  ...['Y3VzdG9tZXI6QUFBQUFBQUFBQUFBQUFBQQ', 'YXBpS2V5OlBST0RhYmNk', 'aXBTaWdodGluZzox', 'Y3VzdG9tZXI6', '', 'x', '%'],
  ...[
    'Y3VzdG9tZXI6JyBvciAxPTEgLS0',
    'Y3VzdG9tZXI6AA',
    'aXBTaWdodGluZzo5OTk5OTk5OTk5OTk5OTk5',
    '\ud800',
    'b'.repeat(5_000),
  ],
];

const addresses = ['1.1.1.1', '::1', '2001:db8::1', '10.0.0.1'];
/** What is good for an argument of a name, whatever else is sent. */
const goodTexts: Record<string, readonly string[]> = {
  ip: addresses,
  customerRealIp: addresses,
  phone: ['+420 777 123 456', '00420777123457', '777 123 458', ''],
  country: ['CZ', 'sk', ''],
  primaryLocale: ['cs', 'en-GB', ''],
  // Few of them, so that some come again.
  transactionId: ['AAAAAAAAAAAAAAA1', 'AAAAAAAAAAAAAAA2', 'AAAAAAAAAAAAAAA3'],
};
const places = ['customerChange:0', 'customerChange:3', 'customerChange:2147483647'].map((place) =>
  Buffer.from(place).toString('base64url'),
);
const objects = [
  { a: 1, b: { c: [null, 'é'] } },
  { a: null, d: 0.1 },
  {},
  JSON.parse('{"__proto__":{"a":1}}'),
  { a: '\u0000' },
  { '\ud800': 1 },
  { a: Number.MAX_SAFE_INTEGER + 1 },
  JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`),
];

/** A scalar's value for an argument of this name that is as it should be. */
function goodScalar({ dice, index, tenant }: Writing, name: string, type: string): unknown {
  const reference = dice.pick(tenant.references);
  if (type === 'Int') return 1 + dice.below(6);
  if (type === 'Boolean') return dice.chance(0.5);
  if (type === 'DateTime') return '2030-01-01T00:00:00Z';
  if (type === 'JSONObject') return dice.pick(objects.slice(0, 3));
  const texts = goodTexts[name];
  if (texts) return dice.pick(texts);
  if (name === 'email') return dice.chance(0.5) ? dice.pick(tenant.emails) : `g${index}@example.com`;
  if (name === 'id') return Buffer.from(`Customer:${reference}`).toString('base64');
  if (name === 'after' || name === 'before')
    return dice.pick([
      Buffer.from(`customer:${reference}`).toString('base64url'),
      ...places,
      ...(goodTexts.transactionId ?? []),
    ]);
  if (name === 'cuRefNo') return reference;
  if (name === 'fingerprint') return tenant.good.slice(0, 4) + dice.pick(['zzzz', 'Abcd']);
  return 'Any words';
}

/** One that is not, or nearly. */
function oddScalar({ dice, index }: Writing, name: string, type: string): unknown {
  if (dice.chance(0.1)) return anyValue(dice);
  if (type === 'Int') return dice.pick([0, -1, 100, 101, 2 ** 31 - 1, 2 ** 31, 1.5]);
  if (type === 'Boolean') return dice.pick(['true', 0, null]);
  if (type === 'JSONObject') return dice.pick(objects);
  if (type === 'DateTime') return dice.pick(['2030-13-01', '', 'x', '9999-12-31T23:59:59+14:00', 0]);
  if (name === 'email') return anyEmail(dice, index);
  if (name === 'ip' || name === 'customerRealIp') return anyAddress(dice);
  if (name === 'id') return dice.pick(ids);
  if (name === 'after' || name === 'before') return dice.pick(cursors);
  if (name === 'cuRefNo') return dice.pick(['AAAAAAAAAAAAAAAA', 'x', '', '\u0000', 'a'.repeat(3_000)]);
  if (name === 'fingerprint') return dice.pick(['PROD', '', 'DEV_\u0000000', 'x'.repeat(99)]);
  return anyText(dice);
}

function scalarValue(writing: Writing, name: string, type: string): unknown {
  return writing.dice.chance(0.75) ? goodScalar(writing, name, type) : oddScalar(writing, name, type);
}

/** A value of an input type; GraphQL's own form of enums is made by `literal`. */
function inputValue(writing: Writing, name: string, type: GraphQLInputType): unknown {
  const { dice } = writing;
  if (isNonNullType(type)) return dice.chance(0.02) ? null : inputValue(writing, name, type.ofType);
  if (isListType(type)) return dice.some(3, () => inputValue(writing, name, type.ofType));
  if (isEnumType(type)) return dice.chance(0.95) ? dice.pick(type.getValues()).name : anyText(dice).slice(0, 100);
  if (!isInputObjectType(type)) return scalarValue(writing, name, type.name);
  const fields = Object.values(type.getFields());
  const one = type.isOneOf && dice.chance(0.9) ? [dice.pick(fields)] : fields;
  const given = one.filter((field) => one.length === 1 || isNonNullType(field.type) || dice.chance(0.4));
  const value = Object.fromEntries(given.map((field) => [field.name, inputValue(writing, field.name, field.type)]));
  return dice.chance(0.02) ? { ...value, [dice.pick(['unknown', 'identityId', 'x'.repeat(500)])]: 1 } : value;
}

/** A value as a document writes it. */
function literal(value: unknown, type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, type)).join(', ')}]`;
  if (typeof value === 'string') {
    return isEnumType(named) && /^\w+$/.test(value) ? value : JSON.stringify(value);
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = isInputObjectType(named) ? named.getFields() : {};
  const written = Object.entries(value).map(([name, member]) => {
    const field = fields[name];
    return `${/^\w+$/.test(name) ? name : 'odd'}: ${field ? literal(member, field.type) : JSON.stringify(JSON.stringify(member))}`;
  });
  return `{ ${written.join(', ')} }`;
}

function argument(writing: Writing, { name, type }: GraphQLArgument): string {
  const { dice, variables, declared } = writing;
  const value = inputValue(writing, name, type);
  if (dice.chance(0.5)) return `${name}: ${literal(value, type)}`;
  const variable = `v${declared.length}`;
  const otherType = dice.chance(0.03) ? dice.pick(['Int', 'String', 'Nothing', '[ID!]!', 'Customer']) : String(type);
  declared.push(`$${variable}: ${otherType}`);
  const sort = dice.below(20);
  if (sort === 0) variables[variable] = null;
  else if (sort === 1) variables[variable] = anyValue(dice);
  else if (sort > 2) variables[variable] = value;
  return `${name}: $${variable}`;
}

function directive(writing: Writing): string {
  const { dice, declared, variables } = writing;
  if (dice.chance(0.9)) return '';
  if (dice.chance(0.1))
    return dice.pick([' @unknown', ' @include', ' @skip(if: "x")', ' @defer', ' @include(if: $none)']);
  if (dice.chance(0.5)) return ` @${dice.pick(['include', 'skip'])}(if: ${dice.chance(0.5)})`;
  const variable = `b${declared.length}`;
  declared.push(`$${variable}: Boolean! = ${dice.chance(0.5)}`);
  if (dice.chance(0.8)) variables[variable] = dice.chance(0.95) ? dice.chance(0.5) : anyValue(dice);
  return ` @${dice.pick(['include', 'skip'])}(if: $${variable})`;
}

function field(writing: Writing, { name, args, type }: GraphQLField<unknown, unknown>, depth: number): string {
  const { dice } = writing;
  const given = args.filter((arg) => (isNonNullType(arg.type) ? dice.chance(0.99) : dice.chance(0.3)));
  const written = given.length > 0 ? `(${given.map((arg) => argument(writing, arg)).join(', ')})` : '';
  // A field that comes again, in a fragment say, must have the same arguments: mostly it gets a name of its own.
  const alias =
    given.length > 0 && dice.chance(0.9) ? `a${writing.aliases++}: ` : dice.chance(0.04) ? '__proto__: ' : '';
  const named = getNamedType(type);
  return `${alias}${name}${written}${directive(writing)}${isCompositeType(named) ? ` ${selection(writing, named, depth - 1)}` : ''}`;
}

function selection(writing: Writing, type: GraphQLNamedType, depth: number): string {
  const { dice, fragments } = writing;
  const all = 'getFields' in type ? (Object.values(type.getFields()) as GraphQLField<unknown, unknown>[]) : [];
  const fitting = all.filter((each) => depth > 0 || !isCompositeType(getNamedType(each.type)));
  const chosen = new Set(fitting.length > 0 ? dice.some(5, () => dice.pick(fitting)) : []);
  const parts = [...chosen].map((each) => field(writing, each, depth));
  if (parts.length === 0 || dice.chance(0.1)) parts.push('__typename');
  const inside = dice.chance(0.15)
    ? `... on ${isAbstractType(type) ? 'Customer' : type.name}${directive(writing)} { ${parts.pop()} }`
    : '';
  if (inside) parts.push(inside);
  if (dice.chance(0.08)) {
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
    return `{ ...${name}${directive(writing)} ${dice.chance(0.3) ? `...${name} ` : ''}}`;
  }
  return `{ ${parts.join(' ')} }`;
}

/**
 * Makes an operation that the schema allows, for the most part.
 *
 * @param index - the number of the request, which new addresses in it hold
 */
export function anyOperation(
  dice: Dice,
  index: number,
  tenant: Tenant,
  kind: 'query' | 'mutation',
): GeneratedOperation {
  const writing: Writing = { dice, index, tenant, variables: {}, declared: [], fragments: [], aliases: 0 };
  const root = (kind === 'query' ? schema.getQueryType() : schema.getMutationType()) as GraphQLNamedType;
  const all = 'getFields' in root ? (Object.values(root.getFields()) as GraphQLField<unknown, unknown>[]) : [];
  const roots = [...new Set(dice.some(2, () => dice.pick(all)))].map((each) => field(writing, each, DEEPEST));
  if (kind === 'query' && dice.chance(0.08)) roots.push(dice.pick(introspections));
  const { declared, fragments, variables } = writing;
  if (dice.chance(0.02)) declared.push('$unused: String');
  if (dice.chance(0.05)) variables[dice.pick(['unknown', 'v0', '__proto__'])] = anyValue(dice);
  const several = dice.chance(0.04);
  const name = several ? 'A' : dice.pick(['', 'A']);
  const head = `${kind} ${name}${declared.length > 0 ? `(${declared.join(', ')})` : ''}`;
  const operations = several ? [' query B { __typename }'] : [];
  const query = [`${head} { ${roots.join(' ')} }`, ...fragments, ...operations].join(
    dice.pick([' ', '\n', ' , ', '\n# c\n']),
  );
  const odd = dice.chance(0.04) ? dice.pick(['B', '', 'C', 'x'.repeat(300)]) : undefined;
  const operationName = odd ?? (several || (name !== '' && dice.chance(0.3)) ? name : undefined);
  return { query, variables, ...(operationName !== undefined && { operationName }) };
}
