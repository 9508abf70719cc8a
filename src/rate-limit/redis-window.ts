// Sliding windows in Redis, so that several gateways share one count; and whether Redis can be relied on right now.
import { Redis, ReplyError } from 'ioredis';
import type { Log } from '../log.ts';
import { Probes } from './probes.ts';
import { type RateLimitResult, SLICE, SLICES, WINDOW } from './sliding-window.ts';

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
/** A window that nobody's requests are counted in. */
const PROBE = 'probe';

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
  /** Whatever Redis says: it may be something else than the script's answer. */
  slide(key: string, cost: number, limit: number): Promise<unknown>;
}

/** Sliding windows that all gateways on one Redis share. */
export interface SharedWindows {
  /** Counts a request, unless the window is full; undefined while Redis cannot be relied on. */
  consume(name: string, cost: number, limit: number): Promise<RateLimitResult | undefined>;
  isReachable(): boolean;
  close(): void;
}

/**
 * Reads what the script answered.
 *
 * @throws Error when it is not what the script gives
 */
function resultOf(answer: unknown, limit: number): RateLimitResult {
  const [allowed, remaining, resetIn, slice] = Array.isArray(answer) && answer.length === 4 ? answer : [];
  const valid =
    (allowed === 0 || allowed === 1) &&
    isWithin(remaining, limit) &&
    isWithin(resetIn, WINDOW + SLICE) &&
    isWithin(slice, Number.MAX_SAFE_INTEGER);
  if (!valid) throw new Error('the answer is not that of the script');
  return { allowed: allowed === 1, limit, remaining, resetIn, slice };
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** Connects to Redis and stays with it: every loss is noticed, said in the log, and mended when Redis is back. */
export function openSharedWindows(url: string, log: Log): SharedWindows {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    enableOfflineQueue: false,
    // Commands of one turn of the event loop are sent together.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_RETRY),
  }) as SlidingRedis;
  redis.defineCommand('slide', { numberOfKeys: 1, lua: SLIDE });
  let reachable: boolean | undefined;
  let beat = 0;
  /** Questions without an answer yet, the oldest first: how to go on without it, and the beat of the question. */
  const open = new Map<() => void, number>();
  const probes = new Probes();
  /** The window that Redis refused to count last: some of its keys may be refused, and others not. */
  let suspect = PROBE;

  const ask = async (name: string, cost: number, limit: number) => {
    try {
      return resultOf(await redis.slide(`customer-gateway:${name}`, cost, limit), limit);
    } catch (error) {
      if (error instanceof ReplyError) suspect = name;
      // After anything but an answer or a refusal, nobody knows which answer is to which question.
      else if (redis.status === 'ready') redis.disconnect(true);
      throw error;
    }
  };

  function lose(error: unknown): void {
    for (const giveUp of open.keys()) giveUp();
    open.clear();
    if (reachable === false) return;
    reachable = false;
    probes.lost();
    log.warn({ err: error }, 'Redis cannot be relied on: each process counts the requests that come to it by itself');
  }

  /** Has Redis run what it is needed for: one that answers a PING may still refuse to write. Counts nothing. */
  async function probe(): Promise<void> {
    if (reachable || redis.status !== 'ready' || !probes.begin()) return;
    try {
      // The client goes on in the first database where it may not have the one that the URL names.
      if (redis.options.db) await redis.select(redis.options.db);
      await ask(suspect, 0, 1);
      if (reachable === false) log.info('Redis answers again: requests are counted together');
      reachable = true;
      suspect = PROBE;
      probes.end(true);
    } catch (error) {
      lose(error);
      probes.end(false);
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
    consume(name, cost, limit) {
      return new Promise((resolve) => {
        if (!reachable) return resolve(undefined);
        const giveUp = () => resolve(undefined);
        open.set(giveUp, beat);
        ask(name, cost, limit).then(
          (result) => {
            open.delete(giveUp);
            resolve(result);
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
