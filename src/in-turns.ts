// Work in pieces that takes turns with whatever else the process has to do.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work after which others have their turn. */
const LONGEST_TURN = 5;

/** Does a piece of work when its turn has come, and tells what came of it. */
export type InTurns = <Result>(work: () => Result) => Promise<Result>;

/** Opens a queue: what is given to it is done one after the other, and after some milliseconds of it others have their turn. */
export function inTurns(): InTurns {
  let last: Promise<unknown> = Promise.resolve();
  let spent = 0;

  async function run<Result>(before: Promise<unknown>, work: () => Result): Promise<Result> {
    await before;
    if (spent > LONGEST_TURN) {
      await nextTurn();
      spent = 0;
    }
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      spent += performance.now() - startedAt;
    }
  }

  return (work) => {
    const done = run(last, work);
    last = done.catch(() => {});
    return done;
  };
}
