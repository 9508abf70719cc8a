// Accounts and empty databases on a server of a test's own.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { runSql } from './database.ts';

const random = () => randomBytes(4).toString('hex');

/** The accounts of one server. */
export interface Accounts {
  /** The URL of a database for an account; for the superuser unless told. */
  urlOf(database: string, account?: string): string;
  /** Makes an account that may log in. */
  createAccount(traits?: string): Promise<string>;
  /** Makes an empty database that an account owns; returns the database's name. */
  createEmpty(owner: string, name?: string): Promise<string>;
}

export function accountsOf(cluster: { url: string }): Accounts {
  return {
    urlOf(database, account) {
      const url = new URL(cluster.url);
      url.pathname = `/${encodeURIComponent(database)}`;
      if (account !== undefined) [url.username, url.password] = [account, 'x'];
      return url.href;
    },
    async createAccount(traits = '') {
      const name = `account_${random()}`;
      await runSql(cluster.url, `create role ${name} login password 'x' ${traits}`);
      return name;
    },
    async createEmpty(owner, name = `shop_${random()}`) {
      await runSql(cluster.url, `create database ${pg.escapeIdentifier(name)} owner ${owner}`);
      return name;
    },
  };
}

/** Brings a database to its shape; returns the warnings that the log has of it. */
export async function migrateLogging(url: string): Promise<string[]> {
  const lines: string[] = [];
  const log = logTo('warn', { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  await migrate(parseDatabaseUrl(url), entities, log);
  return lines;
}
