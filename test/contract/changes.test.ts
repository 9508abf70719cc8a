// Neither contract breaks clients of the newest release, unless `schema/breaking-changes.json` says why.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import accepted from '../../schema/breaking-changes.json' with { type: 'json' };
import { type AcceptedChanges, unexplained } from '../support/contract-changes/accepted.ts';
import { breakingGraphQLChanges } from '../support/contract-changes/graphql.ts';
import { newestRelease } from '../support/contract-changes/releases.ts';
import { breakingRestChanges } from '../support/contract-changes/rest.ts';

const released = `schema/released/${newestRelease('schema/released')}`;
const { graphql, rest }: Record<'graphql' | 'rest', AcceptedChanges[]> = accepted;
const read = (file: string) => readFileSync(file, 'utf8');

const explained = { changes: [], notFound: [] };
const whatToDo =
  'Breaking changes need a new major version (a new minor one before 1.0.0) and a notice: see "Versions" in docs/api.md; ' +
  'a break that must be made goes with its reason into schema/breaking-changes.json, exactly as it is printed here under "changes"; ' +
  'what is listed there and not found any more ("notFound") goes out of it';

describe('the printed contracts', () => {
  it('GraphQL breaks nothing of the newest release without a reason', async () => {
    const changes = await breakingGraphQLChanges(read(`${released}/schema.graphql`), read('schema/schema.graphql'));
    expect(unexplained(changes, graphql), whatToDo).toEqual(explained);
  });

  it('REST breaks nothing of the newest release without a reason', () => {
    const [before, after] = [`${released}/openapi.json`, 'schema/openapi.json'].map((file) => JSON.parse(read(file)));
    expect(unexplained(breakingRestChanges(before, after), rest), whatToDo).toEqual(explained);
  });
});
