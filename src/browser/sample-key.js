// The key of samples. Used by the gateway too, for its pages.

/** What stands in samples where a key is to be put in. */
export const PLACEHOLDER_KEY = 'YOUR_API_KEY';

/**
 * The header `Authorization` of a sample.
 *
 * @param {string | undefined} key - one that anybody may know
 */
export function authorizationWith(key) {
  return `Bearer ${key ?? PLACEHOLDER_KEY}`;
}
