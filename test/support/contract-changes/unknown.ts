// Objects of an OpenAPI document hold members that the check does not understand; none of them may change.
import type { BreakingChange } from './accepted.ts';
import { isAnnotation, type Json, type Versions } from './versions.ts';

/**
 * Lists the members of an object that differ although the check does not know what they mean.
 *
 * @param known - names of the members that are compared elsewhere, or that say nothing
 */
export function unknownChanges(
  versions: Versions,
  before: Json,
  after: Json,
  known: readonly string[],
  path: string,
): BreakingChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !known.includes(name) && !isAnnotation(name))
    .filter((name) => !versions.isSame(before[name], after[name], 'values'))
    .map((name) => ({ path, message: `${name} changed: this check does not know what that breaks` }));
}
