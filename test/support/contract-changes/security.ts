// Tells whether what a client sends to be let in still suffices.
import type { BreakingChange } from './accepted.ts';
import { unknownChanges } from './unknown.ts';
import type { Json, Versions } from './versions.ts';

/** An alternative: all of these schemes, each with its scopes. `{}` is a call without any. */
type Alternative = Record<string, string[]>;

/**
 * Compares the ways to be let in to an operation: with what sufficed before, one of those of now must be content.
 *
 * @param before - the alternatives, those of the document where the operation has none of its own; `[{}]` where nothing is asked for
 */
export function changesOfSecurity(before: Alternative[], after: Alternative[], place: string): BreakingChange[] {
  return before
    .filter((given) => !after.some((asked) => suffices(given, asked)))
    .map((given) => ({ path: `${place} security`, message: `${inWords(given)} does not suffice any more` }));
}

function suffices(given: Alternative, asked: Alternative): boolean {
  return Object.entries(asked).every(
    ([scheme, scopes]) => scopes.every((scope) => given[scheme]?.includes(scope)) && scheme in given,
  );
}

function inWords(alternative: Alternative): string {
  const words = Object.entries(alternative).map(([scheme, scopes]) => `${scheme} [${scopes.join(', ')}]`);
  return words.join(' and ') || 'nothing';
}

/** Compares what the schemes are that operations ask for, before and after: where a key stands, what the header is called. */
export function changesOfSchemes(versions: Versions, before: Alternative[], after: Alternative[]): BreakingChange[] {
  const stillUsed = after.flatMap(Object.keys);
  const used = [...new Set(before.flatMap(Object.keys))].filter((name) => stillUsed.includes(name));
  const definition = (document: Json, name: string) =>
    versions.resolve(document.components?.securitySchemes?.[name] ?? {});
  return used.flatMap((name) => {
    const [was, is] = [definition(versions.before, name), definition(versions.after, name)];
    const path = `security scheme ${name}`;
    return ['type', 'in', 'name', 'scheme']
      .filter((member) => was[member] !== is[member])
      .map((member) => ({ path, message: `${member} was ${was[member]}, is ${is[member]} now` }))
      .concat(unknownChanges(versions, was, is, ['type', 'in', 'name', 'scheme'], path));
  });
}
