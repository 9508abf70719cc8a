// What zod finds becomes the fields of an answer in one place.
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { fieldProblems, withinArgument } from '../../src/errors/validation.ts';

it('lists every field that breaks a rule, by its whole path', () => {
  const schema = z.object({
    input: z.object({ email: z.string('must be a string'), scopes: z.array(z.enum(['a'], 'must be a')) }),
    first: z.int('must be a whole number'),
  });
  expect(fieldProblems(schema.safeParse({ input: { scopes: ['a', 'b'] }, first: 1.5 }).error)).toEqual([
    { path: 'input.email', message: 'must be a string' },
    { path: 'input.scopes.1', message: 'must be a' },
    { path: 'first', message: 'must be a whole number' },
  ]);
  expect(fieldProblems(z.string('must be a string').safeParse(1).error)).toEqual([
    { path: '', message: 'must be a string' },
  ]);
  expect(fieldProblems(schema.safeParse({ input: { email: 'x', scopes: [] }, first: 1 }).error)).toEqual([]);
});

it.each([
  ['input.email', 'email'],
  ['input.scopes.1', 'scopes.1'],
  ['actions.1', 'actions.1'],
  ['input.1x', '1x'],
  ['input', 'input'],
  ['', ''],
])('tells %o within its argument: %o', (path, within) => expect(withinArgument(path)).toBe(within));

it('is done nowhere else', () => {
  // Settings are told in a sentence each, files of others in the log.
  const others = ['src/errors/validation.ts', 'src/config.ts', 'src/ip/mmdb-reader.ts'];
  const walking = globSync('src/**/*.ts').filter((path) => /\bissues\b/.test(readFileSync(path, 'utf8')));
  expect(walking.toSorted()).toEqual(others.toSorted());
});
