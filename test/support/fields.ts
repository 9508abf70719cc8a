// What GraphQL says of values that it refuses.
import { expect } from 'vitest';
import type { TestGateway } from './gateway.ts';

/** The fields of the first error, which must be one of validation and quote no library. */
export async function fieldsOf(gateway: TestGateway, query: string, variables?: object, key?: string) {
  const { body, text } = await gateway.graphql(query, variables, { key });
  const [{ extensions }] = body.errors;
  expect(extensions, text).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', status: 422 });
  expect(text).not.toMatch(/Invalid input|expected |received|found:|Variable|\$/i);
  return extensions.fields;
}
