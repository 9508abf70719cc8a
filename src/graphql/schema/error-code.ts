// The codes of errors in GraphQL, where an answer tells of one as data.
import { catalogue, type ErrorCode, errorCodes } from '../../errors/api-error.ts';
import { stringEnum } from '../builder.ts';

/** What each code says. */
const messages = Object.fromEntries(errorCodes.map((code) => [code, catalogue[code].message])) as Record<
  ErrorCode,
  string
>;

export const ErrorCodeType = stringEnum(
  'ErrorCode',
  'Code of an error: what went wrong, for programs. More may be added; `docUrl` explains each.',
  messages,
);
