// The body of a request: read within a limit, then taken apart strictly. Nothing is guessed, nothing is converted silently.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { ApiError } from '../errors/api-error.ts';
import { isObject, malformed, parseStrictJson } from '../json-members.ts';

/** Bytes that a body may have, unless its caller may send a large one. */
export const BODY_LIMIT = 64 * 1024;

/** A JSON object, as the caller sent it. */
export type Members = Record<string, unknown>;

/** A type of body that can be read. */
export type MediaType = (typeof mediaTypes)[number];

const mediaTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'] as const;

/** The encodings of text that are UTF-8 or a part of it. */
const knownCharsets = new Set(['utf-8', 'utf8', 'us-ascii']);

/** How a large body is read. */
export interface LargeBody {
  /** Bytes that it may have. */
  readonly limit: number;
  /** Whether the body is one: known when it has been read. */
  isThere: boolean;
  /** Resolves when there is room for it; until then no more of it is read than of any other. */
  room(): Promise<void>;
}

/**
 * Reads the bytes of a request's body.
 *
 * @param large - how it is read where it has more bytes than `BODY_LIMIT`, if it may
 * @returns undefined when there are more than it may have; the rest is then not read
 */
export async function readBytes(request: IncomingMessage, large?: LargeBody): Promise<Buffer | undefined> {
  const limit = large?.limit ?? BODY_LIMIT;
  if (Number(request.headers['content-length']) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  let room: Promise<void> | undefined;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data').resume();
        resolve(undefined);
        return;
      }
      chunks.push(chunk);
      if (size <= BODY_LIMIT || room || !large) return;
      request.pause();
      room = large.room();
      room.then(
        () => request.resume(),
        (error: unknown) => {
          // What is left of it is passed by, so that the connection can go on.
          request.removeAllListeners('data').resume();
          reject(error);
        },
      );
    });
    request.on('end', () => {
      const done = () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      // It may have arrived as a whole before there is room for it.
      if (room) room.then(done, () => {});
      else done();
    });
    // The caller went away in the middle: there is nobody to answer, and nothing of ours failed.
    request.on('error', () => reject(malformed('The body ended early.')));
  });
}

/**
 * Takes a JSON body apart strictly.
 *
 * @param bytes - from `readBytes`
 * @returns the members of the object that it holds
 * @throws ApiError `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
 */
export function parseBody(bytes: Buffer | undefined, headers: IncomingHttpHeaders): Members {
  if (mediaTypeOf(headers) !== 'application/json') {
    throw unsupported(headers, misnamedJson(bytes, headers) !== undefined, ['application/json']);
  }
  if (!bytes) throw new ApiError('INTERNAL_PAYLOAD_TOO_LARGE');
  const value = parseStrictJson(decodeBody(bytes), 'The body');
  if (!isObject(value)) throw malformed('The body is not a JSON object.');
  return value;
}

/** The media type of a body; undefined for one that is not read: of another type, compressed, or not in UTF-8. */
export function mediaTypeOf(headers: IncomingHttpHeaders): MediaType | undefined {
  if (isEncoded(headers)) return undefined;
  const written = headers['content-type'] ?? '';
  if (written === 'application/json') return written;
  const type = parseMediaType(written);
  const charset = type?.params.get('charset')?.toLowerCase();
  if (charset && !knownCharsets.has(charset)) return undefined;
  return mediaTypes.find((known) => known === type?.essence);
}

function isEncoded(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  return encoding !== undefined && encoding !== '' && encoding !== 'identity';
}

/** A Content-Type taken apart; undefined when it is none. */
export function parseMediaType(written: string): MIMEType | undefined {
  try {
    return new MIMEType(written);
  } catch {
    return undefined;
  }
}

const jsonStart = /^(?:\xef\xbb\xbf)?[ \t\r\n]*[{["]/;

/**
 * The text of a body that is JSON under the name of something else, as `curl -d` sends it.
 *
 * @returns undefined for every other body
 */
export function misnamedJson(bytes: Buffer | undefined, headers: IncomingHttpHeaders): string | undefined {
  const plain = headers['content-encoding'] === undefined && bytes && jsonStart.test(bytes.toString('latin1'));
  if (!plain || mediaTypeOf(headers) === 'application/json') return undefined;
  try {
    const text = decodeBody(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/**
 * The error for a body that is not read.
 *
 * @param isJson - whether it is JSON all the same
 * @param accepted - the media types that are read at this address
 */
export function unsupported(
  headers: IncomingHttpHeaders,
  isJson: boolean,
  accepted: readonly MediaType[] = mediaTypes,
): ApiError {
  const essence = parseMediaType(headers['content-type'] ?? '')?.essence;
  const isUnreadable = accepted.some((type) => type === essence) && mediaTypeOf(headers) === undefined;
  const compressed = isEncoded(headers) && 'The body is compressed: send it without a Content-Encoding.';
  const charset = isUnreadable && 'The charset of the body is not supported: send it in UTF-8.';
  const json = isJson && 'The body is JSON: send Content-Type: application/json.';
  const message = compressed || charset || json || `Send a body of the type ${accepted.join(', or ')}.`;
  return new ApiError('INTERNAL_UNSUPPORTED_MEDIA_TYPE', { message });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a body.
 *
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when it is not UTF-8
 */
export function decodeBody(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}
