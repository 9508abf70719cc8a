// The contracts of both APIs, served as documents.
import type { Handler } from '../http/router.ts';
import { StaticFile } from '../http/static-file.ts';
import { once } from '../once.ts';
import { mediaTypes } from './assets.ts';

/**
 * Serves the OpenAPI document.
 *
 * @param document - makes it, when somebody first asks
 */
export function serveOpenApi(document: () => object): Handler {
  return serveDocument(mediaTypes.json, () => JSON.stringify(document()));
}

/**
 * Serves the GraphQL schema, as text that browsers show.
 *
 * @param print - writes it, when somebody first asks
 */
export function serveSchema(print: () => string): Handler {
  return serveDocument(mediaTypes.text, print);
}

function serveDocument(type: string, write: () => string): Handler {
  const file = once(async () => new StaticFile(type, write()));
  return async (request) => (await file()).answer(request);
}
