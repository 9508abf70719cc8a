// The pages of errors: the list of codes, and one page for each, from the catalogue and its guide.
import { STATUS_CODES } from 'node:http';
import { catalogue, docUrl, type ErrorCode, errorCodes } from '../../errors/api-error.ts';
import { type ErrorGuide, errorGuides } from '../../errors/guide.ts';
import { codeBlock } from './code.ts';
import { type ErrorExample, errorExamples } from './error-examples.ts';
import { type Html, html, type Part, prose } from './html.ts';

/** Codes in the order in which their checks run, by what they are about. */
const groups: readonly { title: string; has(code: ErrorCode): boolean }[] = [
  { title: 'The API key', has: (code) => code.startsWith('PUBLIC_API_KEY_') || code === 'INTERNAL_TOO_MANY_REQUESTS' },
  { title: 'The request', has: (code) => catalogue[code].status < 500 },
  { title: 'The service', has: () => true },
];

const retryWords: Record<ErrorGuide['retry'], string> = {
  never: 'No: the answer would be the same.',
  'after a wait': 'Yes, after the seconds in `Retry-After`.',
  'while it still runs': 'Where there is `Retry-After`, the same after that time. Otherwise no.',
  'with care':
    'After the seconds in `Retry-After`, if there are any; what changes something with the same `Idempotency-Key`, so that it is not done twice.',
};

/**
 * The content of the page that lists all codes.
 *
 * @param publicUrl - where callers reach the gateway, if that is known: what `docUrl` begins with
 */
export function errorsPage(publicUrl: string | undefined): Html {
  const grouped = Map.groupBy(errorCodes, (code) => groups.find(({ has }) => has(code))?.title);
  return html`<h1>Errors</h1>
<p class="lead">Every request that fails is answered with one of these codes, on both APIs. Codes and statuses never change; the words may.</p>
${codeBlock(answerText(errorExamples.INTERNAL_VALIDATION_FAILED.rest, publicUrl), 'An error of the REST API')}
<p>${prose('`code` is for programs, `message` and `description` are for people. Quote `requestId` in questions: the log has it too. `docUrl` leads to the page of the code. In GraphQL all but the message stands in `extensions`.')}</p>
${groups.map(
  ({ title }) => html`<h2>${title}</h2>
<ul class="errors">
${grouped.get(title)?.map(line)}</ul>
`,
)}`;
}

function line(code: ErrorCode): Html {
  return html`<li><a href="errors/${code}">${code}</a>${statusOf(code)}<p>${catalogue[code].message}</p></li>
`;
}

function statusOf(code: ErrorCode): Html {
  return html`<span class="http">HTTP ${catalogue[code].status}</span>`;
}

/**
 * The content of the page of a code.
 *
 * @param publicUrl - as `errorsPage` has it
 */
export function errorPage(code: ErrorCode, publicUrl: string | undefined): Html {
  const { when, rest, graphql, steps, retry } = errorGuides[code];
  const { status, message: words } = catalogue[code];
  const { rest: restExample, graphql: graphqlExample } = errorExamples[code];
  return html`<p><a href="../errors">All errors</a></p>
<h1>${code.split('_').map((word, i) => (i === 0 ? word : html`_<wbr>${word}`))}</h1>
<p class="lead">${words}</p>
<dl class="facts">
<dt>HTTP status</dt><dd>${status} ${STATUS_CODES[status]}</dd>
<dt>Send it again?</dt><dd>${prose(retryWords[retry])}</dd>
</dl>
<h2>What it means</h2>
<p>${prose(when)}</p>
<h2>What to do</h2>
<ol>
${steps.map(
  (step) => html`<li>${prose(step)}</li>
`,
)}</ol>
<h2>On the REST API</h2>
<p>${prose(rest)}</p>
${example(restExample, 'REST API', publicUrl)}
<h2>On the GraphQL API</h2>
<p>${prose(graphql)}</p>
${example(graphqlExample, 'GraphQL API', publicUrl)}`;
}

function example(shown: ErrorExample | undefined, api: string, publicUrl: string | undefined): Part {
  if (!shown) return undefined;
  const { request, status, headers } = shown;
  const { method, path, headers: sent, body } = request;
  return html`${codeBlock(message(`${method} ${path}`, sent, body), `A request to the ${api}`)}
<p>The answer:</p>
${codeBlock(message(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, headers, answerText(shown, publicUrl)), `The answer of the ${api}`)}`;
}

/** The body of an example's answer, its `docUrl` as this gateway gives it. */
function answerText({ code, answer }: ErrorExample, publicUrl: string | undefined): string {
  return JSON.stringify(answer, (name, value) => (name === 'docUrl' ? docUrl(code, publicUrl) : value), 2);
}

/** A message of HTTP. */
function message(first: string, headers: Readonly<Record<string, string>>, body = ''): string {
  return [first, ...Object.entries(headers).map((header) => header.join(': ')), '', body].join('\n').trimEnd();
}
