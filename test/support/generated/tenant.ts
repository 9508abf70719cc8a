// The organisation that generated requests are about: its keys and customers.
import { createHash } from 'node:crypto';
import { createKey, createOrganisation } from '../database.ts';
import { fillOrganisation } from '../organisation.ts';

/** What generated requests may name. */
export interface Tenant {
  /** A key that may do all, without a limit that matters. */
  good: string;
  root: string;
  /** A key of another organisation, which has no customers to begin with. */
  foreign: string;
  /** Keys that are each refused for a reason of its own, at least for most operations. */
  refused: string[];
  /** Public references of customers that exist. */
  references: string[];
  emails: string[];
}

const LABEL = 'filled';
const CUSTOMERS = 50;
const UNLIMITED = 1_000_000_000;

/** Gives an organisation customers, and keys of all sorts. */
export async function makeTenant(databaseUrl: string, organisationId: number): Promise<Tenant> {
  await fillOrganisation(databaseUrl, organisationId, LABEL, CUSTOMERS);
  const make = (traits: Parameters<typeof createKey>[2]) => createKey(databaseUrl, organisationId, traits);
  const past = new Date('2020-01-01');
  // Its answers tell that it expires.
  const soon = new Date(Date.now() + 7 * 86_400_000);
  const refused = [
    { scopes: ['ip:read'], expiresAt: soon },
    { scopes: ['customer:read'] },
    { limitPerMinute: 1, expiresAt: soon },
    { active: false },
    { expiresAt: past },
    { deletedAt: past },
  ];
  const numbers = Array.from({ length: CUSTOMERS }, (_, i) => i + 1);
  return {
    good: await make({ limitPerMinute: UNLIMITED, expiresAt: soon }),
    root: await make({ prefix: 'ROOT' }),
    foreign: await createKey(databaseUrl, await createOrganisation(databaseUrl), { limitPerMinute: UNLIMITED }),
    refused: await Promise.all(refused.map(make)),
    // As `fillOrganisation` makes them.
    references: numbers.map((n) => createHash('md5').update(`${organisationId}/${n}`).digest('hex').slice(0, 16)),
    emails: numbers.map((n) => `${LABEL}${n}@example.com`),
  };
}
