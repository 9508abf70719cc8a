// How long is waited for something.
import { timedOut } from '../../errors/classify.ts';

/**
 * Waits for a result no longer than it may take; the statements it waits for are cancelled by PostgreSQL.
 *
 * @param milliseconds - 0 for as long as it takes
 * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when it took longer
 */
export async function within<Result>(milliseconds: number, result: Result | Promise<Result>): Promise<Result> {
  if (!(result instanceof Promise) || milliseconds === 0) return result;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut()), milliseconds);
  });
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
}
