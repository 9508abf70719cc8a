// An API key as text: its form, its digest, its fingerprint.
import { hash } from 'node:crypto';
import { randomAlphanumeric } from '../random.ts';

/** The key that the documentation prints; it works in demo mode only. */
export const SAMPLE_KEY = 'PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE';

/** What a key is for: production, one developer, or the system itself. */
export type KeyPrefix = 'PROD' | 'DEV_' | 'ROOT';

const form = /^(PROD|DEV_|ROOT)[A-Za-z0-9]{28}$/;
const fingerprintForm = /^(PROD|DEV_|ROOT)[A-Za-z0-9]{4}$/;
const FINGERPRINT_LENGTH = 8;

/** Whether a text has the form of a key: 32 characters, its prefix first. */
export function hasKeyForm(text: string): boolean {
  return form.test(text);
}

/** Whether a text has the form of a fingerprint: the first eight characters of a key. */
export function hasFingerprintForm(text: string): boolean {
  return fingerprintForm.test(text);
}

/** The prefix of a key, or of its fingerprint. */
export function prefixOf(text: string): KeyPrefix {
  return text.slice(0, 4) as KeyPrefix;
}

/** A new key, from a secure random source. */
export function generateKey(prefix: KeyPrefix): string {
  return prefix + randomAlphanumeric(28);
}

/** What is stored of a key instead of it: SHA-256, in hexadecimal. */
export function digestOf(key: string): string {
  return hash('sha256', key, 'hex');
}

/** What people tell a key by: its first eight characters. */
export function fingerprintOf(key: string): string {
  return key.slice(0, FINGERPRINT_LENGTH);
}
