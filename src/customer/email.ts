// An e-mail address: whether it is one, how it is stored, and which addresses are the same mailbox.
import { domainToASCII } from 'node:url';
import validator from 'validator';
import { ApiError } from '../errors.ts';

const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;

/** Characters that a URL parser gives a meaning of its own; none may reach `domainToASCII`, nor belong in a domain. */
const foreignToDomains = /[\s%/?#\\@:[\]<>^|`{}]/u;

/**
 * Writes an e-mail address the way it is stored and shown: trimmed, NFC, lower case, the domain in ASCII.
 * Writing the result again changes nothing.
 *
 * @param given - what the caller sent
 * @returns the normalised address, at most 254 characters, its local part at most 64 bytes
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no e-mail address
 * @see the documentation of `POST /api/v1/customer/create`, `email`
 */
export function normalizeEmail(given: string): string {
  const text = given.trim().normalize('NFC').toLowerCase().normalize('NFC');
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  const asciiDomain = foreignToDomains.test(domain) ? '' : domainToASCII(domain);
  const email = `${local}@${asciiDomain}`;
  const valid =
    Buffer.byteLength(local) <= MAX_LOCAL_LENGTH &&
    email.length <= MAX_LENGTH &&
    validator.isEmail(email, { ignore_max_length: true });
  if (!valid) throw new ApiError('INTERNAL_VALIDATION_FAILED', { message: 'must be a valid e-mail address' });
  return email;
}

/**
 * Names the mailbox that an address leads to; two addresses with the same name are one customer. Never shown.
 *
 * @param normalized - an address from `normalizeEmail`
 * @returns the address with its provider's rules applied (dots and tags that the provider ignores are removed, its
 *   domains made one); for other providers the address itself
 */
export function canonicalEmail(normalized: string): string {
  // `false` means that nothing is left of the local part ("+tag@gmail.com"): such an address stands for itself.
  return validator.normalizeEmail(normalized) || normalized;
}
