// Bytes of a file as UTF-8 without a byte order mark, whatever they were.
import { isUtf8 } from 'node:buffer';

/** Encodings that files come in: what Node calls each. */
export const encodings = {
  'utf-8': 'utf-8',
  'windows-1250': 'windows-1250',
  'windows-1252': 'windows-1252',
  'iso-8859-2': 'iso-8859-2',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
} as const;

/** An encoding. */
export type Encoding = keyof typeof encodings;

/** Stands for bytes that the encoding does not know. A control character, so that the rules of texts refuse whatever holds it. */
export const UNREADABLE = '\u001a';
const replacement = /\ufffd/g;
/** What the decoder puts in the place of such bytes, where the text has it itself. */
const GENUINE = Buffer.from('\ufffd');

/** What the first bytes say by a byte order mark; undefined where there is none. */
function markOf(head: Buffer): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  return undefined;
}

/** Whether a file begins with a byte order mark. */
export function hasByteOrderMark(head: Buffer): boolean {
  return markOf(head) !== undefined;
}

/** The beginning of a text, which may end within a character. A byte order mark is believed before what was said. */
export function beginningOf(head: Buffer, encoding: Encoding): string {
  return new TextDecoder(encodings[markOf(head) ?? encoding]).decode(head);
}

/**
 * Makes UTF-8 of what is read, piece by piece. A byte order mark is believed before what was said.
 *
 * @param onUnreadable - is told once that bytes were met which the encoding does not know
 */
export async function* toUtf8(
  source: AsyncIterable<Buffer>,
  encoding: Encoding,
  onUnreadable: () => void,
): AsyncGenerator<Buffer> {
  let decoder: Decoder | undefined;
  let head = Buffer.alloc(0);
  for await (const chunk of source) {
    if (!decoder) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 3) continue;
      decoder = new Decoder(markOf(head) ?? encoding, onUnreadable);
      yield decoder.decode(head, false);
    } else {
      yield decoder.decode(chunk, false);
    }
  }
  yield decoder
    ? decoder.decode(Buffer.alloc(0), true)
    : new Decoder(markOf(head) ?? encoding, onUnreadable).decode(head, true);
}

class Decoder {
  readonly #decoder: TextDecoder;
  readonly #isUtf8: boolean;
  readonly #onUnreadable: () => void;
  /** Of UTF-8: the bytes of a character whose rest has not come. */
  #rest = Buffer.alloc(0);
  #isFirst = true;
  #isTold = false;

  constructor(encoding: Encoding, onUnreadable: () => void) {
    this.#decoder = new TextDecoder(encodings[encoding]);
    this.#isUtf8 = encoding === 'utf-8';
    this.#onUnreadable = onUnreadable;
  }

  decode(chunk: Buffer, isLast: boolean): Buffer {
    if (!this.#isUtf8) return this.#replaced(this.#decoder.decode(chunk, { stream: !isLast }));
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = isLast ? bytes.length : bytes.length - lengthOfUnfinished(bytes);
    this.#rest = Buffer.from(bytes.subarray(whole));
    const read = bytes.subarray(0, whole);
    // Most are in order, and need not become text and bytes again.
    if (isUtf8(read)) return this.#withoutMark(read);
    return Buffer.concat(
      separatedBy(GENUINE, read).flatMap((part, i) => [
        ...(i > 0 ? [GENUINE] : []),
        this.#replaced(this.#decoder.decode(part)),
      ]),
    );
  }

  #withoutMark(bytes: Buffer): Buffer {
    const isMarked = this.#isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    if (bytes.length > 0) this.#isFirst = false;
    return isMarked ? bytes.subarray(3) : bytes;
  }

  #replaced(text: string): Buffer {
    const replaced = text.replace(replacement, UNREADABLE);
    if (replaced !== text && !this.#isTold) {
      this.#isTold = true;
      this.#onUnreadable();
    }
    if (text !== '') this.#isFirst = false;
    return Buffer.from(replaced);
  }
}

/** What stands between some bytes. */
function separatedBy(separator: Buffer, bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(separator); end !== -1; end = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + separator.length;
  }
  return [...parts, bytes.subarray(start)];
}

/** How many bytes at the end are of a character of UTF-8 whose rest is missing. */
function lengthOfUnfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? back : 0;
    }
  }
  return 0;
}
