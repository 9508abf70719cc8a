// What the viewer of the REST reference is shown: the OpenAPI document, with samples of code and all that the viewer cannot read by itself.
import { settings } from './page.js';
import { PLACEHOLDER_KEY, sampleLanguages } from './samples.js';

/**
 * The OpenAPI document, as far as the page reads it.
 *
 * @typedef {{ description?: string, type?: string | string[], example?: unknown }} Property
 * @typedef {{ $ref?: string, required?: string[], properties?: Record<string, Property> }} Schema
 * @typedef {{ example?: unknown, examples?: Record<string, { value: unknown }>, schema?: Schema }} Content
 *
 * @typedef {object} Operation
 * @property {{ name: string, in: string, example?: string | number }[]} [parameters]
 * @property {{ content: Record<string, Content> }} [requestBody]
 * @property {Record<string, { content?: Record<string, Content> }>} responses
 * @property {object[]} [security]
 * @property {{ lang: string, label: string, source: string }[]} [x-codeSamples]
 *
 * @typedef {object} OpenApiDocument
 * @property {{ version: string, license?: object }} info
 * @property {{ url: string }[]} servers
 * @property {Record<string, Record<string, Operation>>} paths
 * @property {{ schemas: Record<string, Schema> }} components
 */

/** Where the gateway is, without a slash at the end: the page stands right below it. */
const base = new URL('.', location.href).href.replace(/\/$/, '');

/** What requests that are shown carry: the caller's own key stays out of what is pasted elsewhere. */
export const shownAuthorization = `Bearer ${settings.sampleKey ?? PLACEHOLDER_KEY}`;

/**
 * The request that an operation's examples make.
 *
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function exampleOf(method, path, { parameters = [], requestBody }) {
  const given = parameters.filter((parameter) => parameter.in === 'query' && parameter.example !== undefined);
  const query = given.map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join('&');
  return {
    method: method.toUpperCase(),
    url: `${base}${path}${query && `?${query}`}`,
    headers: { Authorization: shownAuthorization },
    body: requestBody?.content['application/json']?.example,
  };
}

/**
 * The schema of a form: the viewer fills its fields with the examples of single members, and knows text alone.
 *
 * @param {Schema} schema
 * @param {Record<string, unknown>} example
 */
function formSchema({ required, properties = {} }, example) {
  const fields = Object.entries(properties).map(([name, { description }]) => [
    name,
    { type: 'string', description, ...(example[name] != null && { example: String(example[name]) }) },
  ]);
  return { type: 'object', required, properties: Object.fromEntries(fields) };
}

/**
 * Has the viewer read an example that is an object as one, and not as several, by their names.
 *
 * @param {{ content?: Record<string, Content> } | undefined} message
 */
function nameExamples(message) {
  for (const content of Object.values(message?.content ?? {}))
    if (content.example !== undefined) content.examples = { example: { value: content.example } };
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation - is changed
 * @param {OpenApiDocument['components']['schemas']} schemas
 */
function prepareOperation(method, path, operation, schemas) {
  const request = exampleOf(method, path, operation);
  operation['x-codeSamples'] = Object.values(sampleLanguages).map(({ id, label, write }) => ({
    lang: { curl: 'shell', node: 'js' }[id] ?? id,
    label,
    source: write(request),
  }));
  // The key in the body is no scheme of its own; the viewer would say that none is needed.
  operation.security = operation.security?.filter((requirement) => Object.keys(requirement).length > 0);
  for (const [type, content] of Object.entries(operation.requestBody?.content ?? {})) {
    const schema = schemas[content.schema?.$ref?.split('/').at(-1) ?? ''];
    const example = /** @type {Record<string, unknown>} */ (content.example ?? {});
    if (type.includes('form') && schema) content.schema = formSchema(schema, example);
  }
  nameExamples(operation.requestBody);
  for (const response of Object.values(operation.responses)) nameExamples(response);
}

/**
 * Writes the document as the viewer can show it.
 *
 * @param {OpenApiDocument} document - is changed
 */
export function prepareDocument(document) {
  const { info, paths, components } = document;
  document.servers = [{ url: base }];
  info.version = `v${info.version}`;
  // The viewer has no room for it on a phone.
  delete info.license;
  // The key as a member of a body: of any type while the URL holds another.
  for (const { properties } of Object.values(components.schemas))
    if (properties?.apiKey) properties.apiKey.type ??= 'string';
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations))
      prepareOperation(method, path, operation, components.schemas);
  return document;
}
