// A gateway in this process, on a port of its own, and the two ways of calling it.
import type { AddressInfo } from 'node:net';
import { type AppServices, createApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { databasesOf, parseDatabaseUrl } from '../../src/database-url.ts';
import { proxyFinder } from '../../src/http/client-ip.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { logTo } from '../../src/log.ts';
import { createDatabase, createKey, createOrganisation, poolerUrlOf } from './database.ts';

/** An answer, its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  body: any;
  text: string;
}

export interface TestGateway {
  /** `http://127.0.0.1:…` */
  url: string;
  databaseUrl: string;
  organisationId: number;
  /** A key of that organisation that may do all. */
  key: string;
  /** Lines of the log so far, parsed. */
  log: Record<string, unknown>[];
  /** Sends any request. */
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** `POST /api/v1/customer/create` in JSON; a string goes out as it is. */
  rest(body: unknown, options?: CallOptions): Promise<Answer>;
  /** `POST /graphql`. */
  graphql(query: string, variables?: object, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface CallOptions {
  key?: string | null;
  headers?: Record<string, string>;
}

/** Settings that differ from the usual ones of a production, and parts. */
type TestSettings = Partial<Omit<Config, 'database' | 'ipDatabases'>> &
  Pick<AppServices, 'rateLimitStore' | 'parts'> & {
    databaseUrl?: string;
    servingUrl?: string;
    directUrl?: string;
    ipDatabases?: Partial<Config['ipDatabases']>;
  };

/** Starts a gateway on a new database, or on the one named. */
export async function startGateway({
  databaseUrl: given,
  servingUrl,
  directUrl,
  rateLimitStore,
  parts,
  ...settings
}: TestSettings = {}): Promise<TestGateway> {
  const databaseUrl = given ?? (await createDatabase());
  const organisationId = await createOrganisation(databaseUrl);
  const key = await createKey(databaseUrl, organisationId);
  const log: Record<string, unknown>[] = [];
  const gatewayLog = logTo('info', { write: (line: string) => void log.push(JSON.parse(line)) });
  const { demo = false } = settings;
  const corsOrigins = demo ? ['*'] : [];
  const serving = servingUrl ?? databaseUrl;
  const pooled = (await poolerUrlOf(serving)) ?? serving;
  const database = databasesOf(parseDatabaseUrl(pooled), parseDatabaseUrl(directUrl ?? serving));
  const usual = readConfig({});
  const ipDatabases = { ...usual.ipDatabases, ...settings.ipDatabases };
  const config = { ...usual, demo, corsOrigins, ...settings, ipDatabases, database };
  const app = createApp(config, { log: gatewayLog, rateLimitStore, parts });
  await app.prepare();
  const server = createHttpServer({
    handle: app.handle,
    log: gatewayLog,
    publicUrl: config.publicUrl,
    limits: { maxConnections: config.maxConnections, isProxy: proxyFinder(config.trustProxy) },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(url + path, { redirect: 'manual', ...init });
    const text = await response.text();
    const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  function headersFor({ key: chosen = key, headers = {} }: CallOptions): Record<string, string> {
    return {
      'content-type': 'application/json',
      ...(chosen !== null && { authorization: `Bearer ${chosen}` }),
      ...headers,
    };
  }

  return {
    url,
    databaseUrl,
    organisationId,
    key,
    log,
    send,
    rest: (body, call = {}) =>
      send('/api/v1/customer/create', {
        method: 'POST',
        headers: headersFor(call),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    graphql: (query, variables, call = {}) =>
      send('/graphql', { method: 'POST', headers: headersFor(call), body: JSON.stringify({ query, variables }) }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
    },
  };
}
