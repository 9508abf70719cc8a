// Global ids: which types have one, and what stands in it.
import { decodeGlobalID, encodeGlobalID } from '@pothos/plugin-relay';
import { hasFingerprintForm } from '../../api-key/key.ts';
import { referenceForm } from '../../customer/find.ts';
import { hasSlugForm } from '../../customer/group/slug.ts';
import { invalidField } from '../../errors/api-error.ts';

/** Customers and their subscriptions have references of one form. */
const isReference = (text: string) => referenceForm.test(text);

/** The types that have a global id, each with the form of the reference in it. */
export const isReferenceOf: ReadonlyMap<string, (reference: string) => boolean> = new Map([
  ['ApiKey', hasFingerprintForm],
  ['Customer', isReference],
  ['CustomerGroup', hasSlugForm],
  ['CustomerSubscription', isReference],
]);

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
    const isOurs = isReferenceOf.get(read.typename)?.(read.id) && encodeGlobalID(read.typename, read.id) === id;
    if (isOurs) return read;
  } catch {
    // Said below, in our own words.
  }
  throw invalidField('id', 'must be an id issued by this gateway');
}
