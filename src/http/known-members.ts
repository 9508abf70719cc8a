// Bodies of old clients: in three types, with members that nobody knows; the known ones are read strictly all the same.
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../errors/api-error.ts';
import { decodeBody, type MediaType, type Members, mediaTypeOf, misnamedJson, unsupported } from './body.ts';
import { eachFormMember, eachPart } from './form.ts';
import { eachMember, isObject, malformed, parseJson } from './json-members.ts';

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
  readonly known: ReadonlySet<string>;
  readonly isForm: boolean;
  readonly #values = new Map<string, unknown>();
  readonly #faults = new Map<string, unknown>();
  #fault: unknown;

  constructor(known: ReadonlySet<string>, isForm: boolean) {
    this.known = known;
    this.isForm = isForm;
  }

  /** Takes a member in, if it is known. */
  take(name: string, read: () => unknown): void {
    // One fault a member is enough: errors cost more than all else here.
    if (!this.known.has(name) || this.#faults.has(name)) return;
    if (this.#values.has(name)) {
      this.#faults.set(name, malformed(`The member "${name}" appears twice.`));
      return;
    }
    try {
      this.#values.set(name, read());
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
    return this.#values.get(name);
  }

  all(): Members {
    if (this.#fault) throw this.#fault;
    for (const fault of this.#faults.values()) throw fault;
    return Object.fromEntries(this.#values);
  }
}

const readers: Record<MediaType, (bytes: Buffer, contentType: string, into: Collector) => void | Promise<void>> = {
  'application/json': (bytes, _, into) => readJson(decodeBody(bytes), into),
  'application/x-www-form-urlencoded': (bytes, _, into) =>
    eachFormMember(bytes, into.known, (name, read) => into.take(name, read)),
  'multipart/form-data': (bytes, contentType, into) =>
    eachPart(bytes, contentType, (name, read) => into.take(name, read)),
};

/**
 * Reads the known members of a body by its Content-Type. Unknown ones are ignored, whatever they hold.
 *
 * @param bytes - from `readBytes`; undefined for too many
 * @param known - names of members
 * @returns the members; its functions throw `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`,
 *   `INTERNAL_REQUEST_MALFORMED` (also for a known member that comes twice or is badly encoded)
 * @see section 3 of the contract
 */
export async function readKnownMembers(
  bytes: Buffer | undefined,
  headers: IncomingHttpHeaders,
  known: ReadonlySet<string>,
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
