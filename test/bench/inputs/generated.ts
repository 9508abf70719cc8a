// Bodies of about 64 KiB that a generator makes: of one nasty thing often, or of many things at once.
import { CREATE } from '../../support/apis.ts';
import { type Dice, diceOf } from '../../support/generated/dice.ts';
import { oddCharacters } from '../../support/generated/texts.ts';
import type { Sender } from './known.ts';
import type { CostlyInput } from './measure.ts';

/** Bytes that a body has at most; a little less than the gateway reads. */
const SIZE = 65_000;
const TOKENS = 1_900;
const MEMBERS = ['email', 'companyName', 'companyRegistrationNumber', 'taxIdentificationNumber', 'customerRealIp'];
/** Combining marks of several classes. */
const marks = ['\u0301', '\u0323', '\u0344', '\u0345', '\u0338', '\u05b0', '\u064b', '\u093c', '\u094d', '\u302a'];
const ordinary = ['a', '0', '1', 'é', 'ab ', '. ', '-', '::', '1.', '0:', '"', '\\', '%41', '@', 'a@', '.a', 'ｱ', 'Ａ'];

/** One, or several, code points again and again; never more than there is room for, as JSON writes it. */
function repeated(dice: Dice, room: number): string {
  const list = dice.pick([marks, oddCharacters, ordinary, [...marks, ...oddCharacters, ...ordinary]]);
  const units = dice.some(dice.pick([1, 2, 2, 5]), () => dice.pick(list));
  const unit = units.join('');
  // What has to be put in order takes longest when it comes in blocks, the last first.
  const blocks = dice.chance(0.4) ? units.map((each) => filled(each, room / units.length)) : [filled(unit, room)];
  const core = blocks.join('');
  return dice.pick([
    core,
    `a${core}`,
    `${core}b`,
    `a${core}b`,
    `${core}@example.com`,
    `a@${core}.com`,
    `"${core}"@example.com`,
  ]);
}

/** As often as there is room for, at least once. */
const filled = (unit: string, room: number) => unit.repeat(Math.max(Math.floor(room / sizeOf(unit)), 1));
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) - 2;

/** An object of about as many bytes as fit, whose names or values are many, long, or deep. */
function largeInput(dice: Dice, room: number): { name: string; json: string } {
  const email = `c${dice.below(1_000)}@example.com`;
  const sort = dice.below(6);
  if (sort < 3) {
    const member = dice.pick(MEMBERS);
    const text = repeated(dice, room - 200);
    return { name: `${named(text)} as ${member}`, json: JSON.stringify({ email, [member]: text }) };
  }
  if (sort === 3) {
    const each = dice.pick([4, 20, 200, 2_000]);
    const text = repeated(dice, each);
    const members = Array.from({ length: Math.floor(room / (sizeOf(text) * 2 + 20)) }, (_, i) => [`${i}${text}`, text]);
    return {
      name: `${members.length} members of ${named(text)}`,
      json: JSON.stringify(Object.fromEntries([['email', email], ...members])),
    };
  }
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"email":', '}]'],
    ['[[],', ']'],
  ] as const);
  const depth = Math.floor((room - 100) / (open.length + close.length));
  const inside = `${open.repeat(depth)}1${close.repeat(depth)}`;
  if (sort === 4)
    return {
      name: `${open} ${depth} deep`,
      json: `{"email":"${email}","${dice.pick([...MEMBERS.slice(1), 'x'])}":${inside}}`,
    };
  const item = dice.pick(['1', '""', '[]', '{}', 'null', '{"a":1}', '1e308', '"\\ud800"']);
  const items = `${item},`.repeat(Math.floor((room - 100) / (item.length + 1)));
  return {
    name: `a list of ${item}`,
    json: `{"email":"${email}","${dice.pick([...MEMBERS.slice(1), 'x'])}":[${items}1]}`,
  };
}

/** What a text is made of, to be read. */
function named(text: string): string {
  const points = [...new Set(text.slice(0, 40))]
    .slice(0, 5)
    .map((point) => `U+${point.codePointAt(0)?.toString(16).toUpperCase()}`);
  return `${text.length} of ${points.join(' ')}`;
}

