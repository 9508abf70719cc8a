// Tells which changes of parameters, and of headers, break clients.
import type { BreakingChange } from './accepted.ts';
import { changesOfContent } from './bodies.ts';
import { changesOfAnswer, changesOfRequest } from './schemas.ts';
import { unknownChanges } from './unknown.ts';
import type { Json, Versions } from './versions.ts';

const known = ['name', 'in', 'required', 'schema', 'content', 'style', 'explode', 'allowReserved'];

/** Compares the parameters of an operation, those of its path among them. */
export function changesOfParameters(
  versions: Versions,
  before: Json[],
  after: Json[],
  place: string,
): BreakingChange[] {
  const pathOf = (parameter: Json) => `${place} ${parameter.in}.${parameter.name}`;
  const isSame = (one: Json) => (other: Json) => keyOf(one) === keyOf(other);
  const compared = before.flatMap((was) => {
    const is = after.find(isSame(was));
    if (!is) return [{ path: pathOf(was), message: 'the parameter is gone' }];
    return changesOfValue(versions, was, is, 'request', pathOf(was));
  });
  const required = after.filter((is) => is.required && !before.find(isSame(is))?.required);
  return [...compared, ...required.map((is) => ({ path: pathOf(is), message: 'the parameter is required now' }))];
}

/** Compares the headers of an answer, whose names are the same in lower case. */
export function changesOfHeaders(versions: Versions, before: Json, after: Json, place: string): BreakingChange[] {
  const [were, are] = [before, after].map((headers = {}) =>
    Object.entries<Json>(headers).map(([name, header]) => ({ name, in: 'header', ...versions.resolve(header) })),
  ) as [Json[], Json[]];
  return were.flatMap((was) => {
    const path = `${place} ${was.name}`;
    const is = are.find((other) => keyOf(other) === keyOf(was));
    if (!is) return [{ path, message: 'the header is gone' }];
    const rarer = was.required && !is.required ? [{ path, message: 'the header is not always there any more' }] : [];
    return [...rarer, ...changesOfValue(versions, was, is, 'answer', path)];
  });
}

function keyOf({ name, in: where }: Json): string {
  return `${where} ${where === 'header' ? name.toLowerCase() : name}`;
}

/** How a value is written is the same in both directions: what reads it one way does not read it another way. */
function changesOfValue(
  versions: Versions,
  before: Json,
  after: Json,
  direction: 'request' | 'answer',
  path: string,
): BreakingChange[] {
  const compare = direction === 'request' ? changesOfRequest : changesOfAnswer;
  if (!before.content !== !after.content)
    return [{ path, message: after.content ? 'is written as content now' : 'is not written as content any more' }];
  const [was, is] = [styleOf(before), styleOf(after)];
  return [
    ...(['style', 'explode', 'allowReserved'] as const)
      .filter((member) => was[member] !== is[member])
      .map((member) => ({ path, message: `${member} was ${was[member]}, is ${is[member]} now` })),
    ...compare(versions, before.schema, after.schema, path),
    ...changesOfContent(versions, before.content, after.content, direction, path),
    ...unknownChanges(versions, before, after, known, path),
  ];
}

/** How a parameter is written, with what holds where nothing is said. */
function styleOf({ in: where, style, explode, allowReserved = false }: Json) {
  const given = style ?? (where === 'query' || where === 'cookie' ? 'form' : 'simple');
  return { style: given, explode: explode ?? given === 'form', allowReserved };
}
