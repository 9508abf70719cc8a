// From zod's account of what is wrong with an input to the catalogue's list of fields.
import type { ZodError } from 'zod';
import type { FieldProblem } from './api-error.ts';

/**
 * Lists what zod found, each field by its whole path: `input.email`, `scopes.0`; an empty path is that of the input itself.
 *
 * @param error - undefined for an input that is valid
 */
export function fieldProblems(error: ZodError | undefined): FieldProblem[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message }));
}

/** Makes the condition of a rule for several fields: that it is told with everything else that is wrong, unless one of these places is wrong by itself. */
export function unlessWrong(places: readonly string[]) {
  return ({ issues }: { readonly issues: readonly { readonly path?: readonly PropertyKey[] }[] }): boolean =>
    !issues.some(({ path }) => places.includes(path?.join('.') ?? ''));
}

/** A path without the name of the argument that a field has alone, where a member follows: `email`, not `input.email`, but `filter.premium` and `actions.1`. */
export function withinArgument(path: string): string {
  return path.replace(/^(?:input|by)\.(?!\d+(?:\.|$))/, '');
}
