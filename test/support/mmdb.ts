// Databases in MaxMind's format (MMDB) that a test writes byte by byte, also those that nobody would write in good faith.

const types = { string: 2, bytes: 4, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11 } as const;
const METADATA_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const SEPARATOR = 16;
const NODE_SIZE = 8;

/** What a value begins with: its type, and the size that it says it has. */
export function head(type: keyof typeof types, size: number): Buffer {
  const [least, bytes] = size < 29 ? [0, 0] : size < 285 ? [29, 1] : size < 65_821 ? [285, 2] : [65_821, 3];
  const short = bytes === 0 ? size : 28 + bytes;
  const more = Buffer.alloc(bytes);
  if (bytes > 0) more.writeUIntBE(size - least, 0, bytes);
  const number = types[type];
  return Buffer.concat([Buffer.from(number > 7 ? [short, number - 7] : [(number << 5) | short]), more]);
}

export const text = (value: string): Buffer =>
  Buffer.concat([head('string', Buffer.byteLength(value)), Buffer.from(value)]);

/** A pointer to a place of the section that it stands in. */
export function pointer(to: number): Buffer {
  const bytes = Buffer.from([0b001_11_000, 0, 0, 0, 0]);
  bytes.writeUInt32BE(to, 1);
  return bytes;
}

export function integer(value: bigint | number, type: 'uint16' | 'uint32' | 'uint64' = 'uint32'): Buffer {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.padStart(2 * Math.ceil(hex.length / 2), '0'), 'hex');
  return Buffer.concat([head(type, digits.length), digits]);
}

export const map = (members: Record<string, Buffer>): Buffer =>
  Buffer.concat([
    head('map', Object.keys(members).length),
    ...Object.entries(members).flatMap(([name, value]) => [text(name), value]),
  ]);

export const array = (...members: Buffer[]): Buffer => Buffer.concat([head('array', members.length), ...members]);

/**
 * Values one behind the other, the next made from where the one before began.
 *
 * @param from - where the first one begins
 * @returns all of them, and where the last one begins
 */
export function chain(
  first: Buffer,
  levels: number,
  next: (before: number) => Buffer,
  from = 0,
): { bytes: Buffer; last: number } {
  const parts = [first];
  let [last, end] = [from, from + first.length];
  for (let level = 0; level < levels; level++) {
    const part = next(last);
    parts.push(part);
    last = end;
    end += part.length;
  }
  return { bytes: Buffer.concat(parts), last };
}

/** The metadata of a database as `writeMmdb` makes it. */
export const metadata: Record<string, Buffer> = {
  binary_format_major_version: integer(2, 'uint16'),
  binary_format_minor_version: integer(0, 'uint16'),
  build_epoch: integer(1_700_000_000, 'uint64'),
  database_type: text('Hostile'),
  ip_version: integer(4, 'uint16'),
  node_count: integer(1),
  record_size: integer(32, 'uint16'),
};

/** Parts of a database. */
export interface MmdbParts {
  data: Buffer;
  /** Where the record of most addresses begins in the data; at the beginning unless told. */
  at?: number;
  /** A network that has another record, and where that begins in the data. */
  other?: { network: readonly number[]; at: number };
  /** Members of the metadata that differ, or all that stands behind the mark. */
  metadata?: Record<string, Buffer | undefined> | Buffer;
  /** The tree in place of the usual one. */
  tree?: Buffer;
}

/** Writes a database of IPv4. */
export function writeMmdb({ data, at = 0, other, metadata: differing = {}, tree }: MmdbParts): Buffer {
  const nodes = tree ?? treeOf(at, other);
  const usual = { ...metadata, node_count: integer(nodes.length / NODE_SIZE) };
  const members = Object.entries({ ...usual, ...(Buffer.isBuffer(differing) ? {} : differing) });
  const kept = members.filter((member): member is [string, Buffer] => member[1] !== undefined);
  const described = Buffer.isBuffer(differing) ? differing : map(Object.fromEntries(kept));
  return Buffer.concat([nodes, Buffer.alloc(SEPARATOR), data, METADATA_MARK, described]);
}

/** A tree in which every address leads to one record, but for one network. */
function treeOf(at: number, other: MmdbParts['other']): Buffer {
  const bits = (other?.network ?? []).flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1));
  const count = Math.max(bits.length, 1);
  const usual = count + SEPARATOR + at;
  return nodesOf(
    Array.from({ length: count }, (_, i) => {
      const onward = i === bits.length - 1 ? count + SEPARATOR + (other?.at ?? 0) : i + 1;
      if (bits.length === 0) return [usual, usual];
      return bits[i] ? [usual, onward] : [onward, usual];
    }),
  );
}

/** Nodes of a tree, each with its left and its right record. */
export function nodesOf(nodes: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.alloc(nodes.length * NODE_SIZE);
  for (const [i, [left = 0, right = 0]] of nodes.entries()) {
    bytes.writeUInt32BE(left, i * NODE_SIZE);
    bytes.writeUInt32BE(right, i * NODE_SIZE + 4);
  }
  return bytes;
}
