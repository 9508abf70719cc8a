// What inputs say of their members.
import type { ZodObject, ZodType } from 'zod';

/** What is said of the reason in an input. */
export const REASON = 'Why, for the change log: at most 1,000 characters.';

/** The description of a member of an input, from its zod schema. */
export function described({ shape }: Pick<ZodObject, 'shape'>, name: string): { description: string | undefined } {
  return { description: (shape[name] as ZodType | undefined)?.meta()?.description };
}
