// GraphiQL in a browser, served from this process alone. The page holds no secret: anybody may have it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { prefersPage } from '../http/accept.ts';
import { vary } from '../http/request.ts';
import { type Middleware, publicRoute, READ_METHODS, type Route } from '../http/router.ts';
import { StaticFile } from '../http/static-file.ts';
import { once } from '../once.ts';
import { examples } from './graphiql-examples.ts';

const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232152c9'/%3E%3Cpath d='M4 8h8M9 5l3 3-3 3' stroke='white' stroke-width='1.8' fill='none'/%3E%3C/svg%3E";

/** The files of GraphiQL, each at a path of its own. */
const paths = {
  style: '/graphiql/graphiql.css',
  graphiql: '/graphiql/graphiql.js',
  editorWorkerService: '/graphiql/editor-worker.js',
  graphql: '/graphiql/graphql-worker.js',
  json: '/graphiql/json-worker.js',
};

type FileName = keyof typeof paths;

/** GraphiQL, as it is served. */
export interface GraphiQL {
  /** Gives browsers the page where programs get an answer. */
  page: Middleware;
  /** The files that it asks for. */
  routes: Route[];
}

/** What the page is told of its gateway. */
export interface GraphiQLOptions {
  /** The key to begin with, in demo mode; then an example creates a customer too. */
  sampleKey: string | undefined;
  /** Whether the schema can be asked for. */
  introspection: boolean;
  /** The media types of answers for programs at the address of the page, the usual one first. */
  answerTypes: readonly [string, ...string[]];
}

/** Opens GraphiQL. Nothing is loaded before somebody asks for it. */
export function openGraphiQL(options: GraphiQLOptions): GraphiQL {
  const load = once(loadFiles);
  const render = once(async () => renderPage(await load(), options));
  return {
    page: (next) => async (request) => {
      const { method, headers: asked } = request;
      if (!READ_METHODS.includes(method) || !prefersPage(asked.accept, options.answerTypes)) return next(request);
      const { html, policy } = await render();
      const answer = await html.answer(request);
      const headers = { 'Content-Security-Policy': policy, ...vary(request, 'Accept, Accept-Encoding') };
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
    routes: Object.entries(paths).map(([name, path]) =>
      publicRoute(path, async (request) => (await load())[name as FileName].answer(request)),
    ),
  };
}

async function loadFiles(): Promise<Record<FileName, StaticFile>> {
  // Nine megabytes of browser code.
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  return {
    style: new StaticFile(CSS, bundle.css + browserFile('graphiql.css')),
    graphiql: new StaticFile(JAVASCRIPT, bundle.js),
    editorWorkerService: new StaticFile(JAVASCRIPT, bundle.editorWorkerService),
    graphql: new StaticFile(JAVASCRIPT, bundle.graphqlWorker),
    json: new StaticFile(JAVASCRIPT, bundle.jsonWorker),
  };
}

function browserFile(name: string): string {
  return readFileSync(new URL(`../browser/${name}`, import.meta.url), 'utf8');
}

/** Modules as one. Each may import from those before it; no two may give different things one name. */
function joined(...names: string[]): string {
  return names.map((name) => browserFile(name).replaceAll(/^(import [^;]*;\n|export )/gm, '')).join('');
}

function renderPage(
  files: Record<FileName, StaticFile>,
  { sampleKey, introspection }: GraphiQLOptions,
): { html: StaticFile; policy: string } {
  // Relative, so that a proxy may serve the gateway below a path of its own.
  const urlOf = (name: FileName) => `${paths[name].slice(1)}?v=${files[name].hash}`;
  const settings = {
    sampleKey,
    introspection,
    examples: sampleKey ? examples : examples.filter((example) => !example.includes('mutation ')),
    scripts: {
      graphiql: urlOf('graphiql'),
      editorWorkerService: urlOf('editorWorkerService'),
      graphql: urlOf('graphql'),
      json: urlOf('json'),
    },
  };
  const script = joined('page.js', 'storage.js', 'api-key.js', 'graphiql.js');
  return {
    policy: contentSecurityPolicy(script),
    html: new StaticFile(
      HTML,
      `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphiQL – customer gateway</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${urlOf('style')}">
</head>
<body>
<header class="bar">
<strong>Customer gateway</strong>
<span id="introspection-note" hidden>Introspection is off: no schema is shown.</span>
<a href="openapi.json">OpenAPI</a>
<button type="button" id="key-button">API key</button>
</header>
<main id="root">Loading GraphiQL …</main>
<noscript>GraphiQL needs JavaScript.</noscript>
<dialog id="key-dialog" aria-labelledby="key-title">
<form method="dialog">
<h2 id="key-title">API key</h2>
<p>Every request of this page carries it. It is kept until this tab is closed.</p>
<label for="key">Key</label>
<input id="key" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false">
<p id="key-problem" role="alert"></p>
<div class="buttons">
<button id="key-use">Use this key</button>
<button type="button" id="key-cancel">Cancel</button>
<button type="button" id="key-forget" hidden>Forget the key</button>
</div>
</form>
</dialog>
<script id="settings" type="application/json">${JSON.stringify(settings).replaceAll('<', '\\u003c')}</script>
<script type="module">${script}</script>
</body>
</html>
`,
    ),
  };
}

/** The page's own script, and what that loads; nothing of other hosts. Monaco writes styles into the page. */
function contentSecurityPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}' 'strict-dynamic'`,
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
