// The pages for people, served from this process alone.
import { docPath, errorCodes } from '../../errors/api-error.ts';
import type { Route } from '../../http/router.ts';
import type { Asset } from '../assets.ts';
import { errorPage, errorsPage } from './errors.ts';
import { type HomeOptions, homePage } from './home.ts';
import { html } from './html.ts';
import { type PageParts, writePage } from './layout.ts';
import { servePage } from './serve.ts';

/** What the pages are made of. */
export interface PagesOptions extends HomeOptions {
  /** Whether callers may know the gateway by another name than `base`: then pages show the name that the browser has. */
  readonly isBaseAssumed: boolean;
  readonly frame: PageParts['frame'];
  readonly style: Asset;
  readonly script: Asset;
  readonly without: PageParts['without'];
}

/** What pages may do: load files of this gateway, and ask it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Makes the routes of the pages, and of what they load. Nothing is written before somebody asks for it. */
export function pageRoutes(options: PagesOptions): Route[] {
  const { base, isBaseAssumed, frame, style, script, without } = options;
  const publicUrl = isBaseAssumed ? undefined : base;
  const page = (path: string, parts: () => Pick<PageParts, 'title' | 'current' | 'main'>): Route => {
    const root = '../'.repeat(path.split('/').length - 2);
    const head = () => html`<link rel="stylesheet" href="${root}${style.url}">
<script type="module" src="${root}${script.url}"></script>
`;
    return servePage(path, POLICY, () =>
      writePage({ ...parts(), frame, root, head: head(), without, ...(isBaseAssumed && { assumedBase: base }) }),
    );
  };
  return [
    page('/', () => ({ title: 'Start', current: 'home', main: homePage(options) })),
    page('/errors', () => ({ title: 'Errors', current: 'errors', main: errorsPage(publicUrl) })),
    ...errorCodes.map((code) =>
      page(docPath(code), () => ({ title: code, current: 'errors', main: errorPage(code, publicUrl) })),
    ),
    style.route,
    script.route,
  ];
}
