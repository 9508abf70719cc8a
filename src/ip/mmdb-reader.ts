// What stands in a database in MaxMind's format (MMDB): what it says of itself, and the records of addresses.
import walkers from 'mmdb-lib/lib/reader/walker.js';
import { z } from 'zod';
import { BoundedDecoder } from './mmdb-decoder.ts';

/** What a database says of itself. */
export type MmdbMetadata = Readonly<z.output<typeof metadataSchema>>;

/** A database, held in memory. */
export interface MmdbReader {
  readonly metadata: MmdbMetadata;
  /**
   * Looks an address up, within limits of work and memory that hold for whatever the database says.
   *
   * @param address - its bytes; 4 of them, or 16 where the database has IPv6
   * @returns its record; undefined when there is none
   * @throws Error when that place of the database is damaged
   */
  find(address: readonly number[]): unknown;
}

/** The metadata is at the end of a file, behind the last of these marks, within this many bytes. */
const METADATA_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const METADATA_REACH = 128 * 1024;
/** Bytes between the tree and the data. */
const SEPARATOR = 16;
/** Bits that stand before an IPv4 address in a tree of IPv6. */
const IPV4_BITS_IN_IPV6 = 96;
/** Characters; what a database calls itself is shown to callers. */
const LONGEST_TYPE = 255;
/** A moment that is written with more than four digits of the year is none to callers. Seconds. */
const LATEST_BUILD = Date.UTC(9999, 11, 31) / 1_000;

/** Integers of more than 32 bits are decoded as bigint. */
const integer = z.union([z.bigint().transform(Number), z.number()]).pipe(z.int().nonnegative());

const metadataSchema = z
  .object({
    binary_format_major_version: z.literal(2),
    build_epoch: integer.pipe(z.number().max(LATEST_BUILD)),
    database_type: z.string().min(1).max(LONGEST_TYPE),
    ip_version: z.literal([4, 6]),
    /** A node of the tree has two records. */
    node_count: integer.pipe(z.number().positive()),
    /** Bits. */
    record_size: z.literal([24, 28, 32]),
  })
  .transform((written) => ({
    databaseType: written.database_type,
    builtAt: new Date(written.build_epoch * 1_000),
    ipVersion: written.ip_version,
    nodeCount: written.node_count,
    recordSize: written.record_size,
  }));

/**
 * Opens a database. The `Reader` of mmdb-lib is not used, since it decodes metadata without any limit.
 *
 * @param bytes - the whole file; not copied
 * @throws Error when it is none, or not whole
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function readMmdb(bytes: Buffer): MmdbReader {
  const mark = bytes.subarray(-METADATA_REACH).lastIndexOf(METADATA_MARK);
  if (mark < 0) throw new Error('not an MMDB file, or an incomplete one');
  const dataEnd = Math.max(bytes.length - METADATA_REACH, 0) + mark;
  const metadata = readMetadata(bytes.subarray(dataEnd + METADATA_MARK.length));
  const { nodeCount, recordSize, ipVersion } = metadata;
  const nodeSize = recordSize / 4;
  const dataStart = nodeCount * nodeSize + SEPARATOR;
  if (dataStart > dataEnd) throw new Error('an incomplete MMDB file');
  const data = new BoundedDecoder(bytes.subarray(dataStart, dataEnd));
  const walker = walkers.default(bytes, recordSize);

  /** Where IPv4 addresses begin in a tree of IPv6: a node, or already the end of the way. */
  function startOfIpv4(): number {
    let node = 0;
    for (let depth = 0; depth < IPV4_BITS_IN_IPV6 && node < nodeCount; depth++) node = walker.left(node * nodeSize);
    return node;
  }
  const ipv4Start = ipVersion === 4 ? 0 : startOfIpv4();

  return {
    metadata,
    find(address) {
      let node = address.length === 4 ? ipv4Start : 0;
      for (let depth = 0; depth < 8 * address.length && node < nodeCount; depth++) {
        const bit = ((address[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1;
        node = bit ? walker.right(node * nodeSize) : walker.left(node * nodeSize);
      }
      if (node < nodeCount) throw new Error('a path through the search tree does not end');
      return node === nodeCount ? undefined : data.read(node - nodeCount - SEPARATOR);
    },
  };
}

/**
 * Reads what a database says of itself.
 *
 * @throws Error when anything that is needed is missing or of another form than the format's
 */
function readMetadata(section: Buffer): MmdbMetadata {
  const read = metadataSchema.safeParse(new BoundedDecoder(section).read(0));
  if (read.success) return read.data;
  throw new Error(`the metadata is damaged: ${read.error.issues[0]?.path.join('.') || 'not a map'}`);
}
