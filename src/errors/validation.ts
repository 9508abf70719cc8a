// From zod's account of what is wrong with an input to the catalogue's list of fields.
import type { ZodError } from 'zod';
import type { FieldProblem } from './api-error.ts';

/**
 * Lists what zod found, each field by its path within the argument: `email`, not `input.email`.
 *
 * @param error - from checking all arguments of a field
 */
export function fieldProblems(error: ZodError): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({
    path: (path.length > 1 ? path.slice(1) : path).join('.'),
    message,
  }));
}
