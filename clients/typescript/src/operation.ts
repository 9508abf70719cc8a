// What has to be known of a GraphQL document before it is sent, read from its text.

/** Mutations that refuse an `Idempotency-Key`, since what they answer is not kept. */
const REFUSING: readonly string[] = ['createApiKey', 'rotateApiKey'];

/** Strings and comments, in which words mean nothing. */
const UNSPOKEN = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g;

/** A spread or the head of an inline fragment; a directive; an alias; a word; a bracket. */
const TOKEN = /\.{3}\s*(?:on\b\s*)?\w*|@\s*\w+|\w+\s*:|\w+|[{}]/g;

/** What a document does. */
export interface Operation {
  readonly isMutation: boolean;
  /** Whether its mutations may have an `Idempotency-Key`. */
  readonly takesKey: boolean;
}

/** Tells what a document does. */
export function operationOf(text: string): Operation {
  const { kinds, fields } = definitionsOf(withoutArguments(text.replace(UNSPOKEN, ' ')));
  const isMutation = kinds.includes('mutation');
  return { isMutation, takesKey: isMutation && !fields.some((name) => REFUSING.includes(name)) };
}

/** Leaves out what stands in round brackets: variables, arguments, and the conditions of directives. */
function withoutArguments(spoken: string): string {
  const shorter = spoken.replace(/\([^()]*\)|,/g, ' ');
  return shorter === spoken ? spoken : withoutArguments(shorter);
}

/**
 * Reads the words that definitions begin with, and the root fields of mutations. Those of fragments are among them, whether or not
 * they are used.
 *
 * @param bare - the text of a document without strings, comments and arguments
 */
function definitionsOf(bare: string): { kinds: (string | undefined)[]; fields: string[] } {
  const kinds: (string | undefined)[] = [];
  const fields: string[] = [];
  /** Of each selection that is open, whether its fields are root fields of a mutation. */
  const open: boolean[] = [];
  /** What was read since the last bracket. */
  let words: string[] = [];
  for (const token of bare.match(TOKEN)?.filter((each) => !each.startsWith('@')) ?? []) {
    const within = open.at(-1);
    if (token === '{') {
      if (within === undefined) kinds.push(words[0]);
      open.push(opensRoot(words, within));
    } else if (token === '}') open.pop();
    else if (within && /^\w+$/.test(token)) fields.push(token);
    if (/[{}]/.test(token)) words = [];
    else words.push(token);
  }
  return { kinds, fields };
}

/**
 * Whether a selection is of the mutation type.
 *
 * @param words - what stands before it
 * @param within - the same of the selection around it; undefined where it is that of a definition
 */
function opensRoot(words: readonly string[], within: boolean | undefined): boolean {
  if (within !== undefined) return within && words.at(-1)?.startsWith('...') === true;
  const [kind, , , type] = words;
  return kind === 'mutation' || (kind === 'fragment' && type === 'Mutation');
}
