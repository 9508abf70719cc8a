// Two gateways that are restarted one after the other under load, and what became of every call.
import { Agent, type ClientRequest, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BalancerName, startBalancer } from './balancers.ts';
import { createKey, createOrganisation, runSql } from './database.ts';
import { freePort, type GatewayProcess, startProcess } from './process.ts';

/** What came of the calls of a run. */
export interface Figures {
  calls: number;
  answered: number;
  /** Connections that were refused, or never accepted; the call was made again elsewhere. */
  refused: number;
  /** Calls without an answer, or with another than 200. */
  cut: string[];
  /** Customers that were acknowledged and are not there, and those that are there twice. */
  lost: number;
  doubled: number;
  /** Lines of the gateways' logs that tell of a call whose answer did not reach its caller. */
  abandoned: number;
}

/** How callers reach the gateways. */
export type Way = BalancerName | 'direct';

const LANES = 32;
const PATH = '/api/v1/customer/create';

/**
 * Restarts two gateways so many times, one after the other, each as soon as the one before is ready again, while callers
 * create customers.
 *
 * @param environment - of the gateways, besides the database
 */
export async function restartUnderLoad(
  way: Way,
  rounds: number,
  databaseUrl: string,
  environment: Record<string, string>,
): Promise<Figures> {
  const key = await createKey(databaseUrl, await createOrganisation(databaseUrl), { prefix: 'ROOT' });
  const ports = [await freePort(), await freePort()];
  let abandoned = 0;
  const start = (port: number) => startProcess({ DATABASE_URL: databaseUrl, PORT: String(port), ...environment });
  const stop = async (gateway: GatewayProcess) => {
    await gateway.stop();
    const lines = gateway.output().split('\n');
    // A balancer that has waited long enough for an answer about health goes away too.
    abandoned += lines.filter((line) => line.includes('abandoned') && line.includes(PATH)).length;
  };
  const gateways = await Promise.all(ports.map(start));
  const balancer = way === 'direct' ? undefined : await startBalancer(way, ports);
  const urls = balancer ? [balancer.url] : ports.map((port) => `http://127.0.0.1:${port}`);
  const load = callInLanes(urls, key);
  for (let round = 0; round < rounds; round++)
    for (const [i, port] of ports.entries()) {
      await sleep(500);
      await stop(gateways[i] as GatewayProcess);
      gateways[i] = await start(port);
    }
  await sleep(500);
  const { acknowledged, unanswered, ...figures } = await load.end();
  await balancer?.stop();
  await Promise.all(gateways.map(stop));
  const stored = await countsOf(databaseUrl, [...acknowledged, ...unanswered]);
  // A connection that was reset before anything of it was heard counts as refused.
  const unheard = unanswered.filter((email) => !stored.has(email));
  return {
    ...figures,
    answered: acknowledged.length,
    refused: figures.refused + (way === 'direct' ? unheard.length : 0),
    cut: [
      ...figures.cut,
      ...unanswered.filter((email) => way !== 'direct' || stored.has(email)).map((email) => `no answer for ${email}`),
    ],
    lost: acknowledged.filter((email) => !stored.has(email)).length,
    doubled: [...stored.values()].filter((count) => count > 1).length,
    abandoned,
  };
}

async function countsOf(databaseUrl: string, emails: readonly string[]): Promise<Map<string, number>> {
  const rows = await runSql<{ email: string; count: number }>(
    databaseUrl,
    'select email, count(*)::integer as count from customer where email = any($1) group by email',
    [emails],
  );
  return new Map(rows.map(({ email, count }) => [email, count]));
}

/** Callers that each make one call after the other, on connections that are kept. */
function callInLanes(urls: readonly string[], key: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const acknowledged: string[] = [];
  /** Of calls whose new connection was reset. */
  const unanswered: string[] = [];
  const cut: string[] = [];
  let calls = 0;
  let refused = 0;
  let stopped = false;

  /** Makes a call; whether it has to be made again. */
  async function call(url: string, email: string): Promise<boolean> {
    const { status, error, reused } = await post(agent, `${url}${PATH}?apiKey=${key}`, { email });
    if (status === 200) acknowledged.push(email);
    else if (error === 'ECONNREFUSED') {
      refused += 1;
      return true;
    } else if (error === 'ECONNRESET' && !reused) unanswered.push(email);
    else cut.push(`${status ?? error}${reused ? ' on a kept connection' : ''}`);
    return false;
  }

  const running = Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let i = 0; !stopped; i++) {
        const email = `restart-${key.slice(4, 12).toLowerCase()}-${lane}-${i}@example.com`;
        calls += 1;
        for (let at = i; await call(urls[at % urls.length] as string, email); at++) await sleep(5);
      }
    }),
  );
  return {
    async end() {
      stopped = true;
      await running;
      agent.destroy();
      return { calls, refused, cut, acknowledged, unanswered };
    },
  };
}

interface Outcome {
  status?: number | undefined;
  error?: string | undefined;
  /** Whether the connection had carried a call before. */
  reused: boolean;
}

function post(agent: Agent, url: string, body: object): Promise<Outcome> {
  const text = JSON.stringify(body);
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    const sent: ClientRequest = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve({ status: answer.statusCode, reused: sent.reusedSocket }));
      answer.once('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code, reused: sent.reusedSocket }));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code, reused: sent.reusedSocket }));
    sent.end(text);
  });
}
