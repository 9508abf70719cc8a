// The migrations, in the order in which they run.
import { Migration0001Initial } from './0001-initial.ts';
import { Migration0002OrganisationWall } from './0002-organisation-wall.ts';
import { Migration0003LastIp } from './0003-last-ip.ts';
import { Migration0004QuotedAddresses } from './0004-quoted-addresses.ts';

export const migrations = [
  Migration0001Initial,
  Migration0002OrganisationWall,
  Migration0003LastIp,
  Migration0004QuotedAddresses,
];
