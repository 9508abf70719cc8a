// The load: the program `wrk`, and what it saw.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is sent, over and over. */
export interface Load {
  connections: number;
  seconds: number;
  /** In Lua: defines `request`. */
  script: string;
}

/** What came of it. */
export interface Measured {
  requests: number;
  /** Requests a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Says in Lua what `wrk` prints of its own account in prose. */
const REPORT = `
done = function(summary, latency)
  io.write(string.format('\\nRESULT %d %d %f %f\\n', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99)))
end`;
let runs = 0;

/**
 * Loads a URL with the program `wrk`.
 *
 * @throws Error when any request was not answered with 2xx or 3xx
 */
export async function runWrk(url: string, { connections, seconds, script }: Load): Promise<Measured> {
  const file = join(tmpdir(), `gateway-bench-${process.pid}-${runs++}.lua`);
  await writeFile(file, script + REPORT);
  const wrk = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', file, url]);
  let printed = '';
  wrk.stdout.on('data', (chunk) => (printed += chunk));
  wrk.stderr.on('data', (chunk) => (printed += chunk));
  await once(wrk, 'close').catch((cause) => {
    throw new Error('this benchmark needs the program wrk', { cause });
  });
  await rm(file);
  const trouble = /(Non-2xx or 3xx responses|Socket errors): .*/.exec(printed)?.[0];
  if (trouble) throw new Error(`${url}: ${trouble}`);
  const [, requests, microseconds, p50, p99] = /RESULT (\d+) (\d+) ([\d.]+) ([\d.]+)/.exec(printed)?.map(Number) ?? [];
  if (!requests || !microseconds) throw new Error(`wrk said nothing of ${url}: ${printed}`);
  return {
    requests,
    rate: (requests * 1_000_000) / microseconds,
    p50: Number(p50) / 1_000,
    p99: Number(p99) / 1_000,
  };
}