/** A document with as much of one thing, or two, as may be. */
function largeDocument(dice: Dice, turn: number): { name: string; query: string } {
  const [what, unit, tokens] = dice.pick([
    ['fields', 'email ', 1],
    ['names that are unknown', `u${turn}x# `, 1],
    ['aliases', '#: email ', 3],
    ['groups', 'groups { slug } ', 4],
    ['aliased groups', '#: groups { slug } ', 6],
    ['referrals', 'referral { customer { email groups { slug } } } ', 11],
    ['histories', 'ipHistory(first: 1) { edges { cursor } } ', 12],
    ['directives', 'email @include(if: true) ', 7],
    ['inline fragments', '... on Customer { email } ', 5],
    ['nested inline fragments', '... { ... { ... { email } } } ', 13],
    ['spreads', '...F ', 2],
    ['spreads of each', '...F# ', 2],
    ['typenames', '__typename ', 1],
    ['strings', `email(x: "${'\\u0041'.repeat(10)}") `, 6],
  ] as const);
  const count = Math.floor((TOKENS * dice.pick([1, 1, 0.3])) / tokens);
  const body = Array.from({ length: count }, (_, i) => unit.replaceAll('#', `n${i}`)).join('');
  const fragments = dice.pick([
    'fragment F on Customer { email }',
    Array.from(
      { length: 100 },
      (_, i) => `fragment Fn${i} on Customer { groups { slug } ${i < 99 ? `...Fn${i + 1}` : ''} }`,
    ).join(' '),
    '',
  ]);
  const around = dice.pick([
    ['{ customers(first: 2) { edges { node { ', ' } } } }'],
    ['{ customer(by: { email: "filled2@example.com" }) { ', ' } }'],
    ['{ node(id: "x") { ... on Customer { ', ' } } }'],
    ['query ($a: Int) { customers { edges { node { ', ' } } } }'],
  ] as const);
  const comment = dice.chance(0.3) ? `#${'x'.repeat(dice.pick([100, 30_000]))}\n` : '';
  return {
    name: `${count} ${what} in ${around[0].slice(0, 24)}`,
    query: `${comment}${around[0]}${body}${around[1]} ${fragments}`,
  };
}

/**
 * Makes inputs for both APIs in turn.
 *
 * @param count - how many for each
 */
export function generatedInputs({ rest, graphql }: Sender, count: number): CostlyInput[] {
  return Array.from({ length: count }, (_, index) => {
    const forRest = largeInput(diceOf(index * 2), SIZE);
    const forGraphQL = graphqlBody(diceOf(index * 2 + 1), index);
    return [
      { name: `#${index} ${forRest.name}`, api: 'REST' as const, request: () => rest(forRest.json) },
      // No document is known from the turn before.
      {
        name: `#${index} ${forGraphQL.name}`,
        api: 'GraphQL' as const,
        request: (turn: number) => graphql(forGraphQL.body(turn)),
      },
    ];
  }).flat();
}

function graphqlBody(dice: Dice, index: number): { name: string; body: (turn: number) => string } {
  if (dice.chance(0.45)) {
    const { name, query } = largeDocument(dice, index);
    return { name, body: (turn) => JSON.stringify({ query: `#${turn}\n${query}` }) };
  }
  const { name, json } = largeInput(dice, SIZE - 800);
  const [query, variables] = dice.pick([
    [CREATE, `{"input":${json}}`],
    ['query ($input: CustomerBy!) { customer(by: $input) { email } }', `{"input":${json}}`],
    ['query ($email: String!) { ipInfo(ip: $email) { kind } }', json],
    ['query ($input: ID!) { node(id: $input) { id } }', `{"input":${JSON.stringify(json.slice(0, 20_000))}}`],
    [
      'query ($input: String) { customers(after: $input) { edges { cursor } } }',
      `{"input":${JSON.stringify(json.slice(0, 20_000))}}`,
    ],
    ['{ __typename }', json],
  ] as const);
  return {
    name: `${name}, ${query.slice(0, 20)}`,
    body: (turn) => `{"query":${JSON.stringify(`#${turn}\n${query}`)},"variables":${variables}}`,
  };
}
