// Requests over both APIs as nobody would write them down: valid, broken and hostile, the same for the same number.
import { attacks } from './attacks.ts';
import { anyBody, type GeneratedBody } from './generated/bodies.ts';
import { type Dice, diceOf } from './generated/dice.ts';
import { anyOperation, type GeneratedOperation } from './generated/documents.ts';
import { anyHeaders, anyKeys, type KeyPlace, type PlacedKey } from './generated/headers.ts';
import type { Tenant } from './generated/tenant.ts';
import { anyText, mutated } from './generated/texts.ts';
import { anyName, anyValue, createInput } from './generated/values.ts';

/** A request as it goes over the wire. */
export interface GeneratedRequest {
  method: string;
  /** The request target: a path with its query, or a whole URL as proxies get it. */
  target: string;
  /** All headers but Content-Length. */
  headers: [name: string, value: string][];
  body?: Buffer;
}

/** An input of `createCustomer` that both APIs must come to the same answer for. */
export interface SharedInput {
  request?: undefined;
  input: Record<string, unknown>;
  /** Keys of two organisations, or one bad key twice. */
  keys: readonly [string, string];
}

/** A create that is sent again under its Idempotency-Key. */
export interface RepeatedRequest {
  request?: undefined;
  idempotencyKey: string;
  email: string;
  apiKey: string;
}

/** What one number stands for. */
export type GeneratedCase = { request: GeneratedRequest } | SharedInput | RepeatedRequest;

export const CREATE_PATH = '/api/v1/customer/create';

const otherMethods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const paths = [
  ...[
    '/',
    '/health/live',
    '/health/ready',
    '/openapi.json',
    '/favicon.ico',
    '/api',
    '/api/v1/customer',
    '/api/v1/x',
    '*',
  ],
  ...[
    '/graphql/',
    '/GraphQL',
    '//graphql',
    '/graphql%2f',
    '/%67raphql',
    '/api/v1/customer/create/',
    '/api/v1/customer/Create',
  ],
  ...[
    '/api/v1/customer/%63reate',
    '/api/v1/../graphql',
    '/api/%00',
    '/%zz',
    '/%ff',
    '/a%2e%2e/b',
    '/constructor',
    '/__proto__',
  ],
  ...[
    '/api/v1/customer/create;x=1',
    '/graphql#x',
    '/\u00ff',
    `/${'x'.repeat(9_000)}`,
    `/api/PROD${'a'.repeat(28)}`,
    '/api/\\',
  ],
];

/** Makes what a number stands for. */
export function generate(index: number, tenant: Tenant): GeneratedCase {
  const dice = diceOf(index);
  const sort = dice.below(100);
  if (sort < 25) {
    const bad = dice.pick(['x', '', `PROD${'Yy8'.repeat(9)}Y`]);
    return { input: createInput(dice, index), keys: dice.chance(0.97) ? [tenant.good, tenant.foreign] : [bad, bad] };
  }
  if (sort < 54) return { request: restRequest(dice, index, tenant) };
  if (sort < 55)
    return { idempotencyKey: `repeated-${index}`, email: `repeated${index}@example.com`, apiKey: tenant.good };
  if (sort < 94) return { request: graphqlRequest(dice, index, tenant) };
  const keys = anyKeys(dice, tenant, ['query']);
  const method = dice.chance(0.6) ? 'GET' : dice.pick(['POST', ...otherMethods]);
  const target = `${dice.pick(paths)}${parameters(dice, keys, {})}`;
  return { request: whole(dice, index, { method, target, keys, content: bodyFor(dice, method, {}) }) };
}

function restRequest(dice: Dice, index: number, tenant: Tenant): GeneratedRequest {
  const places: KeyPlace[] = ['query', 'body'];
  const keys = anyKeys(dice, tenant, places);
  const method = dice.chance(0.92) ? 'POST' : dice.pick(otherMethods);
  const members = { ...createInput(dice, index), ...inBody(keys) };
  const extra = dice.chance(0.25) ? Object.fromEntries(dice.some(3, () => [anyName(dice), anyValue(dice)])) : {};
  const target = `${CREATE_PATH}${parameters(dice, keys, {})}`;
  return whole(dice, index, { method, target, keys, content: anyBody(dice, { ...extra, ...members }, 0.4) });
}

