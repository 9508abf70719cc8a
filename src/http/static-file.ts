// A file that never changes while the process runs: compressed once, and kept by browsers under the hash of what it holds.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { once } from '../once.ts';
import { type Encoding, preferredEncoding } from './accept.ts';
import { type HttpRequest, type HttpResponse, vary } from './request.ts';

/** Of five megabytes, the next quality takes a second more and saves four per cent. */
const BROTLI_QUALITY = 5;

/** Requests under the present hash may keep the file for good; under another one, it may be another tomorrow. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const NOT_CACHED = 'no-store';

/**
 * Whether a client that sends `If-None-Match` has the file. A proxy may have weakened its tag.
 *
 * @see RFC 9110, section 13.1.2
 */
function matches(tags: string | undefined, etag: string): boolean {
  const known = tags?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

/** What a file holds, as it is and compressed. */
export type Encoded = Record<Encoding, () => Promise<Buffer>>;

/** A file that was compressed before the process started, and whose path changes with what it holds. */
export interface NamedByContent {
  /** Its name, which no other content has. */
  readonly name: string;
  readonly encoded: Encoded;
}

function encode(content: string): { hash: string; encoded: Encoded } {
  const bytes = Buffer.from(content);
  return {
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 16),
    encoded: {
      br: () => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
      gzip: () => promisify(gzip)(bytes),
      identity: async () => bytes,
    },
  };
}

/** A file to be sent. */
export class StaticFile {
  /** Names the content: a URL with `?v=` and this hash may be kept for good. */
  readonly hash: string;
  readonly #contentType: string;
  /** Whether it may be kept for good under any URL that leads here. */
  readonly #isNamedByContent: boolean;
  readonly #in: Encoded;

  constructor(contentType: string, content: string | NamedByContent) {
    this.#contentType = contentType;
    this.#isNamedByContent = typeof content !== 'string';
    const { hash, encoded } = typeof content === 'string' ? encode(content) : { hash: content.name, ...content };
    this.hash = hash;
    this.#in = { br: once(encoded.br), gzip: once(encoded.gzip), identity: once(encoded.identity) };
  }

  /**
   * The file, compressed as the client likes it best; 304 for one who has it.
   *
   * @param isVersioned - whether anybody may keep it for good who asked for it by its hash: not what needs a key
   */
  async answer(request: HttpRequest, { isVersioned = false } = {}): Promise<HttpResponse> {
    const encoding = preferredEncoding(request.headers['accept-encoding']);
    const etag = `"${this.hash}-${encoding}"`;
    const isKept = this.#isNamedByContent || (isVersioned && request.query.get('v') === this.hash);
    const headers = {
      'Cache-Control': isKept ? IMMUTABLE : NOT_CACHED,
      ETag: etag,
      ...vary(request, 'Accept-Encoding'),
    };
    if (matches(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
    return {
      status: 200,
      contentType: this.#contentType,
      headers: { ...headers, ...(encoding !== 'identity' && { 'Content-Encoding': encoding }) },
      body: await this.#in[encoding](),
    };
  }
}
