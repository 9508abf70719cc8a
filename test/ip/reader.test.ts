// The reader of address databases beside the one of mmdb-lib, whose decoder it uses within limits: it never says anything else.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import ipaddr from 'ipaddr.js';
import { Reader, type Response } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import { type MmdbReader, readMmdb } from '../../src/ip/mmdb-reader.ts';
import { anonymousFile, asnFile, cityFile, countryFile, countryFileIpv4 } from '../support/geoip.ts';
import { seededRandom } from '../support/random.ts';

const files = { cityFile, asnFile, anonymousFile, countryFile, countryFileIpv4 };
const random = seededRandom(20_261_126);
const part = (limit: number) => Math.floor(random() * limit);
const bytesOf = (address: string) => ipaddr.parse(address).toByteArray();

/** An address of a length in bytes; of IPv6, mostly where addresses are given out. */
function anyAddress(length: number): string {
  const bytes = Array.from({ length }, () => part(256));
  if (length === 16 && random() < 0.9) bytes.splice(0, 2, 0x20 + part(16), part(4) ? part(16) : part(256));
  return ipaddr.fromByteArray(bytes).toString();
}

const addressOf = (value: bigint, length: number): string =>
  ipaddr.fromByteArray([...Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')]).toString();

/** The first and the last address of each network, as mmdb-lib tells them: all from the lowest on, then where chance leads. */
function* bordersIn(reader: Reader<Response>, length: number): Generator<string> {
  const end = 1n << BigInt(8 * length);
  let next = 0n;
  for (let i = 0; i < 3_000; i++) {
    const address = next < end ? addressOf(next, length) : anyAddress(length);
    const [, prefix] = reader.getWithPrefixLength(address);
    const size = 1n << BigInt(8 * length - Math.min(prefix, 8 * length));
    const first = (BigInt(`0x${Buffer.from(bytesOf(address)).toString('hex')}`) / size) * size;
    yield addressOf(first, length);
    yield addressOf(first + size - 1n, length);
    if (next < end) next = i < 2_000 ? first + size : end;
  }
}

/** What a reader says of an address: a record, nothing, or that the file is damaged. */
function said(look: () => unknown): unknown {
  try {
    return look() ?? null;
  } catch {
    return 'damaged';
  }
}

const lengthsOf = ({ metadata }: Pick<MmdbReader, 'metadata'>) => (metadata.ipVersion === 4 ? [4] : [4, 16]);

it.each(Object.entries(files))('says of every address what mmdb-lib says: %s', (_, path) => {
  const bytes = readFileSync(path);
  const ours = readMmdb(bytes);
  const theirs = new Reader<Response>(bytes);
  expect(ours.metadata).toMatchObject({
    databaseType: theirs.metadata.databaseType,
    builtAt: theirs.metadata.buildEpoch,
    ipVersion: theirs.metadata.ipVersion,
  });
  const known = new Set<unknown>();
  for (const length of lengthsOf(ours))
    for (const address of bordersIn(theirs, length)) {
      const record = ours.find(bytesOf(address)) ?? null;
      expect({ address, record }).toEqual({ address, record: theirs.get(address) });
      known.add(inspect(record));
    }
  expect(known.size).toBeGreaterThan(3);
});

function damaged(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  for (let i = 0; i <= part(100); i++) bytes[part(bytes.length)] = part(256);
  return bytes;
}

/** How many addresses have a damaged record; of all others both readers must say the same. */
function countDamaged(ours: MmdbReader, theirs: Reader<Response>, addresses: readonly string[]): number {
  let count = 0;
  for (const address of addresses) {
    if (!lengthsOf(ours).includes(bytesOf(address).length)) continue;
    const record = said(() => ours.find(bytesOf(address)));
    if (record === 'damaged') count += 1;
    else expect({ address, record }).toEqual({ address, record: said(() => theirs.get(address)) });
  }
  return count;
}

describe('of a damaged file', () => {
  it.each(Object.entries({ cityFile, asnFile, anonymousFile }))(
    'says what mmdb-lib says, or that it is damaged: %s',
    (_, path) => {
      const whole = readFileSync(path);
      const addresses = [...Array(40)].flatMap(() => [anyAddress(4), anyAddress(16)]);
      addresses.push('81.2.69.142', '89.160.20.112', '1.128.0.0', '2001:218::1', '2.125.160.216');
      let differing = 0;
      let unreadable = 0;
      for (let round = 0; round < 300; round++) {
        const bytes = damaged(whole);
        const ours = said(() => readMmdb(bytes)) as MmdbReader | 'damaged';
        const theirs = said(() => new Reader<Response>(bytes)) as Reader<Response> | 'damaged';
        if (ours === 'damaged' || theirs === 'damaged') {
          unreadable += 1;
          continue;
        }
        differing += countDamaged(ours, theirs, addresses);
      }
      expect(unreadable).toBeGreaterThan(0);
      expect(differing).toBeGreaterThan(0);
    },
  );
});
