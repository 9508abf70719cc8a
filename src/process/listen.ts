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
    const refuse = (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${error.code})`;
      reject(new ConfigError(`PORT ${port} on HOST ${host} ${reason}: set another.`, { cause: error }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      // A connection that cannot be accepted later is an error like others that no part catches: logged and counted.
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Milliseconds without a new connection, then of a turn of the event loop in which nothing happened; and those after which neither is waited for. */
const SILENCE = 25;
const QUIET_TURN = 0.1;
const QUIET_TIMEOUT = 500;

/**
 * Takes no further connections. The system resets those that it has accepted and nobody has fetched: hence it is done when
 * none has come for a while, right after the event loop has looked and found nothing. Connections that are open stay so.
 * Whoever does not begin requests meanwhile has callers run out of new ones.
 */
export async function closePort(server: Server): Promise<void> {
  if (!server.listening) return;
  const startedAt = performance.now();
  let lastAt = startedAt;
  server.on('connection', () => {
    lastAt = performance.now();
  });
  for (;;) {
    // A process that has just slept is not about to lose its processor to another.
    await sleep(1);
    const before = performance.now();
    await setImmediate();
    const now = performance.now();
    if (now - lastAt > SILENCE && now - before < QUIET_TURN) break;
    if (now - startedAt > QUIET_TIMEOUT) break;
  }
  // The way of HTTP servers also cuts connections that seem idle, whatever is on its way on them.
  Server.prototype.close.call(server);
}
