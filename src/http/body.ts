// The body of a request: read within a limit, then taken apart strictly. Nothing is guessed, nothing is converted silently.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ApiError } from '../errors.ts';
import { assertPlainMembers } from './json-members.ts';

/** Bytes that a body may have. */
export const BODY_LIMIT = 64 * 1024;

/** A JSON object, as the caller sent it. */
export type Members = Record<string, unknown>;

/** A type of body that can be read. */
export type MediaType = 'application/json' | 'application/x-www-form-urlencoded';

const readers: Record<MediaType, (text: string) => Members> = {
  'application/json': parseJsonObject,
  'application/x-www-form-urlencoded': parseForm,
};

/** The encodings of text that are UTF-8 or a part of it. */
const knownCharsets = new Set(['utf-8', 'utf8', 'us-ascii']);

/**
 * Reads the bytes of a request's body.
 *
 * @returns undefined when there are more than `BODY_LIMIT`; the rest is then not read
 */
export async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length']) > BODY_LIMIT) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        request.removeAllListeners('data').resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    // The caller went away in the middle: there is nobody to answer, and nothing of ours failed.
    request.on('error', () => reject(malformed('The body ended early.')));
  });
}

/**
 * Takes a body apart by its Content-Type.
 *
 * @param bytes - from `readBytes`
 * @param accepted - the media types that are read at this address
 * @returns the members of the object that it holds
 * @throws ApiError `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
 */
export function parseBody(
  bytes: Buffer | undefined,
  headers: IncomingHttpHeaders,
  accepted: readonly MediaType[],
): Members {
  const type = mediaTypeOf(headers);
  if (!type || !accepted.includes(type)) throw new ApiError('INTERNAL_UNSUPPORTED_MEDIA_TYPE');
  if (!bytes) throw new ApiError('INTERNAL_PAYLOAD_TOO_LARGE');
  return readers[type](decode(bytes));
}

function mediaTypeOf(headers: IncomingHttpHeaders): MediaType | undefined {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity') return undefined;
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (charset && !knownCharsets.has(charset)) return undefined;
  return type in readers ? (type as MediaType) : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

function parseJsonObject(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('The body is not a JSON object.');
  assertPlainMembers(text);
  return value as Members;
}

function parseForm(text: string): Members {
  const members = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', ...value] = pair.split('=').map((part) => part.replaceAll('+', ' '));
    try {
      const key = decodeURIComponent(name);
      // `name[]` is how forms write lists.
      if (members.has(key) && !key.endsWith('[]')) throw malformed(`The member "${key.slice(0, 64)}" appears twice.`);
      members.set(key, decodeURIComponent(value.join('=')));
    } catch (error) {
      throw error instanceof ApiError ? error : malformed('The form is not percent-encoded UTF-8.');
    }
  }
  return Object.fromEntries(members);
}

/** The error for a body that cannot be read, in exact words. */
function malformed(message: string): ApiError {
  return new ApiError('INTERNAL_REQUEST_MALFORMED', { message });
}
