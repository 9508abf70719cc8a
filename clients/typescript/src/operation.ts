// What has to be known of a GraphQL document before it is sent, read from its text.

/** Mutations that refuse an `Idempotency-Key`, since what they answer is not kept. */
const REFUSING = /\b(createApiKey|rotateApiKey)\b/;

/** Strings and comments, in which words mean nothing. */
const UNSPOKEN = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g;

/** What a document does. */
export interface Operation {
  readonly isMutation: boolean;
  /** Whether its mutations may have an `Idempotency-Key`. */
  readonly takesKey: boolean;
}

/** Tells what a document does. */
export function operationOf(text: string): Operation {
  const spoken = text.replace(UNSPOKEN, ' ');
  const isMutation = definitionsOf(spoken).includes('mutation');
  return { isMutation, takesKey: isMutation && !REFUSING.test(spoken) };
}

/** The words that definitions begin with: `mutation` may also be the name of an operation or of a field. */
function definitionsOf(spoken: string): string[] {
  let depth = 0;
  let begins = true;
  return (spoken.match(/\w+|[{}()[\]]/g) ?? []).filter((token) => {
    const isFirst = begins && depth === 0;
    if (/[{([]/.test(token)) depth++;
    else if (/[})\]]/.test(token)) depth--;
    begins = token === '}' && depth === 0;
    return isFirst;
  });
}
