// A file that never changes while the process runs: compressed once, and kept by browsers under the hash of what it holds.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Encoding, preferredEncoding } from './accept.ts';
import { type Inbound, type Outbound, vary } from './message.ts';

/** Where a larger file would cost more time than it saves: of five megabytes, the next step takes a second more for four per cent. */
const BROTLI_QUALITY = 5;

const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: async (bytes: Buffer) => bytes,
};

/** Requests under the present hash may keep the file for good; under another one, it may be another tomorrow. */
const FOR_GOOD = 'public, max-age=31536000, immutable';
const ONCE = 'no-store';

/** Whether a client that sends `If-None-Match` has the file. A proxy may have weakened its tag. */
function holds(tags: string | undefined, etag: string): boolean {
  return tags?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}

/** A file to be sent. */
export class StaticFile {
  /** Names the content: a URL with `?v=` and this hash may be kept for good. */
  readonly hash: string;
  readonly #contentType: string;
  readonly #bytes: Buffer;
  readonly #compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(contentType: string, content: string) {
    this.#contentType = contentType;
    this.#bytes = Buffer.from(content);
    this.hash = createHash('sha256').update(this.#bytes).digest('base64url').slice(0, 16);
  }

  /** The file, compressed as the client likes it best; 304 for one who has it. */
  async answer(inbound: Inbound): Promise<Outbound> {
    const encoding = preferredEncoding(inbound.headers['accept-encoding']);
    const etag = `"${this.hash}-${encoding}"`;
    const headers = {
      'Cache-Control': inbound.query.get('v') === this.hash ? FOR_GOOD : ONCE,
      ETag: etag,
      ...vary(inbound, 'Accept-Encoding'),
    };
    if (holds(inbound.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
    return {
      status: 200,
      contentType: this.#contentType,
      headers: { ...headers, ...(encoding !== 'identity' && { 'Content-Encoding': encoding }) },
      body: await this.#in(encoding),
    };
  }

  #in(encoding: Encoding): Promise<Buffer> {
    let bytes = this.#compressed.get(encoding);
    if (!bytes) {
      bytes = compressors[encoding](this.#bytes);
      this.#compressed.set(encoding, bytes);
    }
    return bytes;
  }
}
