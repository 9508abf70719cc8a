// Documents that were parsed and validated before, bounded by what they take and not by their number.
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Bytes that all documents may take. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Bytes that one may take. Larger ones are an attacker's more often than a program's. */
const LARGEST = 256 * 1024;
/** Bytes that a token and its part of the tree take, roughly. */
const BYTES_OF_TOKEN = 400;

/** The caches that Yoga parses through. Texts that are no GraphQL are not kept: whoever sends them can send more. */
export function documentCaches() {
  const documentCache = new LRUCache<string, DocumentNode>({
    maxSize: MOST_BYTES,
    maxEntrySize: LARGEST,
    sizeCalculation: ({ tokenCount = 0 }, text) => 2 * text.length + BYTES_OF_TOKEN * (tokenCount + 1),
  });
  return { documentCache, errorCache: { get: () => undefined, set: () => {} } };
}
