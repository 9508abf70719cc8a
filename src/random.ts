// Random letters and digits for references and keys.
import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The largest multiple of the alphabet's size that fits a byte: bytes above it would favour its first characters. */
const fairBytes = 256 - (256 % alphabet.length);

/**
 * Draws characters of `[A-Za-z0-9]`, each equally likely, from a secure random source.
 *
 * @param length - how many
 */
export function randomAlphanumeric(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length + 4)) {
      if (byte < fairBytes && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
