// Global ids: which types have one, and what stands in it.
import { decodeGlobalID, encodeGlobalID } from '@pothos/plugin-relay';
import { referenceForm } from '../../customer/find.ts';
import { invalidField } from '../../errors/api-error.ts';

/** The types that have a global id, each with the form of the reference in it. */
export const referenceForms: ReadonlyMap<string, RegExp> = new Map([['Customer', referenceForm]]);

/**
 * Reads a global id.
 *
 * @param id - what the caller sent
 * @returns the type and the reference of an object that there may be
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `id` for anything that this gateway does not give out
 */
export function readGlobalId(id: string): { typename: string; id: string } {
  try {
    const read = decodeGlobalID(id);
    const isOurs = referenceForms.get(read.typename)?.test(read.id) && encodeGlobalID(read.typename, read.id) === id;
    if (isOurs) return read;
  } catch {
    // Said below, in our own words.
  }
  throw invalidField('id', 'must be an id issued by this gateway');
}
