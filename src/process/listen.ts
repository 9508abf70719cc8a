// A port: how it is opened, and how it is closed without a connection lost.
import { type AddressInfo, Server } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError } from '../config.ts';

/**
 * Listens on the port of the settings.
 *
 * @returns the port, which the system chooses where the settings say 0
 * @throws ConfigError when it cannot be used
 */
export function listen(server: Server, { host, port }: Pick<Config, 'host' | 'port'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`;
      reject(new ConfigError(`PORT ${port} on HOST ${host} ${reason}: set another.`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Milliseconds of a turn of the event loop in which nothing happened, and those after which no such turn is waited for. */
const QUIET_TURN = 0.1;
const QUIET_TIMEOUT = 500;

/**
 * Takes no further connections. The system resets those that it has accepted and nobody has fetched: hence it is done right
 * after the event loop has looked and found nothing. Connections that are open stay so.
 */
export async function closePort(server: Server): Promise<void> {
  if (!server.listening) return;
  const startedAt = performance.now();
  for (;;) {
    // A process that has just slept is not about to lose its processor to another.
    await sleep(1);
    const before = performance.now();
    await setImmediate();
    const now = performance.now();
    if (now - before < QUIET_TURN || now - startedAt > QUIET_TIMEOUT) break;
  }
  // The way of HTTP servers also cuts connections that seem idle, whatever is on its way on them.
  Server.prototype.close.call(server);
}
