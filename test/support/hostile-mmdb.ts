// Databases of addresses that nobody would write in good faith, each with how its file stands once it was asked.
import { array, chain, head, integer, map, metadata, nodesOf, pointer, text, writeMmdb } from './mmdb.ts';

/** A database, and what health says of it once callers have asked for `untriedAddress`. */
export interface HostileFile {
  name: string;
  bytes: Buffer;
  state: 'cannot be used' | 'in use, damaged';
}

/** An address of a network that files are not tried with before they are used. */
export const untriedAddress = '81.2.69.142';
const untriedNetwork = [81, 2];

const usual = map({ country: map({ iso_code: text('SE') }) });
const longText = text('x'.repeat(10_000_000));
const nested = Buffer.concat([...Array<Buffer>(100_000).fill(head('array', 1)), text('x')]);
const twice = (to: number) => map({ a: pointer(to), b: pointer(to) });
/** Each level holds the one before several times: a few hundred bytes that are more values than memory holds. */
const maps = chain(text('x'), 40, twice);
const arrays = chain(text('x'), 20, (to) => array(...Array<Buffer>(20).fill(pointer(to))));
const texts = chain(longText, 1, (to) => array(...Array<Buffer>(200).fill(pointer(to))));

const withRecord = (data: Buffer, at = 0) => writeMmdb({ data, at });
const withTree = (record: number) => writeMmdb({ data: usual, tree: nodesOf([[record, record]]) });
const withMetadata = (differing: Record<string, Buffer | undefined> | Buffer) =>
  writeMmdb({ data: usual, metadata: differing });
/** Good, but for the network that is not tried. */
const withUntried = (data: Buffer, at = 0) =>
  writeMmdb({ data: Buffer.concat([data, usual]), at: data.length, other: { network: untriedNetwork, at } });

function mapsInMetadata(): Buffer {
  const { length } = pointer(0);
  const { bytes, last } = chain(text('x'), 40, twice, length);
  return Buffer.concat([pointer(last), bytes]);
}

function double(value: number): Buffer {
  const bytes = Buffer.from([0b011_01000, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

const unusable: Record<string, Buffer> = {
  'no bytes': Buffer.alloc(0),
  'nothing but marks': Buffer.from('\xab\xcd\xefMaxMind.com'.repeat(1_000), 'latin1'),
  'no data': withRecord(Buffer.alloc(0)),
  'a pointer to itself': withRecord(pointer(0)),
  'two pointers to each other': withRecord(Buffer.concat([pointer(pointer(0).length), pointer(0)])),
  'a pointer beyond the end': withRecord(pointer(0xff_ff_ff_ff)),
  'maps of maps, 40 levels of pointers': withRecord(maps.bytes, maps.last),
  'arrays of arrays, 20 levels of 20 pointers': withRecord(arrays.bytes, arrays.last),
  'an array of 200 times one text of 10 MB': withRecord(texts.bytes, texts.last),
  'an array that claims 16 million members': withRecord(head('array', 16_000_000)),
  'a map that claims 16 million members': withRecord(head('map', 16_000_000)),
  'a text that claims 16 MB': withRecord(head('string', 16_000_000)),
  'bytes that claim 16 MB': withRecord(head('bytes', 16_000_000)),
  'a text of 10 MB': withRecord(longText),
  'arrays in arrays, 100,000 levels': withRecord(nested),
  'an integer of 20 bytes': withRecord(Buffer.concat([head('uint64', 20), Buffer.alloc(20, 1)])),
  'a type that does not exist': withRecord(Buffer.from([0, 200, 0, 0])),
  'a tree that leads in a circle': withTree(0),
  'a tree that leads before the data': withTree(6),
  'a tree that leads beyond the data': withTree(0xff_ff_ff_ff),
  'metadata of maps of maps': withMetadata(mapsInMetadata()),
  'metadata that points to itself': withMetadata(pointer(0)),
  'metadata that is a text': withMetadata(text('MaxMind')),
  'metadata with an array of 16 million': withMetadata(map({ languages: head('array', 16_000_000) })),
  ...Object.fromEntries(
    Object.keys(metadata)
      .filter((member) => member !== 'binary_format_minor_version')
      .flatMap((member) => [
        [`no ${member}`, withMetadata({ [member]: undefined })],
        [`${member}: a map`, withMetadata({ [member]: map({}) })],
      ]),
  ),
  'format 3': withMetadata({ binary_format_major_version: integer(3, 'uint16') }),
  'IP version 5': withMetadata({ ip_version: integer(5, 'uint16') }),
  'records of 25 bits': withMetadata({ record_size: integer(25, 'uint16') }),
  'no node': withMetadata({ node_count: integer(0) }),
  'half a node': withMetadata({ node_count: double(0.5) }),
  'nodes that are not counted by a number': withMetadata({ node_count: double(Number.NaN) }),
  '4 billion nodes': withMetadata({ node_count: integer(0xff_ff_ff_ff) }),
  '2^127 nodes': withMetadata({ node_count: integer(2n ** 127n, 'uint64') }),
  'built in the year 292,277,026,596': withMetadata({ build_epoch: integer(2n ** 63n - 1n, 'uint64') }),
  'a type of 10,000 characters': withMetadata({ database_type: text('x'.repeat(10_000)) }),
};

const damaged: Record<string, Buffer> = {
  'maps of maps behind one network': withUntried(maps.bytes, maps.last),
  'arrays of arrays behind one network': withUntried(arrays.bytes, arrays.last),
  'a text of 10 MB behind one network': withUntried(longText),
  'arrays in arrays behind one network': withUntried(nested),
  'a pointer to itself behind one network': withUntried(pointer(0)),
};

/** All of them. */
export const hostileFiles: readonly HostileFile[] = [
  ...Object.entries(unusable).map(([name, bytes]) => ({ name, bytes, state: 'cannot be used' as const })),
  ...Object.entries(damaged).map(([name, bytes]) => ({ name, bytes, state: 'in use, damaged' as const })),
];
