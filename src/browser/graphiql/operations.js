// Where the operations of a document stand, as GraphQL's own lexer sees them; comments and strings are none.
import { Lexer, Source, TokenKind } from 'graphql';

/** @type {Set<string>} */
const opening = new Set([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L]);
/** @type {Set<string>} */
const closing = new Set([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R]);
const keywords = new Set(['query', 'mutation', 'subscription']);

/**
 * The tokens of a document, as far as it can be read.
 *
 * @param {string} text
 */
function* tokensOf(text) {
  const lexer = new Lexer(new Source(text));
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) yield token;
  } catch {
    // A character that GraphQL does not have, or a string without an end.
  }
}

/**
 * Where an operation begins in what an editor shows: just within its keyword.
 *
 * @param {string} text
 * @param {string} operationName
 * @returns {{ lineNumber: number, column: number } | undefined}
 */
export function placeOf(text, operationName) {
  let depth = 0;
  /** @type {{ lineNumber: number, column: number } | undefined} */
  let keyword;
  for (const { kind, value, line, column } of tokensOf(text)) {
    if (keyword && kind === TokenKind.NAME && value === operationName) return keyword;
    const isKeyword = depth === 0 && kind === TokenKind.NAME && keywords.has(value);
    keyword = isKeyword ? { lineNumber: line, column: column + 1 } : undefined;
    depth += Number(opening.has(kind)) - Number(closing.has(kind));
  }
  return undefined;
}

/**
 * An operation without a name that its document does not hold. GraphiQL reads the name a moment after a change of tab: run within
 * it, the document of the new tab is given the name of the one before.
 *
 * @template {{ query: string, operationName?: string }} Operation
 * @param {Operation} operation
 * @returns {Operation}
 */
export function withoutStaleName(operation) {
  const { query, operationName } = operation;
  if (!operationName || placeOf(query, operationName)) return operation;
  return { ...operation, operationName: undefined };
}
