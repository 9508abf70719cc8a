// Bounds on documents, so that no text of a caller can exhaust the gateway while it is read.
import { GraphQLError, Lexer, type ParseOptions, Source, TokenKind } from 'graphql';

const MOST_TOKENS = 5_000;
const DEEPEST_NESTING = 64;

export const parseLimits = { maxTokens: MOST_TOKENS } satisfies ParseOptions;

const opening = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a document that is nested so deeply that reading it could exhaust the stack.
 *
 * @throws GraphQLError a syntax error of the language
 */
export function assertShallow(text: string): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (opening.has(token.kind)) depth += 1;
    if (closing.has(token.kind)) depth -= 1;
    if (depth > DEEPEST_NESTING)
      throw new GraphQLError(`Syntax Error: The document is nested more than ${DEEPEST_NESTING} levels deep.`);
  }
}
