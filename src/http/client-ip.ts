// Whose address a request comes from, with as many proxies believed as the operator trusts.
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { MOST_PROXIES } from '../config.ts';
import { readIp } from '../ip/address.ts';

/** Proxies whose `X-Forwarded-For` is believed: how many stand in front, or their addresses and CIDR blocks. */
export type TrustedProxies = number | readonly string[];

/** Tells the address of whoever sent a request: IPv4 or IPv6; of an IPv4-mapped address the IPv4. */
export type AddressOf = (request: IncomingMessage) => string;

/** Characters of the longest entry: IPv6 with brackets and a port, and blanks. */
const LONGEST_ENTRY = 64;

const withPort = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/;

/**
 * Prepares to find the addresses of callers. `X-Forwarded-For` is read from its end, where the nearest proxy wrote, for as
 * long as whoever wrote is trusted: what stands further left may be made up.
 *
 * @param trusted - undefined for none: then the header is not looked at
 */
export function addressFinder(trusted: TrustedProxies | undefined): AddressOf {
  const isTrusted = trust(trusted);
  return (request) => {
    const [remote = ''] = (request.socket.remoteAddress ?? '').split('%');
    let address = readIp(remote) ?? '';
    const forwarded = trusted === undefined ? undefined : request.headers['x-forwarded-for'];
    if (forwarded === undefined) return address;
    const header = String(forwarded);
    let end = header.length;
    for (let hops = 0; hops < MOST_PROXIES && end >= 0 && isTrusted(address, hops); hops++) {
      const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1);
      const next = readEntry(header.slice(comma + 1, end));
      if (next === undefined) break;
      address = next;
      end = comma;
    }
    return address;
  };
}

/**
 * Prepares to tell whether whoever connects is a proxy that is trusted, and so carries the requests of many.
 *
 * @param trusted - as for `addressFinder`
 * @returns takes the address of the other end of a connection
 */
export function proxyFinder(trusted: TrustedProxies | undefined): (address: string) => boolean {
  const isTrusted = trust(trusted);
  return (address) => isTrusted(readIp(address.split('%', 1)[0] ?? '') ?? '', 0);
}

/** Whether whoever has an address, so many hops away, is trusted to name the next. */
function trust(trusted: TrustedProxies | undefined): (address: string, hops: number) => boolean {
  if (trusted === undefined) return () => false;
  if (typeof trusted === 'number') return (_, hops) => hops < trusted;
  const networks = trusted.map((entry): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
    if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
    const address = ipaddr.process(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  };
}

/** An address as proxies write it, perhaps with brackets and a port, checked as strictly as `customerRealIp`. */
function readEntry(entry: string): string | undefined {
  if (entry.length > LONGEST_ENTRY) return undefined;
  const text = entry.trim().toLowerCase();
  const match = withPort.exec(text);
  return readIp(match?.[1] ?? match?.[2] ?? text);
}
