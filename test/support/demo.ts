// A gateway in demo mode with a ROOT key of its organisation, and a key that may be deleted.
import { createKey, runSql } from './database.ts';
import { startGateway, type TestGateway } from './gateway.ts';

/** Starts a demo. The ROOT key is of its organisation. */
export async function startDemo(): Promise<{ demo: TestGateway; rootKey: string }> {
  const demo = await startGateway({ demo: true });
  const [found] = await runSql(demo.databaseUrl, "select id from organisation where slug = 'demo'");
  const { id } = found as { id: number };
  return { demo, rootKey: await createKey(demo.databaseUrl, id, { prefix: 'ROOT' }) };
}

const CREATE_KEY = `mutation {
  createApiKey(input: { name: "To be deleted", prefix: DEV_ }) { apiKey { fingerprint } }
}`;

/** Makes a key that nobody needs, and gives its fingerprint. */
export async function createUnneededKey(demo: TestGateway, rootKey: string): Promise<string> {
  const { body } = await demo.graphql(CREATE_KEY, {}, { key: rootKey });
  return body.data.createApiKey.apiKey.fingerprint;
}
