// Whether requests and answers of the REST API are as the OpenAPI document says, and how much of it they have shown.
import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { CREATE_PATH, type GeneratedRequest } from '../generated-requests.ts';
import { pathOf } from './checks.ts';
import type { ReceivedAnswer } from './transport.ts';

const NAME = 'openapi';
/** Formats that ajv-formats knows by name alone: it takes every value for them. */
const uncheckedFormats = ['binary', 'password'];

interface HeaderOrReference {
  $ref?: string;
}

/** The parts of an OpenAPI document that are read here. */
export interface OpenApiDocument {
  paths: Record<
    string,
    {
      post: {
        requestBody: { content: Record<string, unknown> };
        responses: Record<string, { headers: Record<string, HeaderOrReference> }>;
      };
    }
  >;
  components: { schemas: Record<string, unknown>; headers: Record<string, { schema: { type?: string } }> };
}

/** Compares requests to `POST /api/v1/customer/create`, and their answers, with a document. */
export interface DocumentChecker {
  /**
   * Finds where a request and its answer do not keep to the document.
   *
   * @returns one sentence for each thing; none for requests of other endpoints
   */
  problemsOf(request: GeneratedRequest, answer: ReceivedAnswer): Promise<string[]>;
  /** What the document says there may be: a status (`409`), or a header of a status (`409 Retry-After`). */
  readonly documented: ReadonlySet<string>;
  /** What of that there has been, so far. */
  readonly seen: ReadonlySet<string>;
}

/** Reads the printed contract. */
export function readDocument(): OpenApiDocument {
  return JSON.parse(readFileSync('schema/openapi.json', 'utf8'));
}

/**
 * Makes a checker of a document.
 *
 * @throws Error when the document has a format or keyword that could not be checked
 */
export function documentChecker(document: OpenApiDocument): DocumentChecker {
  const { ajv, bodies, answers, headers } = validatorsOf(document);
  const documented = new Set(
    Object.entries(operationOf(document).responses).flatMap(([status, response]) => [
      status,
      ...Object.keys(response.headers).map((name) => `${status} ${name}`),
    ]),
  );
  const seen = new Set<string>();
  const see = (what: string): boolean => documented.has(what) && Boolean(seen.add(what));

  function problemsOfAnswer({ status, headers: received, text }: ReceivedAnswer): string[] {
    const validate = answers.get(status);
    if (!validate) return [`a status that is not in the document: ${status}`];
    see(String(status));
    const ofBody = validate(JSON.parse(text)) ? [] : [`not as the document says: ${ajv.errorsText(validate.errors)}`];
    return [...ofBody, ...Object.entries(received).flatMap(([name, value]) => problemsOfHeader(status, name, value))];
  }

  function problemsOfHeader(status: number, lowerCase: string, value: string | string[] | undefined): string[] {
    const header = headers.get(lowerCase);
    if (!header) return [];
    const problems: string[] = [];
    if (!see(`${status} ${header.name}`)) problems.push(`${header.name}, which the document has not for ${status}`);
    if (!header.validate(header.isNumber ? Number(value) : value))
      problems.push(`${header.name} is not as the document says: ${ajv.errorsText(header.validate.errors)}`);
    return problems;
  }

  /** What is wrong with the document when the gateway has taken a request: it must not refuse it. */
  async function problemsOfAccepted({ headers: sent, body }: GeneratedRequest): Promise<string[]> {
    const [, contentType = ''] = sent.find(([name]) => name === 'Content-Type') ?? [];
    const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    const validate = bodies.get(type);
    if (!validate) return [`accepted in a type that is not in the document: ${type}`];
    const accepted = validate(await membersOf(type, contentType, body ?? Buffer.alloc(0)));
    return accepted ? [] : [`accepted, and not by the document: ${ajv.errorsText(validate.errors)}`];
  }

  return {
    documented,
    seen,
    async problemsOf(request, answer) {
      if (request.method !== 'POST' || pathOf(request.target) !== CREATE_PATH || answer.status === 0) return [];
      const problems = problemsOfAnswer(answer);
      return answer.status === 200 ? [...problems, ...(await problemsOfAccepted(request))] : problems;
    },
  };
}

function operationOf({ paths }: OpenApiDocument) {
  const operation = paths[CREATE_PATH]?.post;
  if (!operation) throw new Error(`the document has no POST ${CREATE_PATH}`);
  return operation;
}

/** What the document says of bodies by media type, answers by status, and headers by name in lower case. */
function validatorsOf(document: OpenApiDocument) {
  const ajv = ajvFor(document);
  const { requestBody, responses } = operationOf(document);
  const validatorOf = (...steps: string[]): ValidateFunction => {
    const escaped = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
    const validate = ajv.getSchema(`${NAME}#/${escaped.join('/')}`);
    if (!validate) throw new Error(`the document has no schema at ${steps.join(' ')}`);
    return validate;
  };
  const inOperation = ['paths', CREATE_PATH, 'post'];
  const bodies = new Map(
    Object.keys(requestBody.content).map((type) => [
      type,
      validatorOf(...inOperation, 'requestBody', 'content', type, 'schema'),
    ]),
  );
  const answers = new Map(
    Object.keys(responses).map((status) => [
      Number(status),
      validatorOf(...inOperation, 'responses', status, 'content', 'application/json', 'schema'),
    ]),
  );
  // No request may lead to some of them: a format there must be one that is checked all the same.
  for (const name of Object.keys(document.components.schemas)) validatorOf('components', 'schemas', name);
  const headers = new Map(
    Object.entries(document.components.headers).map(([name, { schema }]) => [
      name.toLowerCase(),
      { name, isNumber: schema.type === 'integer', validate: validatorOf('components', 'headers', name, 'schema') },
    ]),
  );
  return { ajv, bodies, answers, headers };
}

/** What is unknown fails; schemas may be loosely written else: `type` may be a list. */
function ajvFor(document: OpenApiDocument): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, strictSchema: true, allErrors: true });
  addFormats.default(ajv);
  for (const name of uncheckedFormats) delete ajv.formats[name];
  // The document as a whole is no schema, but ajv reads it as one to resolve references in it.
  ajv.addVocabulary(Object.keys(document));
  return ajv.addSchema(document as AnySchema, NAME, undefined, false);
}

async function membersOf(type: string, contentType: string, body: Buffer): Promise<unknown> {
  // A byte order mark may stand in front.
  if (type === 'application/json') return JSON.parse(new TextDecoder().decode(body));
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  return Object.fromEntries(form);
}
