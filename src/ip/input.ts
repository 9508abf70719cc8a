// What a caller may send for an IP address.
import { textOf } from '../text.ts';
import { normalizeIp } from './address.ts';

/** What an IP address may look like, for descriptions. */
export const ipForms = 'IPv4 or IPv6 address. An empty value, localhost, ::1 and 0.0.0.0 stand for 127.0.0.1.';

/** An IP address, written the one way that the gateway keeps it. */
export const ipInput = textOf(normalizeIp);
