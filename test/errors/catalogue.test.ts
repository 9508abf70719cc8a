// The catalogue is the one list of codes: what documents and comments say of them is what it says.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode, errorCodes } from '../../src/errors/api-error.ts';

/** Codes that nothing answers with yet: only the list names them, and what the REST contract leaves out of every endpoint. */
const lists = ['src/errors/api-error.ts', 'src/rest/openapi/errors.ts'];
const answering = globSync('src/**/*.ts')
  .filter((path) => !lists.includes(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const toCome = errorCodes.filter((code) => !answering.includes(`'${code}'`));
const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')];

/** The codes of a table of `docs/api.md`; after the first one of a row, those that begin alike are cut short. */
function documented(): [code: string, status: number][] {
  const rows = [...readFileSync('docs/api.md', 'utf8').matchAll(/^\| (`[A-Z_]+`.*?) +\| (\d{3}) +\|$/gm)];
  return rows.flatMap(([, names = '', status]) => {
    const codes = Array.from(names.matchAll(/`(…?[A-Z_]+)`/g), ([, name]) => name as string);
    return codes.map((code): [string, number] => [code.replace('…', 'PUBLIC_API_KEY'), Number(status)]);
  });
}

it('is the list of docs/api.md, code by code', () => {
  const expected = errorCodes.filter((code) => !toCome.includes(code)).map((code) => [code, catalogue[code].status]);
  expect(documented().toSorted()).toEqual(expected.toSorted());
});

describe('examples in documents', () => {
  const blocks = documents.flatMap((path) =>
    Array.from(readFileSync(path, 'utf8').matchAll(/```json\n(.*?)```/gs), ([, text = '']) => [path, text] as const),
  );
  const errors = blocks.flatMap(([path, text]) =>
    text.includes('"error"') ? [[path, JSON.parse(text)] as const] : [],
  );

  it('say what the catalogue says', () => {
    expect(errors.length).toBeGreaterThan(0);
    for (const [path, { error }] of errors) {
      const { message, description } = catalogue[error.code as ErrorCode];
      expect(error, path).toMatchObject({ message, description });
    }
  });
});

it.each([
  ['documents', documents],
  ['sources', globSync('src/**/*.ts').filter((path) => path !== 'src/errors/api-error.ts')],
])('has every code that %s name', (_, paths) => {
  const code = /\b(?:INTERNAL|PUBLIC_(?:API_KEY|CUSTOMER))_[A-Z_]+[A-Z]\b/g;
  const named = new Set(paths.flatMap((path) => readFileSync(path, 'utf8').match(code) ?? []));
  expect(named.size).toBeGreaterThan(5);
  // Names of cases in the OpenAPI document begin with their code.
  const cases = [...named].filter((name) => !(errorCodes as string[]).includes(name));
  expect(cases.filter((name) => !errorCodes.some((each) => name.startsWith(`${each}_`)))).toEqual([]);
});
