// What the viewer of the REST reference is shown: the OpenAPI document, with samples of code and all that the viewer cannot read by itself.
import { settings } from './page.js';
import { sampleLanguages } from './samples.js';
import { pageBase, shownAuthorization, shownBase } from './shown.js';

/**
 * The OpenAPI document, as far as the page reads it.
 *
 * @typedef {{ description?: string, type?: string | string[], anyOf?: { type?: string }[], example?: unknown }} Property
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
 * @property {{ version: string, description: string, license?: object }} info
 * @property {{ url: string }[]} servers
 * @property {Record<string, Record<string, Operation>>} paths
 * @property {{ schemas: Record<string, Schema> }} components
 */

/** The security scheme of the document by which the page sends its key. */
export const BEARER_SCHEME = 'apiKeyAsBearer';
/** The name of the key in the URL, and in bodies. The page has one place for a key, above all endpoints. */
const KEY_NAME_ELSEWHERE = 'apiKey';

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
    url: `${shownBase}${path}${query && `?${query}`}`,
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
  const fields = Object.entries(properties).filter(([name]) => name !== KEY_NAME_ELSEWHERE);
  return {
    type: 'object',
    required,
    properties: Object.fromEntries(fields.map(([name, property]) => [name, formField(property, example[name])])),
  };
}

/**
 * @param {Property} property
 * @param {unknown} example
 */
function formField({ type, anyOf = [], description = '' }, example) {
  const isList = [type, ...anyOf.map((each) => each.type)].flat().includes('array');
  const [value] = isList && Array.isArray(example) ? example : [example];
  return {
    type: 'string',
    description: isList ? `${description} This field takes a single item.` : description,
    ...(value != null && { example: String(value) }),
  };
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
  operation.parameters = operation.parameters?.filter(({ name }) => name !== KEY_NAME_ELSEWHERE);
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
  if (!settings.sampleKey)
    info.description +=
      '\n\n**What you try here is done:** it reads and changes the customers of the organisation that your key belongs to.';
  // What is tried goes to where the page came from, which its policy allows alone.
  document.servers = [{ url: pageBase }];
  info.version = `v${info.version}`;
  // The viewer has no room for it on a phone.
  delete info.license;
  // The key as a member of a body has no type, since it is not looked at while the URL holds another; the viewer would say that it lacks one.
  for (const { properties } of Object.values(components.schemas)) {
    const key = properties?.[KEY_NAME_ELSEWHERE];
    if (key) key.type ??= 'string';
  }
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations))
      prepareOperation(method, path, operation, components.schemas);
  return document;
}
