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
  /** How every answer must be. Looking at each takes the load some time: compare only what is all looked at, or not. */
  expected?: Expected;
  /** The only processor on which it runs; needs `taskset`. */
  processor?: number;
}

/** The kind of an answer's status. */
export type Expected = '2xx' | '4xx';

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

/** The same in Lua, with every answer looked at. A thread keeps the count, and is asked for it at the end. */
const looking = (expected: Expected) => `
local threads = {}
setup = function(thread) table.insert(threads, thread) end
others = 0
response = function(status)
  if math.floor(status / 100) ~= ${expected[0]} then others = others + 1 end
end
local report = done
done = function(summary, latency, requests)
  local count = 0
  for _, thread in ipairs(threads) do count = count + thread:get('others') end
  if count > 0 then io.write('Other answers: ' .. count .. '\\n') end
  report(summary, latency, requests)
end`;
let runs = 0;

/**
 * Loads a URL with the program `wrk`.
 *
 * @throws Error when any request was not answered as expected: with 2xx or 3xx, unless told
 */
export async function runWrk(url: string, load: Load): Promise<Measured> {
  const { connections, seconds, script, expected, processor } = load;
  const file = join(tmpdir(), `gateway-bench-${process.pid}-${runs++}.lua`);
  await writeFile(file, script + REPORT + (expected ? looking(expected) : ''));
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', file, url];
  if (processor !== undefined) command.unshift('taskset', '-c', String(processor));
  const wrk = spawn(command[0] as string, command.slice(1));
  let printed = '';
  wrk.stdout.on('data', (chunk) => (printed += chunk));
  wrk.stderr.on('data', (chunk) => (printed += chunk));
  await once(wrk, 'close').catch((cause) => {
    throw new Error('this benchmark needs the program wrk', { cause });
  });
  await rm(file);
  const troubles = expected ? /(Other answers|Socket errors): .*/ : /(Non-2xx or 3xx responses|Socket errors): .*/;
  const trouble = troubles.exec(printed)?.[0];
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
