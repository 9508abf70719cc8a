// Forms, percent-encoded or in parts: the members that somebody asks for, byte by byte as they were sent.
import { echo } from '../errors/api-error.ts';
import { malformed } from '../json-members.ts';
import { parseMediaType } from './body.ts';

/** Parts that a form may have, and bytes of their heads in all: each costs more time than its bytes. */
const MOST_PARTS = 100;
const LARGEST_HEADS = 8 * 1024;

const [PERCENT, PLUS, BLANK] = [0x25, 0x2b, 0x20];
const asciiEscape = /%([0-7][0-9a-f])/gi;
const strayPercent = /%(?![0-9a-f]{2})/i;
const encodedPart = /^content-transfer-encoding:(?!\s*(?:7bit|8bit|binary)\s*$)/im;

/** The text of a value; a leading U+FEFF belongs to it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes a member of a form; `read` gives its value and throws `INTERNAL_REQUEST_MALFORMED` when it is badly encoded. */
export type TakeMember = (name: string, read: () => string) => void;

/** Which members of a form somebody asks for. */
export interface KnownInForm {
  readonly members: ReadonlySet<string>;
  hasInForm(name: string): boolean;
}

/**
 * Walks over the known members of a percent-encoded form. Nothing else of it is decoded, whatever it holds.
 *
 * @param known - which members, by names in ASCII
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function eachFormMember(bytes: Buffer, known: KnownInForm, take: TakeMember): void {
  // Bytes as characters: what is badly encoded stays what it is until somebody asks for it.
  const text = bytes.toString('latin1');
  const shortest = Math.min(...[...known.members].map((name) => name.length));
  for (let start = 0; start < text.length; ) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand < 0 ? text.length : ampersand;
    if (end - start >= shortest) takePair(text.slice(start, end), known, take);
    start = end + 1;
  }
}

function takePair(pair: string, known: KnownInForm, take: TakeMember): void {
  const equals = pair.indexOf('=');
  const written = equals < 0 ? pair : pair.slice(0, equals);
  const name = written.includes('%') ? written.replace(asciiEscape, character) : written;
  if (known.hasInForm(name))
    take(name, () => decode(name, percentDecode(name, equals < 0 ? '' : pair.slice(equals + 1))));
}

function character(_: string, hexadecimal: string): string {
  return String.fromCharCode(Number.parseInt(hexadecimal, 16));
}

function percentDecode(name: string, value: string): Buffer {
  if (strayPercent.test(value)) throw malformed(`The member "${name}" is not percent-encoded.`);
  const bytes = Buffer.from(value, 'latin1');
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit === PERCENT) {
      bytes[length++] = Number.parseInt(value.slice(i + 1, i + 3), 16);
      i += 2;
    } else bytes[length++] = unit === PLUS ? BLANK : unit;
  }
  return bytes.subarray(0, length);
}

function decode(name: string, bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
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
    if (typeof value !== 'string') {
      // A browser sends this for a file that nobody chose.
      if (value.size === 0 && value.name === '') continue;
      throw malformed(`The part "${echo(name)}" of the form is a file; files are not accepted.`);
    }
    take(name, () => decode(name, Buffer.from(value, 'latin1')));
  }
}

function boundaryOf(contentType: string): string {
  const boundary = parseMediaType(contentType)?.params.get('boundary');
  if (boundary) return boundary;
  throw malformed('The Content-Type multipart/form-data needs a boundary.');
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
      throw malformed(
        `The form has more than ${MOST_PARTS} parts, or more than ${LARGEST_HEADS} bytes in their headers.`,
      );
    if (encodedPart.test(head))
      throw malformed('A part of the form has a Content-Transfer-Encoding that is not supported.');
  }
}

/**
 * Node's own reading. It would replace what is not UTF-8: so it reads bytes as characters, which loses nothing. It refuses
 * a value that holds the boundary even without dashes, which no client that draws its boundaries sends.
 */
async function readParts(text: string, contentType: string): Promise<FormData> {
  try {
    return await new Response(text, { headers: { 'Content-Type': contentType } }).formData();
  } catch {
    throw malformed('The body is not valid multipart/form-data.');
  }
}