function graphqlRequest(dice: Dice, index: number, tenant: Tenant): GeneratedRequest {
  // Half of all that can be asked needs a ROOT key.
  const keys = anyKeys(dice, dice.chance(0.5) ? { ...tenant, good: tenant.root } : tenant, ['query']);
  const method = dice.chance(0.7) ? 'POST' : dice.chance(0.85) ? 'GET' : dice.pick(otherMethods);
  if (method === 'POST' && dice.chance(0.08)) {
    const attack = dice.pick(attacks.filter(({ method: other }) => !other));
    const bytes = Buffer.from(dice.chance(0.7) ? attack.body : mutated(dice, attack.body.slice(0, 5_000)));
    const content = { bytes, contentType: attack.headers?.['content-type'] ?? 'application/json' };
    return whole(dice, index, { method, target: `/graphql${parameters(dice, keys, {})}`, keys, content });
  }
  const params = graphqlParams(
    dice,
    index,
    tenant,
    method === 'GET' ? 'query' : dice.pick(['query', 'query', 'mutation']),
  );
  const inQuery = method === 'GET' || dice.chance(0.03);
  const target = `/graphql${parameters(dice, keys, inQuery ? params : {})}`;
  const content = method === 'GET' ? {} : bodyFor(dice, method, { ...params, ...inBody(keys) });
  return whole(dice, index, { method, target, keys, content });
}

/** The parameters of a GraphQL request, of which some are broken. */
function graphqlParams(dice: Dice, index: number, tenant: Tenant, kind: 'query' | 'mutation'): Record<string, unknown> {
  const operation: GeneratedOperation = anyOperation(dice, index, tenant, kind);
  const params: Record<string, unknown> = { ...operation };
  if (dice.chance(0.2)) params.query = mutated(dice, operation.query);
  if (dice.chance(0.02))
    params.query = dice.pick<unknown>(['', ' ', '#', '{', 'subscription { x }', 'type X { y: Int }', null, 1, []]);
  if (dice.chance(0.05)) params.variables = anyValue(dice);
  if (dice.chance(0.03))
    params.extensions = dice.pick<unknown>([{}, null, 'x', [], { persistedQuery: { version: 1, sha256Hash: 'a' } }]);
  if (dice.chance(0.03)) params[anyName(dice)] = anyValue(dice);
  if (dice.chance(0.02)) delete params.query;
  return params;
}

function inBody(keys: readonly PlacedKey[]): Record<string, string> {
  return Object.fromEntries(keys.filter(({ place }) => place === 'body').map(({ key }) => ['apiKey', key]));
}

/** A query string; empty where there is nothing to say. */
function parameters(dice: Dice, keys: readonly PlacedKey[], params: Record<string, unknown>): string {
  const pairs = Object.entries(params).map(([name, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [name, dice.chance(0.04) ? mutated(dice, text) : text] as const;
  });
  for (const { place, key } of keys) if (place === 'query') pairs.push(['apiKey', key]);
  if (dice.chance(0.04)) pairs.push([anyName(dice), anyText(dice)]);
  if (dice.chance(0.02)) pairs.push(...pairs);
  // A lone surrogate cannot be percent-encoded by `encodeURIComponent`; `URLSearchParams` writes U+FFFD for it.
  const text = pairs.map((pair) => new URLSearchParams([[...pair]]).toString()).join('&');
  const odd = dice.chance(0.03)
    ? dice.pick(['&', '&=', '&%', '&%ff=%fe', '&variables={', '&extensions=x', '&query=', '&a'.repeat(3_000)])
    : '';
  const short = (text + odd).slice(0, dice.chance(0.99) ? 12_000 : 20_000);
  return short === '' ? '' : `?${short}`;
}

function bodyFor(dice: Dice, method: string, members: Record<string, unknown>): GeneratedBody {
  return method === 'POST' || dice.chance(0.3) ? anyBody(dice, members, 0.75) : {};
}

interface Parts {
  method: string;
  target: string;
  keys: readonly PlacedKey[];
  content: GeneratedBody;
}

function whole(dice: Dice, index: number, { method, target, keys, content }: Parts): GeneratedRequest {
  const headers = anyHeaders(dice, index, keys);
  const hosts = dice.chance(0.985) ? ['gateway.example'] : dice.pick([[], ['a', 'b'], [''], ['a:b:c']]);
  for (const host of hosts) headers.unshift(['Host', host]);
  if (content.contentType !== undefined) headers.push(['Content-Type', content.contentType.replace(/[\r\n]/g, '')]);
  const absolute = target.startsWith('/') && dice.chance(0.02);
  const scheme = dice.pick(['http://gateway.example', 'HTTP://gateway.example:80', 'https://other.example']);
  // What may stand in a target; all else is percent-encoded by clients.
  const sendable = target.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character.toWellFormed()));
  return {
    method,
    target: absolute ? scheme + sendable : sendable,
    headers,
    ...(content.bytes && { body: content.bytes }),
  };
}
