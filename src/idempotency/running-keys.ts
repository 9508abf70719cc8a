// The keys whose requests are running in this process: whoever comes with one of them is told so at once, and takes no connection.
import { stillRunning } from './idempotency.ts';

/** Keys of one process. */
export class RunningKeys {
  readonly #running = new Set<string>();

  /**
   * Runs something while nothing else runs under the same key of the organisation.
   *
   * @throws ApiError `INTERNAL_CONFLICT` when something does
   */
  async run<Result>(organisationId: number, key: string, work: () => Promise<Result>): Promise<Result> {
    const name = `${organisationId}/${key}`;
    if (this.#running.has(name)) throw stillRunning();
    this.#running.add(name);
    try {
      return await work();
    } finally {
      this.#running.delete(name);
    }
  }
}
