// What is made once for all who ask for it.

/**
 * Makes something when it is first asked for, and keeps it.
 *
 * @param make - what makes it; after a failure it is called again by whoever asks next
 */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
