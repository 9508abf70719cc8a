// Errors that callers cause have no stack, or a short one; all others keep theirs.
import type { GraphQLResolveInfo } from 'graphql';
import { expect, it } from 'vitest';
import { ApiError } from '../../src/errors/api-error.ts';
import { withoutStack, withShortStack } from '../../src/errors/stackless.ts';
import { schema } from '../../src/graphql/schema/schema.ts';

/** The lines of a stack that name a place. */
const framesOf = (error: unknown) => ((error as Error).stack ?? '').split('\n').filter((line) => /^ +at /.test(line));

it('leaves the stacks of later errors whole, whatever happened', () => {
  const whole = framesOf(new Error('whole')).length;
  expect(whole).toBeGreaterThan(2);
  expect(framesOf(withoutStack(() => new Error('none')))).toEqual([]);
  expect(framesOf(withShortStack(() => new Error('short')))).toHaveLength(2);
  const fail = () => {
    throw new Error('failed');
  };
  expect(() => withShortStack(fail)).toThrow('failed');
  expect(() => withoutStack(fail as () => Error)).toThrow('failed');
  expect(framesOf(new Error('whole')).length).toBe(whole);
});

it('is short where zod refuses an input', async () => {
  const field = schema.getMutationType()?.getFields().createCustomer;
  const info = { parentType: schema.getMutationType(), fieldName: 'createCustomer' } as GraphQLResolveInfo;
  const refused = await Promise.resolve(field?.resolve?.({}, { input: { email: 'no address' } }, {}, info)).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(ApiError);
  const { cause } = refused as ApiError;
  expect((cause as Error).name).toBe('ZodError');
  expect(framesOf(cause).length).toBeLessThanOrEqual(2);
});
