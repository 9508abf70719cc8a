// What the OpenAPI document says of rows of every sort, and that it is well-formed with them.
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { requirementsOf } from '../../src/graphql/execution/execute.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import type { Endpoint } from '../../src/rest/endpoint.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { openApiDocument } from '../../src/rest/openapi/document.ts';
import { create, detail, list, ping, testEndpoints } from '../support/test-endpoints.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description: string;
  schema: object;
  example?: unknown;
}
interface Media {
  schema: object;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  deprecated?: boolean;
  security: object[];
  tags: string[];
  parameters: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; headers: object; content: Record<string, Media> }>;
}

const all = [...endpoints, ...testEndpoints];
const document = JSON.parse(JSON.stringify(openApiDocument(all, schema, requirementsOf)));
const paths: Record<string, Record<string, Operation>> = document.paths;
const operations = Object.values(paths).flatMap((item) => Object.values(item));

const ajv = new Ajv2020({ strict: false, strictSchema: true });
addFormats.default(ajv);
ajv.addVocabulary(Object.keys(document));
ajv.addSchema(document as AnySchema, 'openapi', undefined, false);

const validators = new Map<string, ValidateFunction>();

/** Whether a value is as a schema of the document says. */
function fits(given: object, value: unknown): boolean {
  const inDocument = JSON.stringify(given).replaceAll('"#/', '"openapi#/');
  const validate = validators.get(inDocument) ?? ajv.compile(JSON.parse(inDocument));
  validators.set(inDocument, validate);
  return validate(value) as boolean;
}

function operationAt(path: string, method: string): Operation {
  const operation = paths[path]?.[method];
  if (!operation) throw new Error(`the document has no ${method} ${path}`);
  return operation;
}

it('has an operation for each path and method of the table', () => {
  const places = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  const rows = all.flatMap(({ method, paths: own }) => own.map((path) => `${method.toLowerCase()} ${path}`));
  expect(places.toSorted()).toEqual(rows.toSorted());
});

it('names each operation once, and each of its parameters', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { parameters, operationId } of operations) {
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(new Set(names).size, operationId).toBe(names.length);
  }
});

it('refers to nothing that is not there', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
  expect(references.length).toBeGreaterThan(100);
  for (const reference of new Set(references)) {
    const found = reference
      .split('/')
      .reduce<Record<string, unknown> | undefined>(
        (place, step) => place?.[step] as Record<string, unknown> | undefined,
        document,
      );
    expect(found, reference).toBeDefined();
  }
  const tags = document.tags.map(({ name }: { name: string }) => name);
  expect(new Set(tags)).toEqual(new Set(operations.flatMap((operation) => operation.tags)));
  expect(new Set(tags).size).toBe(tags.length);
});

it('has examples that are as it says', () => {
  for (const { operationId, parameters, requestBody, responses } of operations) {
    const media = [
      ...Object.values(requestBody?.content ?? {}),
      ...Object.values(responses).flatMap(({ content }) => Object.values(content)),
    ];
    for (const { schema: of, example, examples = {} } of media) {
      for (const value of [example, ...Object.values(examples).map((named) => named.value)].filter(
        (v) => v !== undefined,
      ))
        expect(fits(of, value), `${operationId} ${JSON.stringify(value)}`).toBe(true);
    }
    for (const { name, schema: of, example } of parameters)
      expect(example === undefined || fits(of, example), `${operationId} ${name}`).toBe(true);
  }
});

it('says of an alias what it says of the path, and that it is not the one to use', () => {
  for (const { method, paths: own } of [detail, create]) {
    const [first, alias] = own.map((path) => operationAt(path, method.toLowerCase()));
    const { operationId, summary, deprecated, ...same } = alias as Operation;
    expect(first).toMatchObject(same);
    expect(first).not.toHaveProperty('deprecated');
    expect({ summary, deprecated }).toEqual({ summary: `Alias of ${own[0]}`, deprecated: true });
    expect(operationId).not.toBe(first?.operationId);
  }
});

it('has the parameters of a GET, and neither a body nor what comes of one', () => {
  const operation = operationAt(list.paths[0], 'get');
  expect(operation.parameters.map(({ name, required = false }) => [name, required])).toEqual([
    ['apiKey', false],
    ['limit', false],
    ['after', false],
    ['of', true],
    ['X-Request-Id', false],
  ]);
  expect(operation.parameters[1]).toMatchObject({ in: 'query', description: 'How many.', schema: { type: 'integer' } });
  expect(operation.parameters[3]).toMatchObject({ example: 1 });
  expect(operation).not.toHaveProperty('requestBody');
  expect(Object.keys(operation.responses)).toEqual(['200', '400', '403', '404', '422', '429', '500', '503']);
  expect(operation.responses[200]?.headers).not.toHaveProperty('Idempotent-Replayed');
  // A key in the body is none: without one in the URL or the header no request is answered.
  expect(operation.security).toEqual([{ apiKeyAsBearer: ['customer:read'] }, { apiKeyInQuery: ['customer:read'] }]);
});

it('says what needs no scope, and has nothing that is not valid', () => {
  const { description, responses } = operationAt(ping.paths[0], 'get');
  expect(description).toBe(ping.description);
  expect(responses).not.toHaveProperty('422');
});

it('has the errors of a row with the headers that they have', () => {
  const [own, other] = [operationAt(detail.paths[0], 'get'), operationAt(ping.paths[0], 'get')].map(
    ({ responses }) => responses[404],
  );
  expect(own?.description).toContain('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  expect(own?.headers).toHaveProperty('X-RateLimit-Limit');
  expect(other?.description).not.toContain('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  expect(other?.headers).not.toHaveProperty('X-RateLimit-Limit');
  const { responses } = operationAt(detail.paths[0], 'get');
  expect(JSON.stringify(responses[422])).toContain('"path":"cuRefNo","message":"is required"');
});

it('describes a body of its own by the schema of the row, with the key', () => {
  const { requestBody } = operationAt(create.paths[0], 'post');
  expect(requestBody?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/TestBody' });
  expect(Object.keys(document.components.schemas.TestBody.properties)).toEqual(['mail', 'ip', 'apiKey']);
});

it('says nothing else of the others when a row comes that has errors of its own', () => {
  const of = (rows: readonly Endpoint[]) => JSON.parse(JSON.stringify(openApiDocument(rows, schema, requirementsOf)));
  const [before, after] = [of(endpoints), of([...endpoints, detail])];
  expect(after.paths).toMatchObject(before.paths);
  expect(after.components.schemas).toMatchObject(before.components.schemas);
  const { schema: own } = after.paths[detail.paths[0]].get.responses[404].content['application/json'];
  expect(own).toEqual({ $ref: '#/components/schemas/TestCustomerError' });
  expect(JSON.stringify(after.components.schemas.TestCustomerError)).toContain('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
});
