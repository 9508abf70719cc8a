// Whose address a request comes from, with as many proxies believed as the operator trusts.
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Proxies whose `X-Forwarded-For` is believed: how many stand in front, or their addresses and CIDR blocks. */
export type TrustedProxies = number | readonly string[];

const withPort = /^(?:\[(.+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/;

/**
 * Finds the address of the caller. `X-Forwarded-For` is read from its end, where the nearest proxy wrote, for as long as
 * whoever wrote is trusted: what stands further left may be made up.
 *
 * @param trusted - undefined for none: then the header is not looked at
 * @returns IPv4 or IPv6; of an IPv4-mapped address the IPv4
 */
export function clientAddress(request: IncomingMessage, trusted: TrustedProxies | undefined): string {
  const nearest = plain(request.socket.remoteAddress ?? '') ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  if (trusted === undefined || forwarded === undefined) return nearest;
  const further = String(forwarded).split(',').reverse();
  let address = nearest;
  for (const [hops, written] of further.entries()) {
    const next = plain(written.trim());
    if (next === undefined || !isTrusted(address, hops, trusted)) break;
    address = next;
  }
  return address;
}

function isTrusted(address: string, hops: number, trusted: TrustedProxies): boolean {
  if (typeof trusted === 'number') return hops < trusted;
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return trusted.some((entry) => {
    const [network, bits] = ipaddr.isValidCIDR(entry) ? ipaddr.parseCIDR(entry) : [ipaddr.process(entry), undefined];
    if (network.kind() !== parsed.kind()) return false;
    return parsed.match(network, bits ?? (network.kind() === 'ipv4' ? 32 : 128));
  });
}

/** An address without port and brackets; undefined for what is none. */
function plain(text: string): string | undefined {
  const match = withPort.exec(text);
  const address = match?.[1] ?? match?.[2] ?? text;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined;
}
