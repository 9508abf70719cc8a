// The forms that settings come in: what a text must look like to be one.
import { Resolver } from 'node:dns';
import ipaddr from 'ipaddr.js';

/** A whole number as people write it: `010` is eight to some programs and ten to others. */
export const wholeNumber = /^(0|[1-9]\d{0,5})$/;

/** Whether a text is the URL of a Redis server. */
export function isRedis(url: string): boolean {
  if (!/^rediss?:\/\/\S+$/.test(url) || !URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  return hostname !== '' && /^\/?\d*$/.test(pathname);
}

/** The parts of a text that commas separate. */
export function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** Whether a text is an IP address in its usual form: `10.1` would be 10.0.0.1, and a zone is not looked at where it matters. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
}

/** Whether a text is an IP address or a CIDR block. */
export function isAddressOrBlock(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (!isAddress(address) || rest.length > 0) return false;
  if (bits === undefined) return true;
  const parsed = ipaddr.parse(address);
  // Callers' addresses are compared as IPv4 where they are mapped, so a mapped block would match nobody.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) return false;
  return wholeNumber.test(bits) && Number(bits) <= (parsed.kind() === 'ipv4' ? 32 : 128);
}

/** Whether a browser can send a text as its `Origin`: no path, no usual port, and a host as the DNS has it. */
export function isOrigin(text: string): boolean {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return false;
  const { origin, hostname } = new URL(text);
  return origin === text && (hostname.startsWith('[') || isHostName(hostname));
}

function isHostName(text: string): boolean {
  return /^(?=.{1,254}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(text);
}

/** Whether a text names one host: what ends in a number is an IPv4 address, which some write as `127.1` or `0`. */
export function isHost(text: string): boolean {
  return isAddress(text) || (isHostName(text) && !/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(text));
}

/** Whether a text names a DNS server by its address. */
export function isServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a text can stand before a path to make a URL of it.
 *
 * @see section 10 of the contract, `PUBLIC_URL`
 */
export function isBaseUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s?#\\/]+(\/[^\s?#\\/]+)*\/?$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return username === '' && password === '' && (hostname.startsWith('[') || isHostName(hostname));
}
