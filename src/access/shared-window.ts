// Sliding windows in Redis, so that several gateways share one count; and whether Redis can be relied on right now.
import { Redis } from 'ioredis';
import type { Log } from '../log.ts';
import { SLICE, SLICES, type Verdict, WINDOW } from './sliding-window.ts';

/** Milliseconds between two looks at Redis. */
const BEAT = 50;
/**
 * Looks during which a question stays open before Redis counts as away. Looks, not milliseconds: a process that is too busy
 * to look is too busy to read an answer that has long arrived, and must not take that for the silence of Redis.
 */
const PATIENCE = 6;
const CONNECT_TIMEOUT = 1_000;
/** Milliseconds without a word after which the connection is made anew. */
const SOCKET_TIMEOUT = 5_000;
const LONGEST_RETRY = 1_000;

/*
 * The window of `sliding-window.ts` as a hash: a field per slice that holds anything, `total` of them, and `oldest`, before
 * which there is none. Redis' own clock counts, so that the gateways' clocks need not agree. It may be set back: then the
 * window's time goes on from `newest`, the latest that it has seen, and stays `ahead` of the clock by so many milliseconds.
 */
const SLIDE = `
local cost, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'total', 'oldest', 'newest', 'ahead')
local ahead = tonumber(state[4] or 0)
local now = math.max(clock + ahead, tonumber(state[3] or 0))
local slice = math.floor(now / ${SLICE})
local total, oldest = tonumber(state[1] or 0), tonumber(state[2] or slice)
local function at(number) return tonumber(redis.call('HGET', KEYS[1], number) or 0) end

while oldest < slice do
  local count = at(oldest)
  if oldest > slice - ${SLICES} and count > 0 then break end
  if count > 0 then redis.call('HDEL', KEYS[1], oldest) end
  total = total - count
  oldest = oldest + 1
end

local allowed = total + cost <= limit
if allowed then
  redis.call('HINCRBY', KEYS[1], slice, cost)
  total = total + cost
end
redis.call('HSET', KEYS[1], 'total', total, 'oldest', oldest, 'newest', now, 'ahead', now - clock)
redis.call('PEXPIRE', KEYS[1], ${WINDOW})

local missing = allowed and 1 or total + cost - limit
local free, number = 0, oldest
while number <= slice do
  free = free + at(number)
  if free >= missing then break end
  number = number + 1
end
return { allowed and 1 or 0, math.max(limit - total, 0), (number + ${SLICES}) * ${SLICE} - now, slice }
`;

interface SlidingRedis extends Redis {
  slide(
    key: string,
    cost: number,
    limit: number,
  ): Promise<[allowed: number, remaining: number, resetIn: number, slice: number]>;
}

/** Windows that all gateways on one Redis share. */
export interface SharedWindows {
  /** Counts a request, unless the window is full; undefined while Redis cannot be relied on. */
  take(name: string, cost: number, limit: number): Promise<Verdict | undefined>;
  isReachable(): boolean;
  close(): void;
}

/** Connects to Redis and stays with it: every loss is noticed, said in the log, and mended when Redis is back. */
export function openSharedWindows(url: string, log: Log): SharedWindows {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    enableOfflineQueue: false,
    // Commands of one turn of the event loop travel together.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_RETRY),
  }) as SlidingRedis;
  redis.defineCommand('slide', { numberOfKeys: 1, lua: SLIDE });
  let reachable: boolean | undefined;
  let beat = 0;
  /** Questions without an answer yet, the oldest first: how to go on without it, and the beat of the question. */
  const open = new Map<() => void, number>();
  let probing = false;

  function lose(error: unknown): void {
    for (const giveUp of open.keys()) giveUp();
    open.clear();
    if (reachable === false) return;
    reachable = false;
    log.warn({ err: error }, 'Redis does not answer: each process counts the requests that come to it by itself');
  }

  async function probe(): Promise<void> {
    if (reachable || probing || redis.status !== 'ready') return;
    probing = true;
    try {
      await redis.ping();
      if (reachable === false) log.info('Redis answers again: requests are counted together');
      reachable = true;
    } catch (error) {
      lose(error);
    } finally {
      probing = false;
    }
  }

  redis.on('error', lose);
  redis.on('close', () => lose(new Error('the connection ended')));
  redis.on('ready', probe);
  const timer = setInterval(() => {
    beat += 1;
    const [oldest = beat] = open.values();
    if (beat - oldest > PATIENCE) lose(new Error(`no answer within ${PATIENCE * BEAT} ms`));
    void probe();
  }, BEAT).unref();

  return {
    take(name, cost, limit) {
      return new Promise((resolve) => {
        if (!reachable) return resolve(undefined);
        const giveUp = () => resolve(undefined);
        open.set(giveUp, beat);
        redis.slide(`customer-gateway:${name}`, cost, limit).then(
          ([allowed, remaining, resetIn, slice]) => {
            open.delete(giveUp);
            resolve({ allowed: allowed === 1, limit, remaining, resetIn, slice });
          },
          // Gives up all that is open, this one too.
          lose,
        );
      });
    },
    isReachable: () => reachable === true,
    close() {
      clearInterval(timer);
      redis.removeAllListeners('close').disconnect();
    },
  };
}
