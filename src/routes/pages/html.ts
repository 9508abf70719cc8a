// HTML as text, in which whatever is put in is text too, unless it is HTML already.

/** A piece of HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may be put into HTML: nothing for undefined. */
export type Part = Html | string | number | undefined | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as HTML writes it, within an element or a quoted attribute. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(written).join('') : escaped(String(part));
}

/** Writes HTML: a template whose values are escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + written(parts[i])).join(''));
}

/** A text in which `code` stands between backticks, as HTML. */
export function prose(text: string): Html {
  const parts = text.split('`');
  return new Html(parts.map((part, i) => (i % 2 === 0 ? escaped(part) : `<code>${escaped(part)}</code>`)).join(''));
}

/** A value as JSON within a script element, which ends at no tag in it. */
export function json(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
