// Room for large bodies: how many are read and worked on at once, of one key, of one organisation and in all.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../api-key/authenticate.ts';
import { ApiError } from '../errors/api-error.ts';

/** Large bodies of one key at once; of one organisation, which may have many keys; and of all. */
const MOST_OF_KEY = 4;
const MOST_OF_ORGANISATION = 8;
const MOST = 16;
/** Milliseconds that a body waits for room. */
const PATIENCE = 5_000;
/** Seconds after which it may be tried again. */
const RETRY_AFTER = 1;

/** A large body that has room, or waits for it. */
export interface LargeBodyRoom {
  /** Resolves when it has room. @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when it has none in time */
  readonly granted: Promise<void>;
  /** Gives the room up, also while it is waited for. */
  leave(): void;
}

interface Guest {
  /** What the body is counted by, with how many there may be of each. */
  readonly counted: readonly (readonly [name: string, most: number])[];
  readonly grant: () => void;
  state: 'waiting' | 'inside' | 'gone';
}

/** The room of one process. */
export class LargeBodies {
  readonly #waiting = new Set<Guest>();
  /** How many are inside, by what they are counted by. */
  readonly #inside = new Map<string, number>();

  /**
   * Asks for room.
   *
   * @param caller - whose body it is
   */
  enter({ digest, organisationId }: Caller): LargeBodyRoom {
    const { promise, resolve } = Promise.withResolvers<void>();
    const counted = [
      ['all', MOST],
      [`organisation ${organisationId}`, MOST_OF_ORGANISATION],
      [`key ${digest}`, MOST_OF_KEY],
    ] as const;
    const guest: Guest = { counted, grant: resolve, state: 'waiting' };
    this.#waiting.add(guest);
    this.#admit();
    return { granted: this.#inTime(guest, promise), leave: () => this.#leave(guest) };
  }

  async #inTime(guest: Guest, granted: Promise<void>): Promise<void> {
    if (guest.state === 'inside') return;
    const timer = new AbortController();
    const late = sleep(PATIENCE, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([granted, late]);
    timer.abort();
    if (guest.state !== 'waiting') return;
    this.#leave(guest);
    const message = 'Too many large requests are being processed.';
    throw new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { message, retryAfter: RETRY_AFTER });
  }

  #leave(guest: Guest): void {
    const { counted, state } = guest;
    guest.state = 'gone';
    this.#waiting.delete(guest);
    if (state !== 'inside') return;
    for (const [name] of counted) {
      const left = this.#countOf(name) - 1;
      if (left > 0) this.#inside.set(name, left);
      else this.#inside.delete(name);
    }
    this.#admit();
  }

  /** Those who came first, but for keys and organisations that have all they may. */
  #admit(): void {
    for (const guest of this.#waiting) {
      if (guest.counted.some(([name, most]) => this.#countOf(name) >= most)) continue;
      this.#waiting.delete(guest);
      for (const [name] of guest.counted) this.#inside.set(name, this.#countOf(name) + 1);
      guest.state = 'inside';
      guest.grant();
    }
  }

  #countOf(name: string): number {
    return this.#inside.get(name) ?? 0;
  }
}
