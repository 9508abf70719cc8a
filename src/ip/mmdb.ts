// One database file in MaxMind's format (MMDB), held in memory and read again when it is replaced.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InTurns } from '../in-turns.ts';
import type { Log } from '../log.ts';
import { type MmdbReader, readMmdb } from './mmdb-reader.ts';

/** Whose data it is, and of when. */
export interface IpSource {
  /** Its type, or the name of the file where the type says little. */
  readonly name: string;
  readonly builtAt: Date;
  /** What the licence wants shown together with the data; null where none is known. */
  readonly attribution: string | null;
}

/** How a file stands. */
export type MmdbState = 'loading' | 'in use' | 'in use, damaged' | 'an earlier version is in use' | 'cannot be used';

/** A database file. */
export interface Mmdb {
  /** Resolves when the file was read for the first time, or could not be. */
  readonly opened: Promise<void>;
  /** What is in use; undefined while nothing is. */
  readonly source: IpSource | undefined;
  readonly state: MmdbState;
  /**
   * Looks an address up.
   *
   * @param address - its bytes
   * @returns its record, empty where the file covers the address and has none; undefined while nothing is in use, for
   *   an IPv6 address in a file of IPv4, and where the file is damaged
   */
  find(address: readonly number[]): object | undefined;
  close(): void;
}

/** Milliseconds between two looks whether a file was replaced. */
const INTERVAL = 500;
/** Bytes. */
const IPV4_LENGTH = 4;
/** Addresses that are looked up in a file before it is used: a damaged one fails at some of them. */
const SAMPLES = 512;
/** A pipe that nobody writes to would be waited for, for ever; where there are none, there is no such flag either. */
const OPEN_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Whose licences ask for what; told by the type or the name of a file. */
const attributions: [of: RegExp, text: string][] = [
  [/dbip|db-ip/i, 'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0'],
  [/geolite/i, 'This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com'],
];

/**
 * Opens a file. One that is missing or broken is no failure: it is told in the log and by `state`, and taken into use when
 * it is mended. One that is replaced by a broken one stays in use as it was.
 *
 * @param variable - the setting that names the file; what the log calls it
 * @param turns - where a new version is tried: each look-up may cost as much as a record may
 * @param onChange - called when another version came into use
 */
export function openMmdb(variable: string, path: string, log: Log, turns: InTurns, onChange: () => void): Mmdb {
  let reader: MmdbReader | undefined;
  let source: IpSource | undefined;
  let state: MmdbState = 'loading';
  /** Which version of the file was looked at last. */
  let seen: string | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await takeNewVersion();
    } finally {
      looking = false;
    }
  }

  async function takeNewVersion(): Promise<void> {
    let version = 'none';
    try {
      await using file = await open(path, OPEN_AT_ONCE);
      version = await versionOf(file);
      if (version === seen) return;
      const bytes = await file.readFile();
      // Still being written: the next look finds it whole, or at rest.
      if ((await versionOf(file)) !== version) return;
      await take(readMmdb(bytes));
    } catch (error) {
      if (version === seen) return;
      refuse(error);
    }
    seen = version;
  }

  async function take(next: MmdbReader): Promise<void> {
    await trySamples(next, turns);
    reader = next;
    source = sourceOf(next, path);
    if (seen !== undefined) log.info({ variable, path, ...source }, 'IP database replaced');
    state = 'in use';
    onChange();
  }

  function refuse(error: unknown): void {
    state = reader ? 'an earlier version is in use' : 'cannot be used';
    log.warn(
      { variable, path, err: error },
      `IP database cannot be read; ${reader ? 'the previous version stays in use' : 'its data is missing from answers'}`,
    );
  }

  const opened = look();
  const timer = setInterval(look, INTERVAL).unref();
  return {
    opened,
    get source() {
      return source;
    },
    get state() {
      return state;
    },
    find(address) {
      if (!reader || (reader.metadata.ipVersion === 4 && address.length > IPV4_LENGTH)) return undefined;
      try {
        const record = reader.find(address);
        return typeof record === 'object' && record !== null ? record : {};
      } catch (error) {
        if (state !== 'in use, damaged')
          log.warn({ variable, path, err: error }, 'IP database is damaged; a record is missing from answers');
        state = 'in use, damaged';
        return undefined;
      }
    },
    close: () => clearInterval(timer),
  };
}

/**
 * A file that is written anew has another of these, however it came about.
 *
 * @throws Error when it is no file, but something that may have no end
 */
async function versionOf(file: FileHandle): Promise<string> {
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) throw new Error('not a regular file');
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs].join('/');
}

/**
 * Looks addresses up all over a database.
 *
 * @throws Error when it is damaged at one of them
 */
async function trySamples({ metadata, find }: MmdbReader, turns: InTurns): Promise<void> {
  for (let i = 0; i < SAMPLES; i++) {
    // The golden ratio spreads them evenly over all networks.
    const spread = Math.floor(((i * 0.618_033_988_749_895) % 1) * 0x1_00_00);
    const [high, low] = [spread >> 8, spread & 255];
    const inIpv6 = [0x20 | (high & 15), low, high, low, ...Array<number>(11).fill(0), 1];
    const address = metadata.ipVersion === 4 || i % 2 ? [high, low, 1, 1] : inIpv6;
    await turns(() => find(address));
  }
}

function sourceOf({ metadata }: MmdbReader, path: string): IpSource {
  const file = basename(path).replace(/\.mmdb$/, '');
  const attribution = attributions.find(([of]) => of.test(`${metadata.databaseType} ${file}`));
  return {
    // Types such as `country ipvAll` do not say whose data it is; their files do.
    name: /\bipv/i.test(metadata.databaseType) ? file : metadata.databaseType,
    builtAt: metadata.builtAt,
    attribution: attribution?.[1] ?? null,
  };
}
