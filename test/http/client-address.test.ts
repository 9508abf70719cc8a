// Whose address a request comes from: X-Forwarded-For, read from its end and as strictly as any address.
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../src/api-key/key.ts';
import { addressFinder, type TrustedProxies } from '../../src/http/client-ip.ts';
import { BRUTE_FORCE_LIMIT } from '../../src/rate-limit/brute-force-limiter.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ trustProxy: 1 });
});
afterAll(() => gateway.close());

function addressOf(trusted: TrustedProxies | undefined, header: string | undefined, remoteAddress = '::ffff:10.0.0.1') {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': header } };
  return addressFinder(trusted)(request as unknown as IncomingMessage);
}

const all = ['0.0.0.0/0', '::/0'];
it.each<[TrustedProxies | undefined, string | undefined, string]>([
  [undefined, '203.0.113.1', '10.0.0.1'],
  [1, undefined, '10.0.0.1'],
  [1, '', '10.0.0.1'],
  [0, '203.0.113.1', '10.0.0.1'],
  [1, '203.0.113.1', '203.0.113.1'],
  [1, '198.51.100.1, 203.0.113.1', '203.0.113.1'],
  [2, '192.0.2.1,198.51.100.1,\t203.0.113.1 ', '198.51.100.1'],
  [9, '198.51.100.1, 203.0.113.1', '198.51.100.1'],
  [9, ',203.0.113.1', '203.0.113.1'],
  [9, '198.51.100.1,,203.0.113.1', '203.0.113.1'],
  [['10.0.0.0/8', '203.0.113.1'], '192.0.2.1, 198.51.100.1, 203.0.113.1', '198.51.100.1'],
  [['192.0.2.9'], '203.0.113.1', '10.0.0.1'],
  [['::ffff:10.0.0.1'], '203.0.113.1', '203.0.113.1'],
  [1, '203.0.113.1:1234', '203.0.113.1'],
  [1, '[2001:DB8::1]:1234', '2001:db8::1'],
  [1, '[2001:db8::1]', '2001:db8::1'],
  [1, '2001:db8:0:0:0:0:0:1', '2001:db8::1'],
  [1, '::ffff:203.0.113.1', '203.0.113.1'],
  // An alias of the machine is an address like any other here.
  [1, '::1', '::1'],
  [1, '0.0.0.0', '0.0.0.0'],
  // Many proxies, and more than anybody has.
  [99, `192.0.2.1,${Array(31).fill('198.51.100.1').join()}`, '192.0.2.1'],
  [all, `192.0.2.1,${Array(2_000).fill('198.51.100.1').join()}`, '198.51.100.1'],
])('with TRUST_PROXY %j, "%s" is from %s', (trusted, header, address) => {
  expect(addressOf(trusted, header)).toBe(address);
});

it.each([
  ...[
    '1',
    '0x7f.1',
    '010.1.1.1',
    '1.1',
    '16843009',
    '0x01010101',
    '256.1.1.1',
    '1.1.1.1/32',
    'localhost',
    'unknown',
    '_hidden',
  ],
  ...[
    'fe80::1%eth0',
    '[::1',
    '::1]',
    '1.1.1.1.',
    '010.1.1.1:80',
    '[::ffff:010.1.1.1]',
    '::ffff:1.1',
    '[1',
    ':'.repeat(16_000),
  ],
])('"%s" is no address', (written) => {
  for (const trusted of [9, all]) {
    expect(addressOf(trusted, written)).toBe('10.0.0.1');
    expect(addressOf(trusted, `198.51.100.1, ${written}, 203.0.113.1`)).toBe('203.0.113.1');
  }
});

it('knows the nearest by whatever name the socket has for it', () => {
  expect(addressOf(undefined, undefined, 'fe80::1%eth0')).toBe('fe80::1');
  expect(addressOf(undefined, undefined, '2001:db8::1')).toBe('2001:db8::1');
  expect(addressOf(undefined, undefined, undefined)).toBe('10.0.0.1');
});

it('so that nobody has a new address for each guess of a key', async () => {
  const forms = ['1', '0x7f.1', '010.1.1.1', '1.1', '0x7f000001'];
  const guess = (header?: string) =>
    gateway.rest({}, { key: generateKey('PROD'), headers: header ? { 'x-forwarded-for': header } : {} });
  for (let i = 0; i < BRUTE_FORCE_LIMIT; i++) {
    const { body } = await guess(forms[i % forms.length]);
    expect(body.error.code).toBe('PUBLIC_API_KEY_DOES_NOT_EXIST');
  }
  // All of them counted for the proxy, which is whom the requests come from as far as anybody can tell.
  for (const header of [undefined, ...forms]) expect((await guess(header)).status).toBe(429);
  expect((await guess('203.0.113.1')).status).toBe(404);
});
