// Lists in forms, an item a member: `groups[]=a` or `groups[0]=a`, as PHP's `http_build_query` writes them, or `groups=a` again and again, as its cURL does
// and what OpenAPI makes of a list.
import { malformed } from '../json-members.ts';

/** Stands in the place of a list for what is none, so that whoever reads it says so. */
export const NO_LIST: object = Object.freeze({});

/** Items that a list may have: each costs more time than its bytes. */
const MOST_ITEMS = 1_000;

/** @throws ApiError `INTERNAL_REQUEST_MALFORMED` when a list has too many items to look at */
export function assertFewItems(name: string, count: number): void {
  if (count > MOST_ITEMS) throw malformed(`The list "${name}" has more than ${MOST_ITEMS} items.`);
}

/** Fifteen digits: more than any list has, and all of them exact. */
const index = /^(?:0|[1-9]\d{0,14})$/;

/** What the name of a member says where it is an item of a list: whose, and what stands in its brackets. */
export function readItemName(name: string): { list: string; key: string } | undefined {
  const open = name.indexOf('[');
  const close = name.indexOf(']', open);
  if (open < 1 || close < 0) return undefined;
  // Whatever follows, such as further brackets, makes it the item of something else than a list.
  return { list: name.slice(0, open), key: close === name.length - 1 ? name.slice(open + 1, close) : name.slice(open) };
}

/** A list, while the form is read. */
export class FormList {
  /** Whether its items have brackets; those with and without are not of one list. */
  readonly hasBrackets: boolean;
  readonly #items = new Map<number, string>();
  #next = 0;
  #isList = true;

  constructor(hasBrackets: boolean) {
    this.hasBrackets = hasBrackets;
  }

  /**
   * Takes an item in.
   *
   * @param key - its place; empty for the next one after the greatest so far. Anything else than a number is no item of a list: PHP makes an object of those
   * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when the place is taken, or there are too many; what `read` throws
   */
  take(name: string, key: string, read: () => string): void {
    this.#isList &&= key === '' || index.test(key);
    if (!this.#isList) return;
    const place = key === '' ? this.#next : Number(key);
    if (this.#items.has(place)) throw malformed(`The list "${name}" has two items at the place ${place}.`);
    assertFewItems(name, this.#items.size + 1);
    this.#items.set(place, read());
    this.#next = Math.max(this.#next, place + 1);
  }

  /** The items in the order of their places, or `NO_LIST`. */
  get value(): object {
    if (!this.#isList) return NO_LIST;
    return [...this.#items].sort(([one], [other]) => one - other).map(([, item]) => item);
  }
}
