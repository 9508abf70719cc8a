// Whether requests and answers of the REST API are as the OpenAPI document says.
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { CREATE_PATH, type GeneratedRequest } from '../generated-requests.ts';
import { pathOf } from './checks.ts';
import type { ReceivedAnswer } from './transport.ts';

const DOCUMENT = 'openapi';
const document = JSON.parse(readFileSync('schema/openapi.json', 'utf8'));
const operation = document.paths[CREATE_PATH].post;
const ajv = new Ajv2020({ strict: false, formats: { int32: true } }).addSchema(document, DOCUMENT);

/** Headers that the document names, in any answer of the gateway. */
const named = new Set(Object.keys(document.components.headers).map((name) => name.toLowerCase()));

function validatorOf(...steps: string[]): ValidateFunction {
  const pointer = ['paths', CREATE_PATH, 'post', ...steps, 'schema'];
  const escaped = pointer.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ajv.getSchema(`${DOCUMENT}#/${escaped.join('/')}`) as ValidateFunction;
}

const requests = new Map(
  Object.keys(operation.requestBody.content).map((type) => [type, validatorOf('requestBody', 'content', type)]),
);
const answers = new Map(
  Object.keys(operation.responses).map((status) => [
    Number(status),
    validatorOf('responses', status, 'content', 'application/json'),
  ]),
);

/**
 * Finds where a request and its answer do not keep to the document.
 *
 * @returns one sentence for each thing; none for requests of other endpoints
 */
export async function documentProblemsOf(request: GeneratedRequest, answer: ReceivedAnswer): Promise<string[]> {
  if (request.method !== 'POST' || pathOf(request.target) !== CREATE_PATH || answer.status === 0) return [];
  const { status, headers, text } = answer;
  const validate = answers.get(status);
  if (!validate) return [`a status that is not in the document: ${status}`];
  const problems: string[] = [];
  if (!validate(JSON.parse(text))) problems.push(`not as the document says: ${ajv.errorsText(validate.errors)}`);
  const documented = Object.keys(operation.responses[status].headers).map((name) => name.toLowerCase());
  for (const name of Object.keys(headers))
    if (named.has(name) && !documented.includes(name))
      problems.push(`${name}, which the document has not for ${status}`);
  return status === 200 ? [...problems, ...(await problemsOfAccepted(request))] : problems;
}

/** A request that the gateway has taken: the document must not refuse it. */
async function problemsOfAccepted({ headers, body }: GeneratedRequest): Promise<string[]> {
  const [, contentType = ''] = headers.find(([name]) => name === 'Content-Type') ?? [];
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const validate = requests.get(type);
  if (!validate) return [`accepted in a type that is not in the document: ${type}`];
  const accepted = validate(await membersOf(type, contentType, body ?? Buffer.alloc(0)));
  return accepted ? [] : [`accepted, and not by the document: ${ajv.errorsText(validate.errors)}`];
}

async function membersOf(type: string, contentType: string, body: Buffer): Promise<unknown> {
  // A byte order mark may stand in front.
  if (type === 'application/json') return JSON.parse(new TextDecoder().decode(body));
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  return Object.fromEntries(form);
}
