// Errors that callers cause: a whole stack costs more than all else that it takes to refuse a request.

/**
 * Makes an error without a stack. For what callers cause, and are told: whoever looks for a defect has the stack of its cause.
 *
 * @param make - synchronous, and nothing but the error is made in it
 */
export function withoutStack<Made extends Error>(make: () => Made): Made {
  return withStackOf(0, make);
}

/**
 * Runs what callers often make fail. Errors that are made meanwhile say where and by whom it was called, and nothing of what led there.
 *
 * @param run - what it does after its first await is not meant
 */
export function withShortStack<Result>(run: () => Result): Result {
  return withStackOf(2, run);
}

function withStackOf<Result>(frames: number, run: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
