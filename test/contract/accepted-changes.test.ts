// What `schema/breaking-changes.json` accepts: what it lists exactly, with a reason.
import { describe, expect, it } from 'vitest';
import { unexplained } from '../support/contract-changes/accepted.ts';

describe('the list of accepted changes', () => {
  const change = { path: 'Query.things', message: 'is gone' };
  const accepted = [{ changes: [change], reason: 'Nobody uses it.' }];

  it('accepts a change that it lists with a reason', () => {
    expect(unexplained([change], accepted)).toEqual({ changes: [], notFound: [] });
    expect(unexplained([change], [{ changes: [change], reason: ' ' }])).toEqual({ changes: [change], notFound: [] });
  });

  it.each([
    ['below it', { ...change, path: 'Query.things.first' }],
    ['above it', { ...change, path: 'Query' }],
    ['of another kind at the same path', { ...change, message: 'may be null now' }],
  ])('accepts no other change: %s', (_, other) => {
    expect(unexplained([change, other], accepted)).toEqual({ changes: [other], notFound: [] });
  });

  it('must not list what is not there any more', () => {
    expect(unexplained([], accepted)).toEqual({ changes: [], notFound: [change] });
  });
});
