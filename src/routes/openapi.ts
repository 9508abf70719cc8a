// The OpenAPI document, served.
import { type HttpResponse, JSON_TYPE } from '../http/request.ts';
import type { Handler } from '../http/router.ts';

/**
 * Serves the document.
 *
 * @param document - makes it, when somebody first asks
 */
export function serveOpenApi(document: () => object): Handler {
  let bytes: Buffer | undefined;
  return (): HttpResponse => {
    bytes ??= Buffer.from(JSON.stringify(document()));
    return { status: 200, contentType: JSON_TYPE, headers: {}, body: bytes };
  };
}
