// Errors that say by their code where they come from: a stack costs more than all else that it takes to refuse a request.

/**
 * Makes an error without a stack. For what callers cause, and are told: whoever looks for a defect has the stack of its cause.
 *
 * @param make - synchronous, and nothing but the error is made in it
 */
export function withoutStack<Made extends Error>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
