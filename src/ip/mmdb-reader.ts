// What stands in a database in MaxMind's format (MMDB): what it says of itself, and the records of addresses.
import { MmdbDecoder, type MmdbMap, type MmdbValue } from './mmdb-decoder.ts';

/** What a database says of itself. */
export interface MmdbMetadata {
  readonly databaseType: string;
  readonly builtAt: Date;
  readonly ipVersion: number;
  readonly nodeCount: number;
  /** Bits; a node of the tree has two. */
  readonly recordSize: number;
}

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
  find(address: readonly number[]): MmdbValue | undefined;
}

/** The metadata is at the end of a file, behind the last of these marks, within this many bytes. */
const METADATA_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const METADATA_REACH = 128 * 1024;
const MAJOR_VERSION = 2;
/** Bytes between the tree and the data. */
const SEPARATOR = 16;
/** Bits that stand before an IPv4 address in a tree of IPv6. */
const IPV4_BITS_IN_IPV6 = 96;
/** Characters; what a database calls itself is shown to callers. */
const LONGEST_TYPE = 255;

/**
 * Opens a database.
 *
 * @param bytes - the whole file; not copied
 * @throws Error when it is none, or not whole
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function readMmdb(bytes: Buffer): MmdbReader {
  const mark = bytes.subarray(-METADATA_REACH).lastIndexOf(METADATA_MARK);
  if (mark < 0) throw new Error('no MMDB file, or not all of one');
  const dataEnd = Math.max(bytes.length - METADATA_REACH, 0) + mark;
  const metadata = readMetadata(bytes.subarray(dataEnd + METADATA_MARK.length));
  const { nodeCount, recordSize, ipVersion } = metadata;
  const treeSize = (nodeCount * recordSize) / 4;
  const dataStart = treeSize + SEPARATOR;
  if (dataStart > dataEnd) throw new Error('not all of an MMDB file');
  const data = new MmdbDecoder(bytes.subarray(dataStart, dataEnd));
  const childOf = childReader(bytes, recordSize);

  /** Where IPv4 addresses begin in a tree of IPv6: a node, or already the end of the way. */
  function startOfIpv4(): number {
    let node = 0;
    for (let depth = 0; depth < IPV4_BITS_IN_IPV6 && node < nodeCount; depth++) node = childOf(node, 0);
    return node;
  }
  const ipv4Start = ipVersion === 4 ? 0 : startOfIpv4();

  return {
    metadata,
    find(address) {
      let node = address.length === 4 ? ipv4Start : 0;
      for (let i = 0; i < address.length && node < nodeCount; i++) {
        const byte = address[i] ?? 0;
        for (let bit = 7; bit >= 0 && node < nodeCount; bit--) node = childOf(node, (byte >> bit) & 1);
      }
      if (node < nodeCount) throw new Error('a way through the tree does not end');
      if (node === nodeCount) return undefined;
      if (node < nodeCount + SEPARATOR) throw new Error('a way through the tree does not lead to the data');
      return data.decode(node - nodeCount - SEPARATOR);
    },
  };
}

/**
 * Reads what a database says of itself.
 *
 * @throws Error when anything that is needed is missing or of another form than the format's
 */
function readMetadata(section: Buffer): MmdbMetadata {
  const map = new MmdbDecoder(section).decode(0);
  if (typeof map !== 'object' || Array.isArray(map) || Buffer.isBuffer(map)) throw new Error('no metadata');
  const metadata = {
    databaseType: textOf(map, 'database_type'),
    builtAt: new Date(integerOf(map, 'build_epoch') * 1_000),
    ipVersion: integerOf(map, 'ip_version'),
    nodeCount: integerOf(map, 'node_count'),
    recordSize: integerOf(map, 'record_size'),
  };
  if (integerOf(map, 'binary_format_major_version') !== MAJOR_VERSION) throw new Error('of another version of MMDB');
  if (![4, 6].includes(metadata.ipVersion)) throw new Error('metadata: no such ip_version');
  if (![24, 28, 32].includes(metadata.recordSize)) throw new Error('metadata: no such record_size');
  if (metadata.nodeCount === 0) throw new Error('metadata: no node_count');
  if (Number.isNaN(metadata.builtAt.getTime())) throw new Error('metadata: no such build_epoch');
  return metadata;
}

function textOf(map: MmdbMap, name: string): string {
  const value = map[name];
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_TYPE) throw new Error(`metadata: no ${name}`);
  return value;
}

function integerOf(map: MmdbMap, name: string): number {
  const value = map[name];
  const integer = typeof value === 'bigint' ? Number(value) : value;
  if (typeof integer !== 'number' || !Number.isSafeInteger(integer) || integer < 0)
    throw new Error(`metadata: no ${name}`);
  return integer;
}

/** How to go from a node to its left (0) or right (1) child, which is a node, or beyond their number an end. */
function childReader(bytes: Buffer, recordSize: number): (node: number, side: number) => number {
  if (recordSize === 24) return (node, side) => bytes.readUIntBE(node * 6 + side * 3, 3);
  if (recordSize === 32) return (node, side) => bytes.readUInt32BE(node * 8 + side * 4);
  return (node, side) => {
    const middle = bytes[node * 7 + 3] ?? 0;
    const high = side === 0 ? middle >> 4 : middle & 15;
    return high * 0x1_00_00_00 + bytes.readUIntBE(node * 7 + side * 4, 3);
  };
}
