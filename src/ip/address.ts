// An IP address: checked, and written one way.
import ipaddr from 'ipaddr.js';
import { assertStorable, invalid, trim } from '../text.ts';

const LOOPBACK = '127.0.0.1';
/** Characters of the longest address, IPv6 with an IPv4 tail; and room for blanks around it, as wherever a value is trimmed. */
const LONGEST = 45;
const LONGEST_RAW = 4 * LONGEST;
/** Bits of an IPv6 address that name a network. */
const IPV6_NETWORK = 64;

/** What old clients send when they run on the machine itself or do not know the address. */
const localAliases = new Set(['', 'localhost', '::1', '0.0.0.0']);

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
  if (given.length > LONGEST_RAW) throw invalid('must be an IPv4 or IPv6 address');
  assertStorable(given);
  const text = trim(given).toLowerCase();
  const written = localAliases.has(text) ? LOOPBACK : readIp(text);
  if (written === undefined) throw invalid('must be an IPv4 or IPv6 address');
  return localAliases.has(written) ? LOOPBACK : written;
}

/**
 * Reads an IP address strictly: four plain decimal parts, or IPv6 without a zone; no CIDR block, no port, no alias.
 *
 * @param text - anything, in any length
 * @returns the address written one way, as `normalizeIp` does; undefined when the text is none
 */
export function readIp(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  const tail = embeddedTail(text);
  const plainTail = tail === undefined || ipaddr.IPv4.isValidFourPartDecimal(tail);
  if (!plainTail || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(tail === undefined ? text : text.slice(0, -tail.length) + asGroups(tail));
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

/**
 * Who an address stands for, where callers are told apart by it: whoever has one IPv6 address has all that share its first
 * 64 bits.
 *
 * @param address - IPv4 or IPv6, with a zone or without
 * @returns the IPv4 address, or the IPv6 network with its length; anything else as it is
 */
export function networkOf(address: string): string {
  const read = readIp(address.split('%', 1)[0] ?? '');
  if (read === undefined || !read.includes(':')) return read ?? address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${read}/${IPV6_NETWORK}`)}/${IPV6_NETWORK}`;
}

/** The IPv4 address that ends an IPv6 one, which must be four plain decimal parts like any other. */
function embeddedTail(text: string): string | undefined {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  return tail.length < text.length && tail.includes('.') ? tail : undefined;
}

/** ipaddr.js takes `::1.2.3.4`, which is an IPv6 address, for IPv4, unless it is written as others are. */
function asGroups(tail: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).toByteArray();
  return [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
}
