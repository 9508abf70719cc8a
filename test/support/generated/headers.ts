// Headers and keys that callers send, good and bad.
import { SAMPLE_KEY } from '../../../src/api-key/key.ts';
import type { Dice } from './dice.ts';
import type { Tenant } from './tenant.ts';
import { anyAddress } from './texts.ts';

/** Where a key stands in a request. */
export type KeyPlace = 'header' | 'query' | 'body';

export interface PlacedKey {
  place: KeyPlace;
  key: string;
}

/** The keys of a request: mostly one good one, where keys usually stand. */
export function anyKeys(dice: Dice, tenant: Tenant, places: readonly KeyPlace[]): PlacedKey[] {
  if (dice.chance(0.03)) return [];
  const badForms = [
    '',
    ' ',
    'x',
    'PROD',
    `${tenant.good}x`,
    tenant.good.toLowerCase(),
    '\u00e9',
    `PROD${'z'.repeat(9_000)}`,
  ];
  const key = () => {
    if (dice.chance(0.86)) return dice.chance(0.85) ? tenant.good : tenant.root;
    const unknown = `${dice.pick(['PROD', 'DEV_', 'ROOT'])}${'Zz9'.repeat(9)}${dice.below(10)}`;
    return dice.pick([...tenant.refused, unknown, SAMPLE_KEY, ...badForms]);
  };
  const first = dice.pick(places);
  const more = dice.chance(0.06) ? dice.some(2, () => ({ place: dice.pick(places), key: key() })) : [];
  return [{ place: dice.chance(0.6) ? 'header' : first, key: key() }, ...more];
}

const accepts = [
  ...[
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'text/html',
    'text/event-stream',
    'multipart/mixed',
  ],
  ...[
    'application/graphql-response+json;q=0, application/json',
    'application/json;q=0.1, application/graphql-response+json',
  ],
  ...[
    'application/*',
    '*/*;q=0',
    'text/html;q=0',
    'application/json; charset=utf-16',
    'application/json;q=x',
    'a/b/c',
    ',',
    '',
  ],
  ...['text/html, application/xhtml+xml, */*;q=0.8', '*', 'application/json;'.repeat(500), '\u00ff', ';q=1', 'q=0.5'],
];
const bearer = ['Bearer ', 'bearer ', 'Bearer   ', 'BEARER '];
const otherAuthorizations = [
  'Bearer',
  'Basic eDp5',
  '',
  'Bearer YOUR_API_KEY',
  'Digest x',
  'Bearer Bearer x',
  '\u00ff',
];
const requestIds = [
  'r-1',
  'x'.repeat(128),
  'x'.repeat(129),
  '',
  ' ',
  '\u00e9',
  'a b',
  '<script>',
  '../..',
  `PROD${'a'.repeat(28)}`,
];
const idempotencyKeys = [
  'reused',
  '"quoted"',
  'x'.repeat(255),
  'x'.repeat(256),
  '',
  ' ',
  'with blank',
  '\u00ff',
  "' or 1=1",
];
const sites = ['cross-site', 'same-site', 'same-origin', 'none', 'x'];

/**
 * The headers of a request, but for those of its body.
 *
 * @param index - the number of the request, which a new Idempotency-Key holds
 */
export function anyHeaders(dice: Dice, index: number, keys: readonly PlacedKey[]): [string, string][] {
  const headers: [string, string][] = [];
  const maybe = (share: number, name: string, values: readonly string[]) => {
    if (dice.chance(share)) headers.push([name, dice.pick(values)]);
  };
  for (const { place, key } of keys) if (place === 'header') headers.push(['Authorization', dice.pick(bearer) + key]);
  if (headers.length === 0) maybe(0.3, 'Authorization', otherAuthorizations);
  maybe(0.5, 'Accept', accepts);
  maybe(0.1, 'X-Request-Id', requestIds);
  maybe(0.1, 'Idempotency-Key', [`new-${index}`, `new-${index}`, `shared-${index % 7}`, ...idempotencyKeys]);
  maybe(0.02, 'Idempotency-Key', idempotencyKeys);
  maybe(0.1, 'X-GraphQL-Cost', ['1', 'true', '', 'x']);
  maybe(0.05, 'Origin', ['https://evil.example', 'null', '', 'x']);
  maybe(0.04, 'Sec-Fetch-Site', sites);
  maybe(0.02, 'Content-Encoding', ['gzip', 'identity', 'br', 'x', 'gzip, gzip']);
  maybe(0.01, 'Expect', ['x', '100-continue', '200-ok']);
  maybe(0.02, 'Accept-Encoding', ['gzip', 'identity;q=0', 'x']);
  maybe(0.02, 'X-HTTP-Method-Override', ['DELETE', 'GET']);
  // From many places, so that keys which are no good are not all taken for guesses of one caller.
  const forwarded = `10.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`;
  headers.push(['X-Forwarded-For', dice.chance(0.95) ? forwarded : `${anyAddress(dice)}, ${anyAddress(dice)}`]);
  maybe(0.004, 'X-Long', ['x'.repeat(15_000), 'x'.repeat(17_000)]);
  return headers.map(([name, value]) => [name, sendable(value)]);
}

/** What can stand in a header: bytes, no line breaks. */
function sendable(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}
