// Which changes of a JSON Schema break who sends what it describes, and who reads it.
import { describe, expect, it } from 'vitest';
import { breakingRestChanges } from '../support/contract-changes/rest.ts';
import type { Json } from '../support/contract-changes/versions.ts';
import { documentOfAnswer, documentOfRequest } from '../support/openapi-documents.ts';
import { alternatives } from '../support/schema-cases/alternatives.ts';
import { bounds, others } from '../support/schema-cases/bounds.ts';
import { integer, type Outcome, object, string, unknown } from '../support/schema-cases/case.ts';
import { items, members } from '../support/schema-cases/members.ts';
import { types, values } from '../support/schema-cases/values.ts';

const cases = [...types, ...values, ...alternatives, ...members, ...items, ...bounds, ...others];
const lines = (outcome: Outcome, place: string) =>
  (outcome === null ? [] : [outcome].flat()).map((words) => `POST /things ${place} application/json${words}`);
const found = (before: Json, after: Json) =>
  breakingRestChanges(before, after).map(({ path, message }) => `${path}: ${message}`);

describe('a schema', () => {
  it.each(cases)('of a request: %s', (_, before, after, request) => {
    expect(found(documentOfRequest(before), documentOfRequest(after))).toEqual(lines(request, 'request'));
  });

  it.each(cases)('of an answer: %s', (_, before, after, __, answer) => {
    expect(found(documentOfAnswer(before), documentOfAnswer(after))).toEqual(lines(answer, '200'));
  });

  it.each(
    [...new Set(cases.flatMap(([, before, after]) => [before, after]))].map((schema) => [
      JSON.stringify(schema),
      schema,
    ]),
  )('that stays breaks nothing: %s', (_, schema) => {
    expect(found(documentOfRequest(schema), documentOfRequest(schema))).toEqual([]);
    expect(found(documentOfAnswer(schema), documentOfAnswer(schema))).toEqual([]);
  });
});

describe('a reference', () => {
  const ref = (name: string, others: Json = {}) => ({ $ref: `#/components/schemas/${name}`, ...others });
  const tree = (value: Json) => ({
    Tree: object({ value, left: ref('Tree'), right: { anyOf: [ref('Tree'), { type: 'null' }] } }),
  });

  it('is followed, whatever it is called', () => {
    expect(found(documentOfAnswer(string), documentOfAnswer(ref('a~1b'), { 'a/b': string }))).toEqual([]);
    expect(found(documentOfAnswer(ref('A'), { A: string }), documentOfAnswer(ref('B'), { B: integer }))).toEqual(
      lines(': may be integer now', '200'),
    );
  });

  it('to itself ends, and what changes in it is found', () => {
    expect(found(documentOfRequest(ref('Tree'), tree(string)), documentOfRequest(ref('Tree'), tree(integer)))).toEqual(
      lines(['.value: must not be string any more', '.right.value: must not be string any more'], 'request'),
    );
    expect(found(documentOfAnswer(ref('Tree'), tree(string)), documentOfAnswer(ref('Tree'), tree(string)))).toEqual([]);
  });

  it('within a keyword that is not known is followed too', () => {
    const contains = (schemas: Json) => documentOfAnswer({ contains: ref('Tree') }, schemas);
    expect(found(contains(tree(string)), contains(tree(string)))).toEqual([]);
    expect(found(contains(tree(string)), contains(tree(integer)))).toEqual(lines(unknown('contains'), '200'));
  });

  it('counts together with what stands beside it', () => {
    const before = documentOfAnswer(ref('A', { maxLength: 2, description: 'a' }), { A: string });
    expect(found(before, documentOfAnswer(ref('A'), { A: string }))).toEqual(
      lines(': maxLength was 2, is not given now', '200'),
    );
  });

  it('that leads nowhere, or out of the document, is an error', () => {
    expect(() => found(documentOfAnswer(ref('A')), documentOfAnswer(string))).toThrow('leads nowhere');
    expect(() => found(documentOfAnswer({ $ref: 'a.json#/x' }), documentOfAnswer(string))).toThrow(
      'out of the document',
    );
  });
});
