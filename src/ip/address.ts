// An IP address: judged, and written one way.
import ipaddr from 'ipaddr.js';
import { ApiError } from '../errors.ts';

const LOOPBACK = '127.0.0.1';

/** What old clients send when they run on the machine itself or do not know the address. */
const localAliases = new Set(['', 'localhost', '::1', '0.0.0.0']);

/** IPv6 with an embedded IPv4 tail, which must be four plain decimal parts like any IPv4 address. */
const embeddedTail = /:([^:]*\.[^:]*)$/;

/**
 * Writes an IP address the one way the gateway keeps it. Writing the result again changes nothing.
 *
 * @param given - what the caller sent: IPv4, IPv6, or one of the local aliases (`""`, `localhost`, `::1`, `0.0.0.0`);
 *   blanks around it do not count
 * @returns dotted IPv4, or IPv6 as RFC 5952 writes it; an IPv4-mapped address comes back as IPv4, an alias as `127.0.0.1`
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` for anything else, CIDR blocks, zone ids and short or octal forms included
 * @see the documentation of `POST /api/v1/customer/create`, `customerRealIp`
 */
export function normalizeIp(given: string): string {
  const text = given.trim().toLowerCase();
  const written = localAliases.has(text) ? LOOPBACK : write(text);
  return localAliases.has(written) ? LOOPBACK : written;
}

/** ipaddr.js takes `::1.2.3.4`, which is an IPv6 address, for IPv4, unless it is written as others are. */
function asGroups(tail: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).toByteArray();
  return [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
}

function write(text: string): string {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  const tail = embeddedTail.exec(text)?.[1];
  const plainTail = tail === undefined || ipaddr.IPv4.isValidFourPartDecimal(tail);
  if (!plainTail || text.includes('%') || !ipaddr.IPv6.isValid(text)) {
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { message: 'must be an IPv4 or IPv6 address' });
  }
  const address = ipaddr.IPv6.parse(tail === undefined ? text : text.slice(0, -tail.length) + asGroups(tail));
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}
