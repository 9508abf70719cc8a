// Breaking changes, and the list of those that are accepted.

/** A change that breaks clients. */
export interface BreakingChange {
  /** Where: `POST /api/v1/customer/create request application/json.email`, `Query.customer`. */
  path: string;
  /** What, in words. */
  message: string;
}

/** An entry of `schema/breaking-changes.json`. */
export interface AcceptedChanges {
  /** Each exactly as the check prints it, so that nothing else is accepted along with it. */
  changes: BreakingChange[];
  /** Why clients are broken all the same, or why none is. */
  reason: string;
}

/**
 * Compares the breaking changes that there are with those that are accepted.
 *
 * @returns the changes that no entry lists with a reason, and those that an entry lists although they are not there (any more)
 */
export function unexplained(
  found: BreakingChange[],
  accepted: AcceptedChanges[],
): { changes: BreakingChange[]; notFound: BreakingChange[] } {
  const isSame = (one: BreakingChange) => (other: BreakingChange) =>
    one.path === other.path && one.message === other.message;
  const explained = accepted.filter(({ reason }) => reason.trim() !== '').flatMap(({ changes }) => changes);
  const listed = accepted.flatMap(({ changes }) => changes);
  return {
    changes: found.filter((change) => !explained.some(isSame(change))),
    notFound: listed.filter((change) => !found.some(isSame(change))),
  };
}
