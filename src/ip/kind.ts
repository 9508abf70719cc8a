// What sort of address an IP address is. Only a public one can be looked up.
import ipaddr from 'ipaddr.js';

/** The kinds of address, with what they mean. */
export const ipKinds = {
  PUBLIC: 'A public address of the internet.',
  PRIVATE: 'An address within an organisation (RFC 1918, RFC 4193).',
  LOOPBACK: 'An address of the machine itself.',
  LINK_LOCAL: 'An address within one network segment.',
  CGNAT: 'An address shared by the customers of one provider (RFC 6598).',
  DOCUMENTATION: 'An address for documentation (RFC 5737, RFC 3849, RFC 9637).',
  RESERVED: 'An address for another purpose: multicast, benchmarks, tunnels, future use.',
} as const;

/** The kind of an address. */
export type IpKind = keyof typeof ipKinds;

/** ipaddr.js has these among the reserved ones. */
const documentation = {
  DOCUMENTATION: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'].map((block) =>
    ipaddr.parseCIDR(block),
  ),
};
/** The part of IPv6 that is given out; ipaddr.js takes the rest for `unicast` too. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

const kindOfRange: Partial<Record<ReturnType<(ipaddr.IPv4 | ipaddr.IPv6)['range']>, IpKind>> = {
  unicast: 'PUBLIC',
  private: 'PRIVATE',
  uniqueLocal: 'PRIVATE',
  loopback: 'LOOPBACK',
  linkLocal: 'LINK_LOCAL',
  carrierGradeNat: 'CGNAT',
};

/**
 * Tells the kind of an address.
 *
 * @param address - as `normalizeIp` writes it
 */
export function kindOf(address: string): IpKind {
  const parsed = ipaddr.parse(address);
  if (ipaddr.subnetMatch(parsed, documentation) === 'DOCUMENTATION') return 'DOCUMENTATION';
  const kind = kindOfRange[parsed.range()] ?? 'RESERVED';
  const given = kind !== 'PUBLIC' || parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
  return given ? kind : 'RESERVED';
}
