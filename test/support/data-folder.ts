// Data folders: one that need not be made from nothing, and what gateways and commands do in one, without the rest of them.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import pino from 'pino';
import { readConfig } from '../../src/config.ts';
import {
  borrowEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/embedded-postgres/server.ts';

/**
 * Makes a data folder as it is when its PostgreSQL was stopped after it had been migrated, where a test is not about how one is made.
 *
 * @param dataDir - the folder; made if missing
 */
export async function makeDataFolder(dataDir: string): Promise<void> {
  const { inject } = await import('vitest');
  await copyFolder(inject('dataFolder'), dataDir);
}

/** Copies what PostgreSQL keeps in a data folder into another one, with its owners. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  await promisify(execFile)('cp', ['-a', join(from, 'postgres'), to]);
}

/** What came of the use of a folder: `works`, or the message of the error. */
export interface FolderUse {
  gateway: string;
  command: string;
}

/**
 * Does in a data folder what a gateway does there, until it ends, and then what a command does, which must find what the gateway left.
 *
 * @param named - the folder as `DATA_DIR` names it
 */
export async function useFolder(named: string): Promise<FolderUse> {
  const { dataDir } = readConfig({ DATA_DIR: named });
  const options = { dataDir, log: pino({ level: 'silent' }), settings: ['fsync=off'] };
  return {
    gateway: await attempt(startEmbeddedPostgres, options, 'create table left_behind ()'),
    command: await attempt(borrowEmbeddedPostgres, options, 'select from left_behind'),
  };
}

async function attempt(
  open: (options: EmbeddedOptions) => Promise<EmbeddedPostgres>,
  options: EmbeddedOptions,
  statement: string,
): Promise<string> {
  try {
    const postgres = await open(options);
    const client = new pg.Client(postgres.url);
    try {
      await client.connect();
      await client.query(statement);
    } finally {
      await client.end();
      await postgres.stop();
    }
    return 'works';
  } catch (error) {
    return (error as Error).message;
  }
}
