// The sentences of documents, and how long they are.

/** A sentence, and how many words it has. */
export interface Sentence {
  readonly words: number;
  readonly text: string;
}

/** Paragraphs, items of lists, headings and cells: no sentence goes on from one to the next. */
function partsOf(markdown: string): string[] {
  return markdown
    .replaceAll(/^( *)(```|~~~).*?^\1\2/gms, '\n\n')
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=#)|\n(?=\s*\|)/)
    .flatMap((part) => (part.trimStart().startsWith('|') ? part.split('|') : [part]));
}

/** The sentences of a document in Markdown. Code counts as a word, and so does what stands between two marks of a link. */
export function sentencesOf(markdown: string): Sentence[] {
  return partsOf(markdown).flatMap((part) => {
    const plain = part
      .replaceAll(/\]\([^)]*\)/g, ']')
      .replaceAll(/`[^`]*`/g, 'CODE')
      .replaceAll(/[*_[\]#>]/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    return plain.split(/(?<=[.!?]) (?=[A-Z0-9"'(])/).map((text) => ({
      text,
      words: text.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length,
    }));
  });
}
