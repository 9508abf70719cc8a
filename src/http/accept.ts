// Which media type an answer has, and how it is compressed, weighed as HTTP says.
import Negotiator from 'negotiator';

/** Our answers are always in it, so that it tells no types apart. */
const utf8 = /;\s*charset\s*=\s*"?utf-8"?/gi;

/**
 * Chooses the media type that a client likes best.
 *
 * @param accept - the header `Accept`; undefined for none
 * @param offered - media types that can be given, the usual one first
 * @returns one of them; the usual one also where the client accepts none of them, since an answer of another type tells more than none
 * @see RFC 9110, section 12.5.1
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const [usual] = offered;
  if (accept === undefined || accept === '*/*' || accept === usual) return usual;
  const liked = new Negotiator({ headers: { accept: accept.replace(utf8, '') } }).mediaType([...offered]);
  return (liked as Type | undefined) ?? usual;
}

/**
 * Tells whether a client would rather have a page than an answer for programs.
 *
 * @param accept - the header `Accept`; undefined for none
 * @param answerTypes - the media types of the answer for programs, the usual one first
 * @returns false for clients that like HTML but take anything, such as Java's own, unless they name XHTML too, as every browser does
 */
export function prefersPage(accept: string | undefined, answerTypes: readonly [string, ...string[]]): boolean {
  if (accept === undefined || preferredType(accept, [...answerTypes, 'text/html']) !== 'text/html') return false;
  return !accept.includes('*/*') || /\bapplication\/xhtml\+xml\b/i.test(accept);
}

const encodings = ['br', 'gzip', 'identity'] as const;

/** How the body of an answer may be compressed. */
export type Encoding = (typeof encodings)[number];

/** What Negotiator's published types leave out: of what a client likes equally, the first of those preferred here is taken. */
interface EncodingNegotiator {
  encodings(available: readonly Encoding[], options: { preferred: readonly Encoding[] }): Encoding[];
}

/**
 * Chooses how to compress an answer.
 *
 * @param accept - the header `Accept-Encoding`; undefined for none
 * @returns `identity` also where the client refuses it and all others
 * @see RFC 9110, section 12.5.3
 */
export function preferredEncoding(accept: string | undefined): Encoding {
  if (accept === undefined) return 'identity';
  const negotiator = new Negotiator({ headers: { 'accept-encoding': accept } }) as unknown as EncodingNegotiator;
  const [liked] = negotiator.encodings(encodings, { preferred: encodings });
  return liked ?? 'identity';
}
