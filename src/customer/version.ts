// The version of a customer's profile that a caller has seen.
import { ApiError } from '../errors/api-error.ts';
import type { Customer } from './customer.entity.ts';

/**
 * Checks that a caller has seen the profile as it is.
 *
 * @param seen - undefined where it does not matter
 * @throws ApiError `INTERNAL_CONFLICT`
 */
export function assertVersion({ version }: Customer, seen: number | undefined): void {
  if (seen === undefined || seen === version) return;
  throw new ApiError('INTERNAL_CONFLICT', {
    message: `The customer has version ${version} by now.`,
    description:
      'The profile was changed since you read it. Read it again, then decide whether to send the change again.',
  });
}
