// What callers send is read in time that grows as its length does: no regular expression takes the square of it.
import { globSync, readFileSync } from 'node:fs';
import { RegExpParser } from '@eslint-community/regexpp';
import { analyse } from 'scslre';
import { expect, it } from 'vitest';
import { parseAst } from 'vitest/node';

/** What is short whatever is sent, or is read where everything after what repeats matches. */
const harmless = [
  // Texts of at most 50 characters.
  String.raw`/^[ ([]*(\+?)([0-9 .()[\]/\p{Dash_Punctuation}\u2212\u30fc]*)$/u`,
  // A header holds no end of a line, which alone the rest does not match.
  String.raw`/^Bearer(?:\s+(.*))?$/i`,
  // The operator's setting.
  String.raw`/\?.*@/s`,
];

/** The regular expressions in a part of a syntax tree. */
function* literalsIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  if ('regex' in node && 'raw' in node && typeof node.raw === 'string') yield node.raw;
  for (const part of Object.values(node)) yield* literalsIn(part);
}

it('no regular expression takes time that grows faster than its input', () => {
  const parser = new RegExpParser();
  const slow = globSync('src/**/*.ts').flatMap((file) =>
    [...literalsIn(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }))].filter(
      (literal) => analyse(parser.parseLiteral(literal)).reports.length > 0,
    ),
  );
  expect(slow.sort()).toEqual([...harmless].sort());
});
