// Bounds on documents, so that no text of a caller can exhaust the gateway while it is read, checked or run.
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTVisitor,
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  type ParseOptions,
  Source,
  TokenKind,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { rootFieldsOf } from '../execution/root-fields.ts';
import { introspectionRule } from './introspection-limit.ts';
import { mergingRule } from './merging-limit.ts';

const MOST_TOKENS = 2_000;
/** Lines; whoever tells of an error looks for its line from the start of the document on. */
const MOST_LINES = 2_000;
const DEEPEST_NESTING = 64;
/** Fields within fields; questions about the schema, whose fields `merging-limit.ts` counts, aside. */
const DEEPEST_SELECTION = 12;
const MOST_ALIASES = 30;
const MOST_DIRECTIVES = 50;
const MOST_ROOT_FIELDS = 20;
/** Times that one operation may ask for the schema. */
const MOST_INTROSPECTIONS = 2;

export const parseLimits = { maxTokens: MOST_TOKENS } satisfies ParseOptions;

const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
const opening = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a document before it is parsed that is so long, or nested so deeply, that reading it could exhaust the gateway.
 *
 * @throws GraphQLError a syntax error of the language
 */
export function assertReadable(text: string): void {
  assertFewLines(text);
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  let tokens = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1;
    if (tokens > MOST_TOKENS) throw new GraphQLError(`The document has more than ${MOST_TOKENS} tokens.`);
    if (opening.has(token.kind)) depth += 1;
    if (closing.has(token.kind)) depth -= 1;
    if (depth > DEEPEST_NESTING)
      throw new GraphQLError(`The document is nested more than ${DEEPEST_NESTING} levels deep.`);
  }
}

function assertFewLines(text: string): void {
  let lines = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === LINE_FEED || unit === CARRIAGE_RETURN) lines += 1;
    if (lines > MOST_LINES) throw new GraphQLError(`The document has more than ${MOST_LINES} lines.`);
  }
}

/** Options of graphql-armor's rules that report in our words. */
function reporting(message: string) {
  return {
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(message))],
  };
}

/** Counts what an operation selects at its root, each fragment once: what appears twice is merged. */
function rootFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const fields = rootFieldsOf(operation, (name) => context.getFragment(name));
      const names = fields.map(({ name }) => name.value);
      if (names.length > MOST_ROOT_FIELDS)
        context.reportError(new GraphQLError(`An operation may select at most ${MOST_ROOT_FIELDS} root fields.`));
      if (names.filter((name) => name === '__schema' || name === '__type').length > MOST_INTROSPECTIONS)
        context.reportError(
          new GraphQLError(`An operation may ask for the schema at most ${MOST_INTROSPECTIONS} times.`),
        );
    },
  };
}

/** The rules that bound a document. They are asked before the language's own, some of which take time over what these refuse. */
export function limitRules(schema: GraphQLSchema): readonly ValidationRule[] {
  return [
    maxAliasesRule({ n: MOST_ALIASES, ...reporting(`An operation may use at most ${MOST_ALIASES} aliases.`) }),
    maxDirectivesRule({
      n: MOST_DIRECTIVES,
      ...reporting(`An operation may use at most ${MOST_DIRECTIVES} directives.`),
    }),
    maxDepthRule({
      n: DEEPEST_SELECTION,
      flattenFragments: true,
      ...reporting(`Fields may be nested at most ${DEEPEST_SELECTION} levels deep.`),
    }),
    rootFieldsRule,
    mergingRule,
    introspectionRule(schema),
  ];
}
