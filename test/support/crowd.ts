// Many calls from one machine.

/** One address may have 1,000 connections, and each call under way takes one. */
const AT_ONCE = 500;

/**
 * Makes so many calls, as many of them at once as one address may.
 *
 * @param call - makes a call, given its number
 * @returns what each gave
 */
export async function callMany<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const results: T[] = [];
  async function caller(): Promise<void> {
    for (let i = numbers.shift(); i !== undefined; i = numbers.shift()) results[i] = await call(i);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return results;
}
