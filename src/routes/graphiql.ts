// GraphiQL in a browser, served from this process alone. The page holds no secret: anybody may have it.
import { createHash } from 'node:crypto';
import { prefersPage } from '../http/accept.ts';
import { vary } from '../http/request.ts';
import { type Middleware, publicRoute, READ_METHODS, type Route } from '../http/router.ts';
import { StaticFile } from '../http/static-file.ts';
import { once } from '../once.ts';
import { browserFile, joined, mediaTypes } from './assets.ts';
import { examples } from './graphiql-examples.ts';
import { Html, html, json } from './pages/html.ts';
import { keyDialog, keyTool } from './pages/key-dialog.ts';
import { type PageParts, writePage } from './pages/layout.ts';

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
export interface GraphiQLOptions extends Pick<PageParts, 'frame' | 'without'> {
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
  const { css, js } = mediaTypes;
  return {
    style: new StaticFile(css, bundle.css + browserFile('graphiql.css')),
    graphiql: new StaticFile(js, bundle.js),
    editorWorkerService: new StaticFile(js, bundle.editorWorkerService),
    graphql: new StaticFile(js, bundle.graphqlWorker),
    json: new StaticFile(js, bundle.jsonWorker),
  };
}

function renderPage(
  files: Record<FileName, StaticFile>,
  { sampleKey, introspection, frame, without }: GraphiQLOptions,
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
      mediaTypes.html,
      writePage({
        title: 'GraphiQL',
        current: 'graphiql',
        without,
        frame,
        head: html`<link rel="stylesheet" href="${urlOf('style')}">
`,
        tools: html`<span id="introspection-note" hidden>Introspection is off: no schema is shown.</span>
${keyTool}`,
        main: html`<div id="root">Loading GraphiQL …</div>
<noscript>GraphiQL needs JavaScript.</noscript>
`,
        end: html`${keyDialog}<script id="settings" type="application/json">${json(settings)}</script>
<script type="module">${new Html(script)}</script>
`,
      }),
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
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
