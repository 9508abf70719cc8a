// What a case of the tests of schemas is, and the schemas that many of them use.
import type { Json } from '../contract-changes/versions.ts';

/** Nothing breaks; or the only break, in words that follow the path of the body: `.member: is gone`. */
export type Outcome = null | string | string[];

/** A change, what it breaks as a request, and what as an answer. */
export type Case = [name: string, before: Json, after: Json, request: Outcome, answer: Outcome];

export const string = { type: 'string' };
export const integer = { type: 'integer' };
export const object = (properties: Json, others: Json = {}) => ({ type: 'object', properties, ...others });
export const unknown = (keyword: string) => `: ${keyword} changed: this check does not know what that breaks`;

/** What is said of a keyword that was dropped breaks answers, what is said of one that was added breaks requests. */
export function constraint(keyword: string, value: unknown, rest: Json): Case[] {
  const given = JSON.stringify(value);
  return [
    [`${keyword} added`, rest, { ...rest, [keyword]: value }, `: ${keyword} was not given, is ${given} now`, null],
    [`${keyword} dropped`, { ...rest, [keyword]: value }, rest, null, `: ${keyword} was ${given}, is not given now`],
  ];
}

/** The narrower of two values of a keyword breaks requests, the wider one answers. */
export function narrower(keyword: string, wide: unknown, narrow: unknown, rest: Json): Case[] {
  const [some, less] = [wide, narrow].map((value) => JSON.stringify(value));
  const words = (was?: string, is?: string) => `: ${keyword} was ${was}, is ${is} now`;
  const [before, after] = [
    { ...rest, [keyword]: wide },
    { ...rest, [keyword]: narrow },
  ];
  return [
    ...constraint(keyword, narrow, rest),
    [`${keyword} narrower`, before, after, words(some, less), null],
    [`${keyword} wider`, after, before, null, words(less, some)],
  ];
}
