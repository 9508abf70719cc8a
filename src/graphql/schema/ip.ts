// What can be known about IP addresses, in GraphQL.
import { ipForms, ipInput } from '../../ip/input.ts';
import { ipKinds } from '../../ip/kind.ts';
import type { IpInfo } from '../../ip/lookup.ts';
import type { IpSource } from '../../ip/mmdb.ts';
import type { Country } from '../../ip/record.ts';
import type { ReverseName } from '../../ip/reverse-dns.ts';
import { builder, stringEnum } from '../builder.ts';

/** What a question to the DNS counts as, against a field that is read from memory. */
const DNS_COMPLEXITY = 10;
/** How many sources an answer usually has. */
const SOURCES = 3;

const IpKindType = stringEnum('IpKind', 'Kind of an IP address. Only public ones are looked up.', ipKinds);

const CountryType = builder.objectRef<Country>('Country').implement({
  description: 'A country.',
  scope: 'ip:read',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'ISO 3166-1 alpha-2: `CZ`.' }),
    name: t.exposeString('name', { nullable: true, description: 'Name in English.' }),
  }),
});

const ReverseDnsType = builder.objectRef<ReverseName>('ReverseDns').implement({
  description: 'The name of an address in the DNS.',
  scope: 'ip:read',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, as chosen by whoever controls the address.' }),
    confirmed: t.exposeBoolean('confirmed', { description: 'Whether the name resolves back to the address.' }),
  }),
});

const IpSourceType = builder.objectRef<IpSource>('IpSource').implement({
  description: 'A database that information comes from.',
  scope: 'ip:read',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the database.' }),
    builtAt: t.expose('builtAt', { type: 'DateTime', description: 'When the database was built.' }),
    attribution: t.exposeString('attribution', {
      nullable: true,
      description: 'Attribution that its licence requires wherever the data is shown.',
    }),
  }),
});

export const IpInfoType = builder.objectRef<IpInfo>('IpInfo').implement({
  description: 'Information about an IP address. What is unknown is null.',
  fieldScope: 'ip:read',
  fields: (t) => {
    const flag = (name: 'isAnonymous' | 'isVpn' | 'isProxy' | 'isTor' | 'isHosting', what: string) =>
      t.exposeBoolean(name, {
        nullable: true,
        description: `Whether it is listed as ${what}. Null if there is no list.`,
      });
    return {
      // The customer's own data, where it is a customer's.
      address: t.exposeString('address', {
        description: 'The address: IPv4, or IPv6 as RFC 5952 writes it.',
        scope: null,
      }),
      kind: t.field({ type: IpKindType, description: 'Kind of the address.', resolve: ({ kind }) => kind }),
      country: t.expose('country', { type: CountryType, nullable: true, description: 'Country.' }),
      region: t.exposeString('region', { nullable: true, description: 'Region, state or county.' }),
      city: t.exposeString('city', { nullable: true, description: 'City.' }),
      latitude: t.exposeFloat('latitude', { nullable: true, description: 'Degrees north of the equator, WGS 84.' }),
      longitude: t.exposeFloat('longitude', { nullable: true, description: 'Degrees east of Greenwich, WGS 84.' }),
      accuracyRadiusKm: t.exposeInt('accuracyRadiusKm', {
        nullable: true,
        description: 'Accuracy of the coordinates: radius in kilometres.',
      }),
      timeZone: t.exposeString('timeZone', { nullable: true, description: 'IANA time zone: `Europe/Prague`.' }),
      asn: t.exposeInt('asn', { nullable: true, description: 'Number of the autonomous system.' }),
      asOrganisation: t.exposeString('asOrganisation', {
        nullable: true,
        description: 'Organisation that the autonomous system belongs to.',
      }),
      reverseDns: t.field({
        type: ReverseDnsType,
        nullable: true,
        description: 'Name in the DNS. Also null if the DNS does not answer within a second.',
        complexity: DNS_COMPLEXITY,
        resolve: ({ address }, _, { ip }) => ip.nameOf(address),
      }),
      isAnonymous: flag('isAnonymous', 'an address that hides its user'),
      isVpn: flag('isVpn', 'a VPN'),
      isProxy: flag('isProxy', 'a public or residential proxy'),
      isTor: flag('isTor', 'a Tor exit'),
      isHosting: flag('isHosting', 'a hosting provider'),
      sources: t.field({
        type: [IpSourceType],
        description: 'The databases that this information comes from.',
        complexity: { multiplier: SOURCES },
        resolve: ({ sources }) => [...sources],
      }),
    };
  },
});

builder.queryFields((t) => ({
  ipInfo: t.field({
    type: IpInfoType,
    nullable: true,
    description: 'Looks up information about an IP address.',
    args: {
      ip: t.arg.string({
        required: true,
        description: ipForms,
        validate: { schema: ipInput },
      }),
    },
    scope: 'ip:read',
    resolve: (_, { ip: address }, { ip }) => ip.infoOf(address),
  }),
}));
