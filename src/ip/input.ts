// What a caller may send for an IP address.
import { text, written } from '../text.ts';
import { normalizeIp } from './address.ts';

/** An IP address, written the one way that the gateway keeps it. */
export const ipInput = text.transform(written(normalizeIp));
