// What signals do to a process: which end it, and which it does not heed.
import { isatty } from 'node:tty';

/** The signals by which operators, terminals and service managers end a program. */
const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** By the first Node would let anybody with the same account debug the process; the second would kill it. */
const UNUSED_SIGNALS = ['SIGUSR1', 'SIGUSR2'] as const;

/**
 * Milliseconds within which a signal that comes again is the same one: a terminal and most service managers send it to
 * npm and to the gateway, and npm hands on what it gets.
 */
const HANDED_ON = 500;

/** How a process was told to end. */
export interface EndRequest {
  signal: string;
  /** Whether callers are led away first; somebody at a terminal does not want to wait for that. */
  drains: boolean;
}

/** What becomes of a process that is told to end. */
export interface EndHandlers {
  /** On the first signal. */
  end(request: EndRequest): void;
  /** On the second. */
  endAtOnce(): void;
}

/**
 * Keeps the signals from a process that have no meaning here; to be called before anything else.
 *
 * SIGHUP means that the terminal has closed. Daemons do not end by it (PostgreSQL and nginx read their settings again, Redis
 * ignores it), and neither does what `nohup` started: Node undoes how that ignores the signal, but no kind of `nohup` leaves
 * standard output or standard error at a terminal.
 */
export function ignoreUnusedSignals(): void {
  const used: readonly string[] = endSignals();
  for (const signal of [...UNUSED_SIGNALS, ...END_SIGNALS]) if (!used.includes(signal)) process.on(signal, () => {});
}

/** The signals that end this process. */
function endSignals() {
  return isatty(1) || isatty(2) ? END_SIGNALS : END_SIGNALS.filter((signal) => signal !== 'SIGHUP');
}

/** Leaves the signals that end a program to another process: a terminal sends them to all. */
export function leaveEndSignals(): void {
  for (const signal of END_SIGNALS) process.on(signal, () => {});
}

/** Has signals end this process: the first in order, a second at once. */
export function onEndSignal({ end, endAtOnce }: EndHandlers): void {
  const fromNpm = process.env.npm_lifecycle_event !== undefined;
  let first: { signal: string; at: number } | undefined;
  for (const signal of endSignals())
    process.on(signal, () => {
      if (!first) {
        first = { signal, at: performance.now() };
        end({ signal, drains: signal === 'SIGTERM' });
        return;
      }
      // Shell and terminal both tell of a terminal's end.
      if (signal === 'SIGHUP') return;
      const isHandedOn = fromNpm && signal === first.signal && performance.now() - first.at < HANDED_ON;
      if (!isHandedOn) endAtOnce();
    });
}
