// An e-mail address: whether it is one, how it is stored, and which addresses are the same mailbox.
import { domainToASCII } from 'node:url';
import validator from 'validator';
import { assertBounded, assertFewMarks, assertWellFormed, invalid, trim } from '../text.ts';

const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** A part of a domain that the DNS cannot hold. */
const longLabel = /[^.]{64}/;

/** Text about which Unicode has no questions: most addresses, which need not wait for the answers. */
const ascii = /^[!-~]*$/;
const control = /\p{Cc}/u;
/** What nobody sees in an address, and what looks like the end of it. */
const unseen = /[\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** Characters that a URL parser gives a meaning of its own; none may reach `domainToASCII`, nor belong in a domain. */
const foreignToDomains = /[%/?#\\@:[\]<>^|`{}]/u;

/** Characters beyond U+FFFF; `validator` knows the others. */
const supplementary = /[\u{10000}-\u{10ffff}]/gu;
/** Characters that `validator` refuses up to U+FFFF, and would beyond if it knew those. */
const unassignable = /[\p{Noncharacter_Code_Point}\p{Co}]/u;
/** A letter that `validator` knows, in the place of one that it does not. */
const STAND_IN = '\u00e9';

/** A quoted local part: anything between quotes, where a backslash takes the meaning from what follows it. */
const quoted = /^"((?:[^"\\]|\\.)*)"$/su;
const escaped = /\\(.)/gsu;
const needsEscape = /["\\]/g;

/**
 * Writes an e-mail address the way it is stored and shown: trimmed, NFC, lower case, the domain in ASCII, the local part
 * in quotes only where it needs them. Writing the result again changes nothing.
 *
 * @param given - what the caller sent
 * @returns the normalised address, at most 254 characters, its local part at most 64 bytes
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no e-mail address, or holds characters that nobody sees
 * @see section 5 of the contract; the documentation of `POST /api/v1/customer/create`, `email`
 */
export function normalizeEmail(given: string): string {
  assertBounded(MAX_LENGTH, given);
  const text = trim(given);
  assertSeen(text);
  const composed = ascii.test(text) ? text : text.normalize('NFC');
  const at = composed.lastIndexOf('@');
  const domain = writeDomain(composed.slice(at + 1));
  const local = writeLocalPart(composed.slice(0, Math.max(at, 0)), domain);
  const email = `${local}@${domain}`;
  const tooLong = Buffer.byteLength(local) > MAX_LOCAL_LENGTH || email.length > MAX_LENGTH || longLabel.test(domain);
  if (tooLong || !isAddress(local, domain)) throw invalid('must be a valid e-mail address');
  if (!ascii.test(local)) assertFewMarks(local);
  return email;
}

/** Refuses characters that nobody sees, quoted or not. */
function assertSeen(text: string): void {
  if (ascii.test(text)) return;
  assertWellFormed(text);
  if (control.test(text)) throw invalid('must not contain control characters');
  if (unseen.test(text)) throw invalid('must not contain white space or invisible characters');
}

function lowerCase(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : text.normalize('NFC').toLowerCase().normalize('NFC');
}

/** A domain in ASCII; empty when it is none. */
function writeDomain(domain: string): string {
  return foreignToDomains.test(domain) ? '' : domainToASCII(lowerCase(domain));
}

/** A local part in lower case and its one spelling: without quotes where it means the same, else with the fewest backslashes. */
function writeLocalPart(local: string, domain: string): string {
  const content = quoted.exec(local)?.[1];
  // `validator` takes a quote that nothing closes for a quoted local part.
  if (content === undefined) return local.startsWith('"') ? '' : lowerCase(local);
  const plain = lowerCase(content.replace(escaped, '$1'));
  // A quote within would make `validator` take the rest for quoted.
  if (!plain.includes('"') && isAddress(plain, domain)) return plain;
  return `"${plain.replace(needsEscape, '\\$&')}"`;
}

/** Whether the parts make an address, by the rules of `validator`; how long they may be is checked here, in bytes as they are. */
function isAddress(local: string, domain: string): boolean {
  if (!ascii.test(local) && unassignable.test(local)) return false;
  return validator.isEmail(`${local.replace(supplementary, STAND_IN)}@${domain}`, { ignore_max_length: true });
}

/**
 * Names the mailbox that an address leads to; two addresses with the same name are one customer. Never shown.
 *
 * @param normalized - an address from `normalizeEmail`
 * @returns the address with its provider's rules applied (dots and tags that the provider ignores are removed, its
 *   domains made one). An address stands for itself with other providers, when its local part is quoted, and when the
 *   rules would leave nothing of it (`+tag@gmail.com`)
 */
export function canonicalEmail(normalized: string): string {
  if (normalized.startsWith('"')) return normalized;
  return validator.normalizeEmail(normalized) || normalized;
}
