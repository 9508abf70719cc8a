// Which Node runs the program: what stands here must be read by every Node that takes the types out of a file by itself.

const NEEDED = 24;

/**
 * Says what is wrong with a Node that is too old.
 *
 * @param version - as `process.versions.node` has it
 * @returns one sentence; undefined when nothing is wrong
 */
export function complaintAbout(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= NEEDED) return undefined;
  return `This needs Node ${NEEDED} and runs on Node ${version}: use npm start or npm run, which bring their own.`;
}

/** Ends the process with one sentence where its Node is too old. Call it before anything else is imported. */
export function assertNode(): void {
  const complaint = complaintAbout(process.versions.node);
  if (complaint === undefined) return;
  console.error(complaint);
  process.exit(1);
}
