// The reference of the REST API, shown by RapiDoc from the OpenAPI document. See docs/decisions/0052-reference-of-the-rest-api.md.
import { readFileSync } from 'node:fs';
import type { Route } from '../../http/router.ts';
import { Asset, browserFile, joined } from '../assets.ts';
import { html, json } from './html.ts';
import { keyDialog, keyTool } from './key-dialog.ts';
import { type PageParts, writePage } from './layout.ts';
import { servePage } from './serve.ts';

/** What the reference is opened with. */
export interface ReferenceOptions extends Pick<PageParts, 'frame' | 'without'> {
  /** The key that tries are made with in demo mode; else the page asks for one. */
  readonly sampleKey: string | undefined;
  /** Where callers reach the gateway, if that is set: what samples name. */
  readonly publicUrl: string | undefined;
}

/** The viewer builds its styles as it goes; its script and ours are files of this gateway. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** How the viewer is set: no server to choose, no form for keys, nothing kept in the browser. */
const viewer = html`<section class="unseen" aria-labelledby="title"><h1 id="title">REST reference</h1></section>
<rapi-doc render-style="read" schema-style="table" load-fonts="false" show-header="false" show-components="false" allow-server-selection="false" allow-authentication="false" allow-advanced-search="false" allow-spec-file-download="false" nav-item-spacing="compact">
</rapi-doc>
<noscript><p>The reference needs JavaScript. <a href="openapi.json">The OpenAPI document</a> has all that it shows.</p></noscript>
`;

/** Makes the routes of the reference, and of what it loads. */
export function referenceRoutes({ frame, without, sampleKey, publicUrl }: ReferenceOptions): Route[] {
  const style = new Asset('/assets/docs.css', 'css', () => browserFile('docs.css'));
  const script = new Asset('/assets/docs.js', 'js', () =>
    joined('page.js', 'sample-key.js', 'shown.js', 'storage.js', 'api-key.js', 'samples.js', 'reference.js', 'docs.js'),
  );
  const rapidoc = new Asset('/assets/rapidoc.js', 'js', () =>
    readFileSync(new URL(import.meta.resolve('rapidoc')), 'utf8'),
  );
  const write = () =>
    writePage({
      title: 'REST reference',
      current: 'docs',
      without,
      frame,
      head: html`<link rel="stylesheet" href="${style.url}">
<script type="module" src="${rapidoc.url}"></script>
<script type="module" src="${script.url}"></script>
`,
      tools: keyTool,
      main: viewer,
      hasOwnMain: true,
      end: html`${keyDialog}<script id="settings" type="application/json">${json({ sampleKey, publicUrl })}</script>
`,
    });
  return [servePage('/docs', POLICY, write), style.route, script.route, rapidoc.route];
}
