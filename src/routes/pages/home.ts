// The first page: what this is, whether it is ready, and a call that works.
import { authorizationWith, PLACEHOLDER_KEY } from '../../browser/sample-key.js';
import { sampleLanguages } from '../../browser/samples.js';
import { codeBlock, samplesOf, tabSet } from './code.ts';
import { type Html, html, type Part } from './html.ts';

/** What the first page tells of its gateway. */
export interface HomeOptions {
  /** Where callers reach the gateway, without a slash at the end. */
  readonly base: string;
  /** The key that calls carry in demo mode. */
  readonly sampleKey: string | undefined;
  /** The path, the body and the answer of the first call. */
  readonly first: { readonly path: string; readonly body: unknown; readonly answer: unknown };
  readonly hasGraphiQL: boolean;
  readonly hasSchema: boolean;
}

/** The same call in GraphQL. */
const mutation = `mutation CreateCustomer($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    newAccount
    customer { cuRefNo email companyName }
  }
}`;

/** The content of the first page. */
export function homePage({ base, sampleKey, first, hasGraphiQL, hasSchema }: HomeOptions): Html {
  const headers = { Authorization: authorizationWith(sampleKey) };
  const graphql = sampleLanguages.curl.write({
    method: 'POST',
    url: `${base}/graphql`,
    headers,
    body: { query: mutation, variables: { input: first.body } },
  });
  const samples = [
    ...samplesOf({ method: 'POST', url: base + first.path, headers, body: first.body }),
    { id: 'graphql', label: 'GraphQL', panel: codeBlock(graphql, 'The same call in GraphQL') },
  ];
  return html`<h1>Customer gateway</h1>
<p class="lead">One GraphQL API for customers, and a REST API that older clients keep calling without a change. Both share their keys, rules, limits and errors.</p>
<p id="status" class="status" data-state="unknown" role="status"><a href="health/ready">Is it ready?</a></p>

<h2>The first call</h2>
<p>${introduction(sampleKey)}</p>
${tabSet('first', 'Languages', samples)}
<p>The REST API answers:</p>
${codeBlock(JSON.stringify(first.answer, null, 2), 'The answer')}
<p>The same address again, and it is the same customer, with <code>"newAccount": false</code>.</p>

<h2>Where to go</h2>
<ul class="cards">
${[
  hasGraphiQL
    ? card(
        'graphql',
        'GraphiQL',
        'Explore the GraphQL API: its schema, examples of every operation, and their answers.',
      )
    : undefined,
  card('docs', 'REST reference', 'Read every endpoint, and try it.'),
  card('errors', 'Errors', 'What each error code means, and what to do about it.'),
  card('openapi.json', 'OpenAPI', 'The contract of the REST API, for tools that make clients.'),
  hasSchema ? schemaCard(base, sampleKey) : undefined,
]}</ul>
`;
}

function introduction(sampleKey: string | undefined): Part {
  return sampleKey
    ? html`This gateway runs in demo mode: the sample key works, and what you change is yours alone. Copy a call and run it.`
    : html`Every call carries an API key. Put yours in the place of <code>${PLACEHOLDER_KEY}</code>. Whoever runs this gateway can make you one.`;
}

/** Outside demo mode the schema is for those who have a key, which a link does not carry. */
function schemaCard(base: string, sampleKey: string | undefined): Html {
  const path = 'schema.graphql';
  const label = 'GraphQL schema';
  const text = 'The contract of the GraphQL API, for tools that make clients.';
  if (sampleKey) return card(path, label, text);
  const command = sampleLanguages.curl.write({
    method: 'GET',
    url: `${base}/${path}`,
    headers: { Authorization: authorizationWith(undefined) },
  });
  return html`<li><strong>${label}</strong><p>${text} It takes a key:</p>${codeBlock(command, 'The request for the schema')}</li>
`;
}

function card(path: string, label: string, text: string): Html {
  return html`<li><a href="${path}">${label}</a><p>${text}</p></li>
`;
}
