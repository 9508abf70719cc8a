// Two versions of an OpenAPI document, whose references are followed one at a time.

// biome-ignore lint/suspicious/noExplicitAny: documents of any version
export type Json = any;

/** What explains a schema to a reader and promises nothing; `$defs` is compared where it is referred to. */
const annotations = new Set([
  'title',
  'description',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'externalDocs',
  '$comment',
  '$defs',
]);

/** Keywords whose members are schemas by names, and keywords that hold values. */
const named = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const literal = new Set(['enum', 'const', 'default']);

type Kind = 'schema' | 'names' | 'values';

/** Whether a keyword of a schema, or a member of another object of OpenAPI, says nothing that a client can rely on. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

/** Two versions of a document. A reference in either is known by it, so that nodes of both can stand side by side. */
export class Versions {
  readonly before: Json;
  readonly after: Json;

  constructor(before: Json, after: Json) {
    this.before = withReferencesInto('before', before);
    this.after = withReferencesInto('after', after);
  }

  /**
   * Follows a reference; anything else comes back as it is. What stands beside the reference applies as well.
   *
   * @throws TypeError if the reference leads nowhere or out of the document
   */
  resolve(node: Json): Json {
    if (typeof node?.$ref !== 'string') return node;
    const { $ref, summary: _, description: __, ...beside } = node;
    const target = this.resolve(this.#at($ref));
    return Object.keys(beside).length > 0 ? { allOf: [target, beside] } : target;
  }

  /** Whether two schemas, or two other nodes, say the same once their references are followed; annotations of schemas say nothing. */
  isSame(one: Json, other: Json, kind: Kind = 'schema', visiting: string[] = []): boolean {
    const pair = JSON.stringify([one, other]);
    if (visiting.includes(pair)) return true;
    const [a, b] = [this.resolve(one), this.resolve(other)];
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const says = (name: string) => kind !== 'schema' || Array.isArray(a) || !isAnnotation(name);
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter(says)
      .every(
        (name) =>
          Object.hasOwn(a, name) &&
          Object.hasOwn(b, name) &&
          this.isSame(a[name], b[name], kindOf(name, kind, a), visiting.concat(pair)),
      );
  }

  /** The same of one keyword of two schemas. */
  isSameKeyword(keyword: string, one: Json, other: Json): boolean {
    return this.isSame(one[keyword], other[keyword], kindOf(keyword, 'schema', one));
  }

  #at(reference: string): Json {
    const [, version, pointer] = /^(before|after)#\/(.*)$/.exec(reference) ?? [];
    if (pointer === undefined) throw new TypeError(`Reference out of the document: ${reference}`);
    const steps = pointer
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = steps.reduce((node, step) => node?.[step], this[version as 'before' | 'after']);
    if (target === undefined) throw new TypeError(`Reference that leads nowhere: ${reference}`);
    return target;
  }
}

function kindOf(name: string, parent: Kind, node: Json): Kind {
  if (parent === 'values' || Array.isArray(node)) return parent;
  if (parent === 'names') return 'schema';
  if (named.has(name)) return 'names';
  return literal.has(name) ? 'values' : 'schema';
}

function withReferencesInto(version: string, node: Json): Json {
  if (Array.isArray(node)) return node.map((item) => withReferencesInto(version, item));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries<Json>(node).map(([name, value]) => [
      name,
      name === '$ref' && typeof value === 'string' ? `${version}${value}` : withReferencesInto(version, value),
    ]),
  );
}
