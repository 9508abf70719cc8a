// Sliding windows in Redis, so that several gateways share one count; and whether Redis can be relied on right now.
import { ReplyError } from 'ioredis';
import type { Log } from '../log.ts';
import { OpenQuestions } from './open-questions.ts';
import { Probes } from './probes.ts';
import { connect, resultOf } from './redis-script.ts';
import type { RateLimitResult } from './sliding-window.ts';

/** Milliseconds between two looks at Redis. */
const BEAT = 50;
/** Looks during which a question stays open before Redis counts as away. */
const PATIENCE = 6;
/** A window that nobody's requests are counted in. */
const PROBE = 'probe';

/** Sliding windows that all gateways on one Redis share. */
export interface SharedWindows {
  /** Counts a request, unless the window is full; undefined while Redis cannot be relied on. */
  consume(name: string, cost: number, limit: number): Promise<RateLimitResult | undefined>;
  isReachable(): boolean;
  close(): void;
}

/** Connects to Redis and stays with it: every loss is noticed, said in the log, and mended when Redis is back. */
export function openSharedWindows(url: string, log: Log): SharedWindows {
  const redis = connect(url);
  let reachable: boolean | undefined;
  const questions = new OpenQuestions();
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
    questions.giveUpAll();
    if (reachable === false) return;
    reachable = false;
    probes.lost();
    log.warn({ err: error }, 'Redis is unavailable; each process counts its own requests until it is back');
  }

  /** Has Redis run what it is needed for: one that answers a PING may still refuse to write. Counts nothing. */
  async function probe(): Promise<void> {
    if (reachable || redis.status !== 'ready' || !probes.begin()) return;
    try {
      // The client goes on in the first database where it may not have the one that the URL names.
      if (redis.options.db) await redis.select(redis.options.db);
      await ask(suspect, 0, 1);
      if (reachable === false) log.info('Redis is available again; requests are counted together');
      reachable = true;
      suspect = PROBE;
      probes.end(true);
    } catch (error) {
      lose(error);
      probes.end(false);
    }
  }

  redis.on('error', lose);
  redis.on('close', () => lose(new Error('the connection was closed')));
  redis.on('ready', probe);
  const timer = setInterval(() => {
    if (questions.look() > PATIENCE) lose(new Error(`no reply within ${PATIENCE * BEAT} ms`));
    void probe();
  }, BEAT).unref();

  return {
    consume(name, cost, limit) {
      return new Promise((resolve) => {
        if (!reachable) return resolve(undefined);
        const giveUp = () => resolve(undefined);
        questions.add(giveUp);
        // A loss gives up all questions, this one too.
        ask(name, cost, limit).then((result) => {
          questions.close(giveUp);
          resolve(result);
        }, lose);
      });
    },
    isReachable: () => reachable === true,
    close() {
      clearInterval(timer);
      redis.removeAllListeners('close').disconnect();
    },
  };
}
