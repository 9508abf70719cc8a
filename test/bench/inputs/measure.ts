// What one request costs all others: how long they wait for it, and what it takes of the processor.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { openTransport } from '../../support/generated/transport.ts';
import type { GeneratedRequest } from '../../support/generated-requests.ts';
import type { Command, Reply } from './poller.ts';

/** A request whose cost is measured. */
export interface CostlyInput {
  name: string;
  api: 'REST' | 'GraphQL' | 'other';
  /** Makes the request; where nothing may be remembered of the one before, no two are alike. */
  request: (turn: number) => GeneratedRequest;
}

/** What an input was measured to cost. */
export interface Cost {
  input: CostlyInput;
  /** Milliseconds that /health/live waited at most, in the best of all turns. */
  wait: number;
  /** Milliseconds of these in which the gateway was ready to go on and had no processor: the machine was busy otherwise. */
  starved: number;
  /** Milliseconds of processor that the gateway took, in a turn without polls. */
  cpu: number;
  status: number;
  bytes: number;
  turns: number;
}

/** Milliseconds that others may wait. */
export const BOUND = 20;
/** How often an input that seems to cost more is tried again, so that noise is not taken for cost. */
const REPEATS = 5;
/** What holds others up this long is no noise: one more turn is enough. */
const BEYOND_NOISE = 10 * BOUND;

/** Opens what measures one gateway. */
export async function openMeter(gateway: { url: string; child: { pid?: number | undefined } }) {
  const poller = new Worker(new URL('poller.ts', import.meta.url), { workerData: { url: gateway.url } });
  const transport = openTransport(gateway.url, 1);
  const { pid } = gateway.child;
  let turn = 0;
  const command = (word: Command) => poller.postMessage(word);
  const reply = async () => ((await once(poller, 'message')) as [Reply])[0];

  async function waitDuring({ request }: CostlyInput): Promise<Pick<Cost, 'wait' | 'starved'>> {
    const sent = request(turn++);
    command('start');
    await reply();
    const before = schedule(`/proc/${pid}/schedstat`).starved;
    await transport.send(sent);
    command('stop');
    const wait = Number(await reply());
    return { wait, starved: Math.min(schedule(`/proc/${pid}/schedstat`).starved - before, wait) };
  }

  return {
    /** Measures one input; more often when it seems to cost more than it may. */
    async measure(input: CostlyInput): Promise<Cost> {
      let best = await waitDuring(input);
      let turns = 1;
      for (; best.wait > BOUND && turns <= (best.wait > BEYOND_NOISE ? 1 : REPEATS); turns++) {
        const again = await waitDuring(input);
        if (again.wait < best.wait) best = again;
      }
      const sent = input.request(turn++);
      const before = cpuOf(pid);
      const { status } = await transport.send(sent);
      const cpu = cpuOf(pid) - before;
      return { input, ...best, cpu, status, bytes: (sent.body?.length ?? 0) + sent.target.length, turns };
    },
    async close() {
      transport.close();
      await poller.terminate();
    },
  };
}

/** Milliseconds of processor that all threads of a process have used. */
function cpuOf(pid: number | undefined): number {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).reduce((sum, thread) => sum + schedule(`${threads}/${thread}/schedstat`).used, 0);
}

/** What the kernel counts in nanoseconds of a thread, in milliseconds: on a processor, and in wait for one. */
function schedule(path: string): { used: number; starved: number } {
  try {
    const [used = 0, starved = 0] = readFileSync(path, 'utf8').split(' ').map(Number);
    return { used: used / 1e6, starved: starved / 1e6 };
  } catch {
    // The thread has ended.
    return { used: 0, starved: 0 };
  }
}
