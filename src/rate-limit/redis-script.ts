// The script that counts in Redis, the client that has it as a command, and what its answers mean.
import { Redis } from 'ioredis';
import { pauseAfter } from '../backoff.ts';
import { type RateLimitResult, SLICE, SLICES, WINDOW } from './sliding-window.ts';

const CONNECT_TIMEOUT = 1_000;
/** Milliseconds without a word after which the connection is made anew. */
const SOCKET_TIMEOUT = 5_000;
/** Between two tries to connect. */
const RECONNECT = { first: 100, longest: 1_000 };

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

/** A client of Redis that has the script. */
export interface SlidingRedis extends Redis {
  /** Whatever Redis says: it may be something else than the script's answer. */
  slide(key: string, cost: number, limit: number): Promise<unknown>;
}

/** Connects to Redis, and again whenever the connection is lost. */
export function connect(url: string): SlidingRedis {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    enableOfflineQueue: false,
    // Commands of one turn of the event loop are sent together.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => pauseAfter(attempt, RECONNECT),
  }) as SlidingRedis;
  redis.defineCommand('slide', { numberOfKeys: 1, lua: SLIDE });
  return redis;
}

/**
 * Reads what the script answered.
 *
 * @throws Error when it is not what the script gives
 */
export function resultOf(answer: unknown, limit: number): RateLimitResult {
  const [allowed, remaining, resetIn, slice] = Array.isArray(answer) && answer.length === 4 ? answer : [];
  const valid =
    (allowed === 0 || allowed === 1) &&
    isWithin(remaining, limit) &&
    isWithin(resetIn, WINDOW + SLICE) &&
    isWithin(slice, Number.MAX_SAFE_INTEGER);
  if (!valid) throw new Error('unexpected reply to the rate limit script');
  return { allowed: allowed === 1, limit, remaining, resetIn, slice };
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
