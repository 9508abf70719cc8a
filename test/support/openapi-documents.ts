// OpenAPI documents with a single endpoint, for tests of what breaks clients.
import type { Json } from './contract-changes/versions.ts';

/** The endpoint, as changes name it. */
export const endpoint = 'POST /things';

/** A document whose one operation has these members besides an id and an answer. */
export function documentWith(operation: Json = {}, others: Json = {}): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: { '/things': { post: { operationId: 'postThings', responses: { 204: {} }, ...operation } } },
    ...others,
  };
}

/** A document whose operation takes JSON of a schema. */
export function documentOfRequest(schema: Json, schemas: Json = {}): Json {
  return documentWith({ requestBody: { content: { 'application/json': { schema } } } }, { components: { schemas } });
}

/** A document whose operation answers JSON of a schema. */
export function documentOfAnswer(schema: Json, schemas: Json = {}): Json {
  const responses = { 200: { content: { 'application/json': { schema } } } };
  return documentWith({ responses }, { components: { schemas } });
}
