// Why a database cannot be used, in one sentence for the operator who named it: never a password, never a stack.

/** A failure, by SQLSTATE, alone or with the place in PostgreSQL, by the system's code, or by what the driver says; and what it means. */
type Reason = [failure: RegExp, reason: string];

/** What does not mend itself: a setting is wrong, here or on the server. */
const lasting: Reason[] = [
  [/^28P01$|client password must be|unsupported.*authentication|SASL/i, 'the server refuses the user or the password'],
  [/^28000$/, 'the server lets this user in neither from here nor with this encryption'],
  [/^3D000$/, 'the server has no database of that name'],
  [/^42501 CheckMyDatabase$/, 'this account may not connect to it (it lacks the privilege CONNECT)'],
  [/does not support SSL/i, 'the server does not offer TLS'],
  [
    /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|.*CERT|UNABLE_TO)|certificate/,
    'the TLS certificate of the server is not accepted',
  ],
];

const passing: Reason[] = [
  [/^(08...|57P0[1-5])$/, 'the server is starting or stopping'],
  [/^53300$/, 'the server has no connection left'],
  [/^(53100|53200)$/, 'the server has no space left'],
  [/^25006$/, 'the server is read-only'],
  [/^ENOTFOUND$|^EAI_AGAIN$/, 'there is no host of that name'],
  [/^ECONNREFUSED$/, 'nothing listens there (ECONNREFUSED)'],
  [/^ENOENT$/, 'there is no such socket or file'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES)$/, 'the host cannot be reached'],
  [/^(ETIMEDOUT|57014)$|time[ds]? ?out|timeout/i, 'the server does not answer'],
  [
    /^(ECONNRESET|EPIPE)$|connection terminated|there was an error establishing an SSL/i,
    'the server ended the connection',
  ],
];

/** SQLSTATE of what the account may not do. */
const NOT_PERMITTED = '42501';

/**
 * Says why a database cannot be used.
 *
 * @param error - anything that was thrown
 * @returns one sentence; undefined when the error is of another kind
 */
export function whyUnusable(error: unknown): string | undefined {
  const forGood = whyUnusableForGood(error);
  if (forGood === undefined && wordsOf(error).includes(NOT_PERMITTED)) {
    return 'DATABASE_URL must name the owner of the tables: this account may not do that.';
  }
  return forGood ?? sentenceOf(error, passing);
}

/**
 * Says why a database cannot be used, if that will be so until an operator mends it.
 *
 * @param error - anything that was thrown
 * @returns one sentence; undefined when it may work in a while
 */
export function whyUnusableForGood(error: unknown): string | undefined {
  return sentenceOf(error, lasting);
}

function sentenceOf(error: unknown, reasons: Reason[]): string | undefined {
  for (const text of wordsOf(error)) {
    const found = reasons.find(([failure]) => failure.test(text));
    if (found) return `The database of DATABASE_URL cannot be used: ${found[1]}.`;
  }
  return undefined;
}

/** Codes before messages, of an error and whatever it was caused by. */
function wordsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  if ('routine' in error) code.unshift(`${code} ${error.routine}`);
  const inner = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  return [...code, ...inner.flatMap((each) => wordsOf(each, depth + 1)), error.message];
}
