// Random letters and digits for references and keys.
import { randomFillSync } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The largest multiple of the alphabet's size that fits a byte: bytes above it would favour its first characters. */
const fairBytes = 256 - (256 % alphabet.length);

/** Bytes that are drawn at once: a call of the random source costs the same for one as for many. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

function nextByte(): number {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const byte = drawn[used] as number;
  // What was given out is not kept.
  drawn[used++] = 0;
  return byte;
}

/**
 * Draws characters of `[A-Za-z0-9]`, each equally likely, from a secure random source.
 *
 * @param length - how many
 */
export function randomAlphanumeric(length: number): string {
  let text = '';
  while (text.length < length) {
    const byte = nextByte();
    if (byte < fairBytes) text += alphabet[byte % alphabet.length];
  }
  return text;
}
