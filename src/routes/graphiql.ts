// GraphiQL in a browser, served from this process alone. The page holds no secret: anybody may have it.
import { createHash } from 'node:crypto';
import { BUNDLE_FOLDER } from '../bundle/manifest.ts';
import { ApiError } from '../errors/api-error.ts';
import { prefersPage } from '../http/accept.ts';
import { type HttpRequest, type HttpResponse, vary } from '../http/request.ts';
import { type Middleware, publicRoute, READ_METHODS, type Route } from '../http/router.ts';
import { StaticFile } from '../http/static-file.ts';
import { once } from '../once.ts';
import { Asset, browserFile, joined, mediaTypes } from './assets.ts';
import { examplesFor, firstExamples } from './graphiql/examples/index.ts';
import { type GraphiQLFiles, openFiles } from './graphiql/files.ts';
import { Html, html, json } from './pages/html.ts';
import { keyDialog, keyTool } from './pages/key-dialog.ts';
import { type PageParts, writePage } from './pages/layout.ts';

/** Where the files of the bundle are, from the root. */
const FOLDER = '/graphiql/';

/** GraphiQL, as it is served. */
export interface GraphiQL {
  /** Gives browsers the page where programs get an answer. */
  page: Middleware;
  /** The files that it asks for. */
  routes: Route[];
}

/** What the page is told of its gateway. */
export interface GraphiQLOptions extends Pick<PageParts, 'frame' | 'without'> {
  /** The key to begin with, in demo mode; then examples name what the demo organisation has. */
  sampleKey: string | undefined;
  /** Where callers reach the gateway, if that is set: what requests that are copied name. */
  publicUrl: string | undefined;
  /** Whether the schema can be asked for. */
  introspection: boolean;
  /** The media types of answers for programs at the address of the page, the usual one first. */
  answerTypes: readonly [string, ...string[]];
  /** Where the bundle is, unless where `npm run build:pages` puts it. */
  folder?: URL;
}

/** Opens GraphiQL. Nothing is loaded before somebody asks for it. */
export function openGraphiQL(options: GraphiQLOptions): GraphiQL {
  const { sampleKey, answerTypes, folder = BUNDLE_FOLDER } = options;
  const list = examplesFor(sampleKey !== undefined);
  const examples = new Asset(`${FOLDER}examples.json`, 'json', () => JSON.stringify(list));
  const style = new Asset(`${FOLDER}page.css`, 'css', () => browserFile('graphiql.css'));
  // Where nobody has built it, it is looked for again: somebody may do so by then.
  const files = once(async () => (await openFiles(folder)) ?? Promise.reject(new NotBuilt()));
  const render = once(async () =>
    renderPage(await files(), {
      ...options,
      urls: { examples: examples.url, style: style.url },
      first: firstExamples(list, sampleKey !== undefined),
    }),
  );
  return {
    page: (next) => async (request) => {
      const { method, headers: asked } = request;
      if (!READ_METHODS.includes(method) || !prefersPage(asked.accept, answerTypes)) return next(request);
      const { answer, policy } = await render().then(
        async (page) => ({ answer: await page.html.answer(request), policy: page.policy }),
        (error) => ({
          answer: notBuiltPage(error, options),
          policy: "default-src 'none'; style-src 'self'; img-src 'self'",
        }),
      );
      const headers = { 'Content-Security-Policy': policy, ...vary(request, 'Accept, Accept-Encoding') };
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
    routes: [examples.route, style.route, publicRoute(`${FOLDER}*`, (request) => answerFile(files, request))],
  };
}

/** Nobody has built the bundle: packages were installed without the scripts that belong to it. */
class NotBuilt extends Error {}

/** The page where there is no bundle. */
function notBuiltPage(error: unknown, { frame, without }: Pick<PageParts, 'frame' | 'without'>): HttpResponse {
  if (!(error instanceof NotBuilt)) throw error;
  const main = html`<p>GraphiQL has not been built: run <code>npm run build:pages</code>, and load this page again.</p>
`;
  const body = writePage({ title: 'GraphiQL', current: 'graphiql', without, frame, main });
  return { status: 503, contentType: mediaTypes.html, headers: { 'Cache-Control': 'no-store' }, body };
}

async function answerFile(files: () => Promise<GraphiQLFiles>, request: HttpRequest): Promise<HttpResponse> {
  const { file } = await files().catch((error) => {
    throw error instanceof NotBuilt ? new ApiError('INTERNAL_RESOURCE_NOT_FOUND') : error;
  });
  return file(request.path.slice(FOLDER.length)).answer(request);
}

interface PageOptions extends GraphiQLOptions {
  urls: { examples: string; style: string };
  first: ReturnType<typeof firstExamples>;
}

function renderPage(
  { manifest }: GraphiQLFiles,
  { sampleKey, publicUrl, introspection, frame, without, urls, first }: PageOptions,
): { html: StaticFile; policy: string } {
  // Relative, so that a proxy may serve the gateway below a path of its own.
  const urlOf = (name: string) => `${FOLDER.slice(1)}${name}`;
  const { main, preload, workers } = manifest;
  const settings = {
    sampleKey,
    publicUrl,
    introspection,
    first: first.map(({ query, variables }) => ({ query, variables })),
    examples: urls.examples,
    scripts: {
      main: urlOf(main),
      preload: preload.map(urlOf),
      editor: urlOf(workers.editor),
      graphql: urlOf(workers.graphql),
      json: urlOf(workers.json),
    },
  };
  const script = joined('page.js', 'sample-key.js', 'shown.js', 'storage.js', 'api-key.js', 'viewer.js', 'graphiql.js');
  return {
    policy: contentSecurityPolicy(script),
    html: new StaticFile(
      mediaTypes.html,
      writePage({
        title: 'GraphiQL',
        current: 'graphiql',
        without,
        frame,
        head: html`<link rel="stylesheet" href="${urlOf(manifest.style)}">
<link rel="stylesheet" href="${urls.style}">
`,
        tools: html`<span id="introspection-note" hidden>Introspection is off: no schema is shown.</span>
<span id="viewer" hidden></span>
${keyTool}`,
        main: html`<div id="root">Loading GraphiQL …</div>
<noscript>GraphiQL needs JavaScript.</noscript>
`,
        end: html`<p id="said" class="unseen" role="status"></p>
${keyDialog}<script id="settings" type="application/json">${json(settings)}</script>
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
