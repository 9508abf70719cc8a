// Room for large bodies: how many are read and worked on at once, of one caller and in all.

/** Large bodies of one caller at once; and of all callers. */
const MOST_OF_CALLER = 4;
const MOST = 16;

/** A large body that has room, or waits for it. */
export interface LargeBodyRoom {
  /** Resolves when it has room. */
  readonly granted: Promise<void>;
  /** Gives the room up, also while it is waited for. */
  leave(): void;
}

interface Guest {
  readonly caller: string;
  readonly grant: () => void;
  state: 'waiting' | 'inside' | 'gone';
}

/** The room of one process. */
export class LargeBodies {
  readonly #waiting = new Set<Guest>();
  readonly #inside = new Map<string, number>();
  #count = 0;

  /**
   * Asks for room.
   *
   * @param caller - whose body it is
   */
  enter(caller: string): LargeBodyRoom {
    const { promise, resolve } = Promise.withResolvers<void>();
    const guest: Guest = { caller, grant: resolve, state: 'waiting' };
    this.#waiting.add(guest);
    this.#admit();
    return { granted: promise, leave: () => this.#leave(guest) };
  }

  #leave(guest: Guest): void {
    const { caller, state } = guest;
    guest.state = 'gone';
    this.#waiting.delete(guest);
    if (state !== 'inside') return;
    this.#count -= 1;
    const left = (this.#inside.get(caller) ?? 0) - 1;
    if (left > 0) this.#inside.set(caller, left);
    else this.#inside.delete(caller);
    this.#admit();
  }

  /** Those who came first, but for callers that have all they may. */
  #admit(): void {
    for (const guest of this.#waiting) {
      if (this.#count >= MOST) return;
      const ofCaller = this.#inside.get(guest.caller) ?? 0;
      if (ofCaller >= MOST_OF_CALLER) continue;
      this.#waiting.delete(guest);
      this.#inside.set(guest.caller, ofCaller + 1);
      this.#count += 1;
      guest.state = 'inside';
      guest.grant();
    }
  }
}
