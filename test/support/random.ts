// Numbers that look random and are the same in every run.

/** Makes a generator of numbers from 0 up to 1 (a linear congruence, as in Numerical Recipes). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
