// Forms, percent-encoded or in parts: the members that somebody asks for, byte by byte as they were sent.
import { MIMEType } from 'node:util';
import { malformed } from './json-members.ts';

/** Parts that a form may have, and bytes of their heads in all: each costs more time than its bytes. */
const MOST_PARTS = 256;
const LARGEST_HEADS = 16 * 1024;

const asciiEscape = /%([0-7][0-9a-f])/gi;
const anyEscape = /%([0-9a-f]{2})/gi;
const strayPercent = /%(?![0-9a-f]{2})/i;
const encodedPart = /^content-transfer-encoding:(?!\s*(?:7bit|8bit|binary)\s*$)/im;

/** The text of a value; a leading U+FEFF belongs to it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes the members of a form. `read` gives the value; @throws ApiError `INTERNAL_REQUEST_MALFORMED` */
export type TakeMember = (name: string, read: () => string) => void;

/**
 * Walks over the members of a percent-encoded form. Whatever their names and values hold, nothing is decoded that is not read.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function eachFormMember(bytes: Buffer, take: TakeMember): void {
  // Bytes as characters: what is badly encoded stays what it is until somebody asks for it.
  const text = bytes.toString('latin1');
  for (let start = 0; start <= text.length; ) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand < 0 ? text.length : ampersand;
    if (end > start) takePair(text.slice(start, end), take);
    start = end + 1;
  }
}

function takePair(pair: string, take: TakeMember): void {
  const equals = pair.indexOf('=');
  const written = equals < 0 ? pair : pair.slice(0, equals);
  const value = equals < 0 ? '' : pair.slice(equals + 1);
  const name = written.includes('%') ? written.replace(asciiEscape, character) : written;
  take(name, () => {
    if (strayPercent.test(value)) throw malformed(`The member "${name}" is not percent-encoded.`);
    return decode(name, value.replaceAll('+', ' ').replace(anyEscape, character));
  });
}

function character(_: string, hexadecimal: string): string {
  return String.fromCharCode(Number.parseInt(hexadecimal, 16));
}

function decode(name: string, latin1: string): string {
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    throw malformed(`The member "${name}" is not UTF-8.`);
  }
}

/**
 * Walks over the members of a form in parts.
 *
 * @param contentType - the header as it came
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when the body is none, has too many parts, or a file among them
 * @see RFC 7578
 */
export async function eachPart(bytes: Buffer, contentType: string, take: TakeMember): Promise<void> {
  const text = bytes.toString('latin1');
  assertFewParts(text, boundaryOf(contentType));
  for (const [name, value] of await readParts(text, contentType)) {
    if (typeof value !== 'string') throw malformed('A part of the form is a file; files are not accepted.');
    take(name, () => decode(name, value));
  }
}

function boundaryOf(contentType: string): string {
  try {
    const boundary = new MIMEType(contentType).params.get('boundary');
    if (boundary) return boundary;
  } catch {
    // What is wrong is the same either way.
  }
  throw malformed('The Content-Type of a form in parts needs a boundary.');
}

function assertFewParts(text: string, boundary: string): void {
  const delimiter = `--${boundary}`;
  let heads = 0;
  let parts = 0;
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + delimiter.length)) {
    const end = text.indexOf('\r\n\r\n', at);
    const head = text.slice(at + delimiter.length, end < 0 ? text.length : end);
    heads += head.length;
    parts += 1;
    // One delimiter more than parts closes the form.
    if (parts > MOST_PARTS + 1 || heads > LARGEST_HEADS)
      throw malformed('The form has too many parts, or too large ones.');
    if (encodedPart.test(head)) throw malformed('A part of the form is encoded; parts are read as they are.');
  }
}

/** Node's own reading. It would replace what is not UTF-8: so it reads bytes as characters, which loses nothing. */
async function readParts(text: string, contentType: string): Promise<FormData> {
  try {
    return await new Response(text, { headers: { 'Content-Type': contentType } }).formData();
  } catch {
    throw malformed('The body is not a form in parts, as its Content-Type says.');
  }
}
