// A database of a test file's own, and rows to put into it.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pino from 'pino';
import { digestOf, fingerprintOf, generateKey, type KeyPrefix } from '../../src/api-key/key.ts';
import { migrate } from '../../src/database/migrate.ts';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';

/**
 * Makes a database with all tables, empty.
 *
 * @returns its URL
 */
export async function createDatabase(): Promise<string> {
  // Benchmarks use this file too, outside vitest.
  const { inject } = await import('vitest');
  const url = new URL(inject('templateUrl'));
  const template = url.pathname.slice(1);
  const name = `test_${randomBytes(8).toString('hex')}`;
  url.pathname = '/postgres';
  await runSql(url.href, `create database ${name} template ${template}`);
  url.pathname = `/${name}`;
  // The copy has no role of its own yet.
  await migrate(parseDatabaseUrl(url.href), entities, pino({ level: 'silent' }));
  return url.href;
}

/**
 * The way of calls to a database that was made for a test, where `npm run test:pooler` has put a pooler into it.
 *
 * @returns undefined for a database of another server, and where there is no pooler
 */
export async function poolerUrlOf(databaseUrl: string): Promise<string | undefined> {
  if (!process.env.GATEWAY_TEST_POOLER) return undefined;
  const { inject } = await import('vitest');
  const [pooler, template] = [inject('poolerUrl'), new URL(inject('templateUrl'))];
  const url = new URL(databaseUrl);
  if (pooler === undefined || url.host !== template.host || url.search !== '') return undefined;
  const pooled = new URL(pooler);
  pooled.pathname = url.pathname;
  pooled.username = url.username;
  pooled.password = url.password;
  return url.username === template.username ? pooled.href : undefined;
}

/** The role that serves the requests of a database. */
export function servingRoleOf(databaseUrl: string): string {
  return `customer_gateway_${new URL(databaseUrl).pathname.slice(1)}`;
}

/** Runs SQL as an operator would in psql. */
export async function runSql<Row extends object>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(clientOptions(parseDatabaseUrl(url)));
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Makes an organisation. */
export async function createOrganisation(url: string, slug = `org-${randomBytes(4).toString('hex')}`): Promise<number> {
  const [row] = await runSql<{ id: number }>(
    url,
    'insert into organisation (slug, name) values ($1, $1) returning id',
    [slug],
  );
  return row?.id ?? 0;
}

/**
 * Writes down from now on, in the table `seen`, who writes customers, and who looks at them: that only where row level security binds
 * whoever does.
 */
export async function noteRoles(url: string): Promise<void> {
  await runSql(
    url,
    `create table seen (role text);
     create function note(role text) returns boolean language plpgsql security definer as $$
       begin insert into seen values (role); return true; end $$;
     grant execute on function note(text) to public;
     create policy note on customer as restrictive using (note(current_user::text));
     create function note_writer() returns trigger language plpgsql as $$
       begin perform note(current_user::text); return new; end $$;
     create trigger note_writer before insert or update on customer for each row execute function note_writer()`,
  );
}

/** What a key may differ in. */
export interface KeyTraits {
  prefix?: KeyPrefix;
  key?: string;
  scopes?: string[];
  limitPerMinute?: number | undefined;
  active?: boolean;
  expiresAt?: Date;
  deletedAt?: Date;
}

/** Makes a key of an organisation; returns the key. */
export async function createKey(url: string, organisationId: number, traits: KeyTraits = {}): Promise<string> {
  const key = traits.key ?? generateKey(traits.prefix ?? 'PROD');
  await runSql(
    url,
    `insert into api_key (organisation_id, name, digest, fingerprint, scopes, active, expires_at, deleted_at, limit_per_minute)
     values ($1, 'test', $2, $3, $4, $5, $6, $7, $8)`,
    [
      organisationId,
      digestOf(key),
      fingerprintOf(key),
      traits.scopes ?? [],
      traits.active ?? true,
      traits.expiresAt,
      traits.deletedAt,
      traits.limitPerMinute,
    ],
  );
  return key;
}

/** What background work is done by: it may come at any moment. */
const background = /^(background_|api_key_note_use$)/;

/** The texts of what goes to PostgreSQL while something is done, the listening connection's heartbeat and background work aside. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { vi } = await import('vitest');
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const sent = spy.mock.calls
      .map(([query]): { name?: string; text?: string } => (typeof query === 'string' ? { text: query } : query))
      .filter(({ name = '' }) => !background.test(name))
      .map(({ text = '' }) => text);
    return sent.filter((text) => text !== 'select 1' && !text.includes('pg_notify'));
  } finally {
    spy.mockRestore();
  }
}
