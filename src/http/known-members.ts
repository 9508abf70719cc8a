// Bodies of old clients: in three types, with members that nobody knows; the known ones are read strictly all the same.
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../errors/api-error.ts';
import { eachMember, isObject, malformed, parseJson } from '../json-members.ts';
import { decodeBody, type MediaType, type Members, mediaTypeOf, misnamedJson, unsupported } from './body.ts';
import { eachFormMember, eachPart } from './form.ts';
import { FormList, readItemName } from './form-list.ts';

/** Names of members that are read. Of a list, a form has a member for each item. */
export class KnownNames {
  readonly members: ReadonlySet<string>;
  readonly #lists: ReadonlySet<string>;

  /** @param lists - those of the members that are lists */
  constructor(members: Iterable<string>, lists: Iterable<string> = []) {
    this.members = new Set(members);
    this.#lists = new Set(lists);
  }

  /** Whether a member of a form is known, or an item of a known one. */
  hasInForm(name: string): boolean {
    return this.members.has(name) || this.itemOf(name) !== undefined;
  }

  /** The list that a member of a form is an item of, and where in it, if its name has brackets. */
  itemOf(name: string): { list: string; key?: string } | undefined {
    if (this.#lists.has(name)) return { list: name };
    const item = this.#lists.size > 0 ? readItemName(name) : undefined;
    return item && this.#lists.has(item.list) ? item : undefined;
  }
}

/** What a body holds of the members that are known. A body whose members cannot be read still tells those that could. */
export interface KnownMembers {
  /** Whether the body is a form, where all values are text. */
  readonly isForm: boolean;
  /** The value of a member; undefined when there is none. @throws ApiError what is wrong with this member */
  get(name: string): unknown;
  /** All known members that are there. @throws ApiError what is wrong with the body, or with the first bad member */
  all(): Members;
}

/** Collects members while a body is read, and what is wrong with it. */
class Collector implements KnownMembers {
  readonly known: KnownNames;
  readonly isForm: boolean;
  readonly #values = new Map<string, unknown>();
  readonly #faults = new Map<string, unknown>();
  #fault: unknown;

  constructor(known: KnownNames, isForm: boolean) {
    this.known = known;
    this.isForm = isForm;
  }

  /** Takes a member in, if it is known. */
  take(name: string, read: () => unknown): void {
    if (!this.known.members.has(name)) return;
    this.#attempt(name, () => {
      if (this.#values.has(name)) throw malformed(`The member "${name}" appears twice.`);
      this.#values.set(name, read());
    });
  }

  /** Takes a member of a form in, or an item of one. */
  takeOfForm(name: string, read: () => string): void {
    const item = this.known.itemOf(name);
    if (!item) {
      this.take(name, read);
      return;
    }
    const { list, key = '' } = item;
    const hasBrackets = item.key !== undefined;
    this.#attempt(list, () => {
      const value = (this.#values.get(list) ?? new FormList(hasBrackets)) as FormList;
      if (value.hasBrackets !== hasBrackets) throw malformed(`The list "${list}" comes with brackets and without.`);
      this.#values.set(list, value);
      value.take(list, key, read);
    });
  }

  #attempt(name: string, take: () => void): void {
    // One fault a member is enough: errors cost more than all else here.
    if (this.#faults.has(name)) return;
    try {
      take();
    } catch (error) {
      this.#faults.set(name, error);
    }
  }

  /** Notes that the body as a whole is not accepted. */
  refuse(error: unknown): this {
    this.#fault ??= error;
    return this;
  }

  get(name: string): unknown {
    if (this.#faults.has(name)) throw this.#faults.get(name);
    return whole(this.#values.get(name));
  }

  all(): Members {
    if (this.#fault) throw this.#fault;
    for (const fault of this.#faults.values()) throw fault;
    return Object.fromEntries([...this.#values].map(([name, value]) => [name, whole(value)]));
  }
}

const whole = (value: unknown) => (value instanceof FormList ? value.value : value);

const readers: Record<MediaType, (bytes: Buffer, contentType: string, into: Collector) => void | Promise<void>> = {
  'application/json': (bytes, _, into) => readJson(decodeBody(bytes), into),
  'application/x-www-form-urlencoded': (bytes, _, into) =>
    eachFormMember(bytes, into.known, (name, read) => into.takeOfForm(name, read)),
  'multipart/form-data': (bytes, contentType, into) =>
    eachPart(bytes, contentType, (name, read) => into.takeOfForm(name, read)),
};

/**
 * Reads the known members of a body by its Content-Type. Unknown ones are ignored, whatever they hold.
 *
 * @param bytes - from `readBytes`; undefined for too many
 * @returns the members; its functions throw `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`,
 *   `INTERNAL_REQUEST_MALFORMED` (also for a known member that comes twice or is badly encoded)
 * @see section 3 of the contract
 */
export async function readKnownMembers(
  bytes: Buffer | undefined,
  headers: IncomingHttpHeaders,
  known: KnownNames,
): Promise<KnownMembers> {
  const type = mediaTypeOf(headers);
  const into = new Collector(known, type !== undefined && type !== 'application/json');
  const json = misnamedJson(bytes, headers);
  if (json !== undefined) {
    into.refuse(unsupported(headers, true));
    // It is refused, but its key is known by then, if it is an object.
    const value = parseJson(json, 'The body');
    if (isObject(value)) readObject(value, json, into);
    return into;
  }
  if (!type) return into.refuse(unsupported(headers, false));
  if (!bytes) return into.refuse(new ApiError('INTERNAL_PAYLOAD_TOO_LARGE'));
  try {
    await readers[type](bytes, headers['content-type'] ?? '', into);
  } catch (error) {
    into.refuse(error);
  }
  return into;
}

function readJson(text: string, into: Collector): void {
  const value = parseJson(text, 'The body');
  if (!isObject(value)) throw malformed('The body is not a JSON object.');
  readObject(value, text, into);
}

function readObject(value: Record<string, unknown>, text: string, into: Collector): void {
  eachMember(text, (name) => into.take(name, () => value[name]));
}
