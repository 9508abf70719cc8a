// Names of addresses: found in the DNS, confirmed, kept, and never waited for longer than a second.
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReverseDns, type ReverseDns } from '../../src/ip/reverse-dns.ts';
import { startDns, type TestDns } from '../support/dns.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const CONCURRENCY = 32;

let dns: TestDns;
let reverse: ReverseDns;
const lines: string[] = [];

beforeEach(async () => {
  dns = await startDns({
    'PTR 1.1.1.1.in-addr.arpa': ['One.One.example'],
    'A one.one.example': ['1.0.0.1', '1.1.1.1'],
    'PTR 2.1.1.1.in-addr.arpa': ['liar.example'],
    'A liar.example': ['9.9.9.9'],
    'PTR 3.1.1.1.in-addr.arpa': ['nowhere.example'],
    'PTR 4.1.1.1.in-addr.arpa': ['a.example', 'b.example'],
    'A b.example': ['1.1.1.4'],
    'PTR 5.1.1.1.in-addr.arpa': ['<script>.example', "x' or 1=1.example"],
    'PTR 8.8.8.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.8.4.0.6.8.4.1.0.0.2.ip6.arpa': ['six.example'],
    'AAAA six.example': ['2001:4860:4860:0:0:0:0:8888'],
  });
  lines.length = 0;
  reverse = openReverseDns([dns.server], pino({ level: 'info' }, { write: (line) => void lines.push(line) }));
});
afterEach(async () => {
  reverse.close();
  await dns.close();
});

it.each([
  ['1.1.1.1', { name: 'one.one.example', confirmed: true }],
  ['1.1.1.2', { name: 'liar.example', confirmed: false }],
  ['1.1.1.3', { name: 'nowhere.example', confirmed: false }],
  ['1.1.1.4', { name: 'b.example', confirmed: true }],
  ['2001:4860:4860::8888', { name: 'six.example', confirmed: true }],
  ['1.1.1.5', null],
  ['1.1.1.6', null],
])('%s has the name %j', async (address, name) => expect(await reverse.find(address)).toEqual(name));

it('asks once for an address, whether it has a name or not, and for the same one at once', async () => {
  for (const address of ['1.1.1.1', '1.1.1.6']) {
    const before = dns.questions.length;
    await Promise.all([reverse.find(address), reverse.find(address)]);
    await reverse.find(address);
    expect(dns.questions.slice(before)).toEqual(
      address === '1.1.1.1' ? ['PTR 1.1.1.1.in-addr.arpa', 'A one.one.example'] : ['PTR 6.1.1.1.in-addr.arpa'],
    );
  }
});

it('looks up so many addresses at once and no more', async () => {
  dns.behaviour = { delay: 20 };
  const addresses = Array.from({ length: 100 }, (_, i) => `1.1.2.${i}`);
  await Promise.all(addresses.map(reverse.find));
  expect(dns.mostOpen()).toBe(CONCURRENCY);
});

it('gives up when the DNS is silent, says so once, and finds names again when it is back', async () => {
  dns.behaviour = 'silent';
  const addresses = Array.from({ length: 100 }, (_, i) => `1.1.3.${i}`);
  expect(await Promise.all(addresses.map(reverse.find))).toEqual(addresses.map(() => null));
  await expect.poll(() => reverse.state, { timeout: 5_000 }).toBe('the DNS does not answer');
  // For those who waited in line nobody was asked.
  expect(dns.questions).toHaveLength(CONCURRENCY);
  // Kept for a while: nobody waits for it again.
  expect(await reverse.find('1.1.3.0')).toBeNull();
  expect(dns.questions).toHaveLength(CONCURRENCY);

  dns.behaviour = { delay: 0 };
  expect(await reverse.find('1.1.1.1')).toMatchObject({ confirmed: true });
  expect(reverse.state).toBe('on');
  expect(lines.join()).not.toMatch(/arpa|1\.1\.3/);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'reverse DNS: no response from the DNS; names are missing from answers',
    'reverse DNS: the DNS responds again',
  ]);
});

it('takes a failure of the DNS for no name', async () => {
  dns.behaviour = 'fails';
  expect(await reverse.find('1.1.1.1')).toBeNull();
});

const NAME_OF = 'query ($ip: String!) { ipInfo(ip: $ip) { kind reverseDns { name confirmed } } }';

async function withGateway(reverseDns: boolean | string[], use: (gateway: TestGateway) => Promise<void>) {
  const gateway = await startGateway({ reverseDns });
  try {
    await use(gateway);
  } finally {
    await gateway.close();
  }
}

it('is asked for by a caller, and only for public addresses', async () => {
  await withGateway([dns.server], async (gateway) => {
    const nameOf = async (ip: string) => (await gateway.graphql(NAME_OF, { ip })).body.data.ipInfo.reverseDns;
    expect(await nameOf('::ffff:1.1.1.1')).toEqual({ name: 'one.one.example', confirmed: true });
    const asked = dns.questions.length;
    for (const ip of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1', '192.0.2.1', '224.0.0.1'])
      expect(await nameOf(ip)).toBeNull();
    for (const ip of ['fe80::1', 'fd00::1', '2001:db8::1', 'ff02::1', '::', '4000::1'])
      expect(await nameOf(ip)).toBeNull();
    await gateway.graphql('{ ipInfo(ip: "8.8.8.8") { country { code } asn sources { name } } }');
    expect(dns.questions).toHaveLength(asked);
    expect((await gateway.send('/health/ready')).body.reverseDns).toBe('on');
  });
});

it('counts for more than what is read from memory', async () => {
  await withGateway([dns.server], async (gateway) => {
    const costOf = async (fields: string) => {
      const headers = { 'X-GraphQL-Cost': '1' };
      const { body } = await gateway.graphql(`{ ipInfo(ip: "1.1.1.1") { ${fields} } }`, {}, { headers });
      return body.extensions.cost.complexity;
    };
    expect((await costOf('kind reverseDns { name }')) - (await costOf('kind'))).toBeGreaterThanOrEqual(10);
  });
});

it('can be switched off', async () => {
  await withGateway(false, async (gateway) => {
    expect((await gateway.graphql(NAME_OF, { ip: '1.1.1.1' })).body.data.ipInfo).toEqual({
      kind: 'PUBLIC',
      reverseDns: null,
    });
    expect((await gateway.send('/health/ready')).body.reverseDns).toBe('off');
  });
});

it('never holds up a create', async () => {
  dns.behaviour = 'silent';
  await withGateway([dns.server], async (gateway) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => gateway.rest({ email: `${i}@example.com`, customerRealIp: `1.1.4.${i}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(dns.questions).toEqual([]);
  });
});
