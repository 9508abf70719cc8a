// The migrations, in the order in which they run, under the names by which databases know them.
import { Migration0001Initial } from './0001-initial.ts';
import { Migration0002OrganisationWall } from './0002-organisation-wall.ts';
import { Migration0003LastIp } from './0003-last-ip.ts';
import { Migration0004QuotedAddresses } from './0004-quoted-addresses.ts';
import { Migration0005Connect } from './0005-connect.ts';
import { Migration0006AddressChanges } from './0006-address-changes.ts';
import { Migration0007ChangeLog } from './0007-change-log.ts';
import { Migration0008IdempotencyOutcome } from './0008-idempotency-outcome.ts';
import { Migration0009CustomerProfile } from './0009-customer-profile.ts';
import { Migration0010DeletedGroups } from './0010-deleted-groups.ts';
import { Migration0011MergedAndErased } from './0011-merged-and-erased.ts';
import { Migration0012KeyUse } from './0012-key-use.ts';
import { Migration0013Search } from './0013-search.ts';
import { Migration0014Import } from './0014-import.ts';
import type { NamedMigration } from './run.ts';

export type { NamedMigration } from './run.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-initial', class: Migration0001Initial },
  { name: '0002-organisation-wall', class: Migration0002OrganisationWall },
  { name: '0003-last-ip', class: Migration0003LastIp },
  { name: '0004-quoted-addresses', class: Migration0004QuotedAddresses },
  { name: '0005-connect', class: Migration0005Connect },
  { name: '0006-address-changes', class: Migration0006AddressChanges },
  { name: '0007-change-log', class: Migration0007ChangeLog },
  { name: '0008-idempotency-outcome', class: Migration0008IdempotencyOutcome },
  { name: '0009-customer-profile', class: Migration0009CustomerProfile },
  { name: '0010-deleted-groups', class: Migration0010DeletedGroups },
  { name: '0011-merged-and-erased', class: Migration0011MergedAndErased },
  { name: '0012-key-use', class: Migration0012KeyUse },
  { name: '0013-search', class: Migration0013Search },
  { name: '0014-import', class: Migration0014Import },
];
