// How a process is told to end.

/** The signals by which operators, terminals and service managers end a program. */
export const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Calls `end` on the first signal that ends a program; a second one ends it at once. */
export function onEndSignal(end: (signal: string) => Promise<void>): void {
  let told = false;
  for (const signal of END_SIGNALS)
    process.on(signal, () => {
      if (told) process.exit(1);
      told = true;
      void end(signal);
    });
}
