// GraphQL documents with the types of their results and variables, as every GraphQL client takes them.

/**
 * A GraphQL document: a TypedDocumentNode, written without the types of `graphql`, of which this package needs nothing at run
 * time, and which differ between graphql 16 and 17 so that one document could not be both.
 */
export interface TypedDocument<Result, Variables> {
  // biome-ignore lint/suspicious/noExplicitAny: a member of an enum in graphql 16, a string in 17
  readonly kind: any;
  // biome-ignore lint/suspicious/noExplicitAny: nodes of either version
  readonly definitions: readonly any[];
  // biome-ignore lint/suspicious/noExplicitAny: a class in graphql, of which clients read the text alone
  readonly loc?: any;
  /** Never there: it carries the types. */
  __apiType?: (variables: Variables) => Result;
}

/** The result of a document: `ResultOf<typeof CustomerDocument>`. */
export type ResultOf<Document> = Document extends TypedDocument<infer Result, infer _> ? Result : never;

/** The variables of a document: `VariablesOf<typeof CustomerDocument>`. */
export type VariablesOf<Document> = Document extends TypedDocument<infer _, infer Variables> ? Variables : never;

/** An operation or a fragment, as it is parsed and as it is written. */
export interface Definition {
  readonly node: object;
  readonly text: string;
}

/**
 * Makes a document of an operation and the fragments that it uses.
 *
 * @returns what `parse` of graphql would give for its text, which `loc.source.body` has
 */
export function typedDocument<Result, Variables>(...definitions: Definition[]): TypedDocument<Result, Variables> {
  const body = definitions.map(({ text }) => text).join('\n\n');
  return {
    kind: 'Document',
    definitions: definitions.map(({ node }) => node),
    loc: {
      start: 0,
      end: body.length,
      source: { body, name: 'GraphQL request', locationOffset: { line: 1, column: 1 } },
    },
  };
}

/**
 * The text of a document.
 *
 * @param document - one of this package, one that `parse` or `gql` has made, or the text itself
 * @throws TypeError for a document that was made without its text
 */
export function textOf(document: TypedDocument<unknown, never> | string): string {
  const text = typeof document === 'string' ? document : document.loc?.source?.body;
  if (typeof text === 'string') return text;
  throw new TypeError('The document has no text: parse it with its location, or hand over the text itself.');
}
