// All that browsers are served: the pages, GraphiQL, and what they load.
import { publicRoute, type Route } from '../http/router.ts';
import { Asset, browserFile, joined } from './assets.ts';
import { type GraphiQL, type GraphiQLOptions, openGraphiQL } from './graphiql.ts';
import { referenceRoutes } from './pages/docs.ts';
import type { HomeOptions } from './pages/home.ts';
import { pageRoutes } from './pages/index.ts';
import type { Frame, PageName } from './pages/layout.ts';

/** What the site is opened with. */
export interface SiteOptions extends Pick<HomeOptions, 'sampleKey' | 'first'> {
  /** Where callers reach the gateway, if that is known. */
  readonly publicUrl: string | undefined;
  /** Where it listens. */
  readonly port: number;
  /** Undefined where GraphiQL is not served. */
  readonly graphiql: Pick<GraphiQLOptions, 'answerTypes'> | undefined;
  /** Whether callers may ask for the schema. */
  readonly introspection: boolean;
}

/** The pages of a gateway. */
export interface Site {
  /** Undefined where it is not served. */
  readonly graphiql: GraphiQL | undefined;
  readonly routes: readonly Route[];
}

/** Opens the site. */
export function openSite({ publicUrl, port, sampleKey, first, graphiql: served, introspection }: SiteOptions): Site {
  const icon = new Asset('/favicon.svg', 'svg', () => browserFile('icon.svg'));
  const frame: Frame = { style: new Asset('/assets/frame.css', 'css', () => browserFile('frame.css')), icon };
  const without: PageName[] = served ? [] : ['graphiql'];
  const graphiql = served && openGraphiQL({ ...served, sampleKey, publicUrl, introspection, frame, without });
  const pages = pageRoutes({
    base: publicUrl ?? `http://localhost:${port}`,
    isBaseAssumed: publicUrl === undefined,
    sampleKey,
    first,
    hasGraphiQL: graphiql !== undefined,
    hasSchema: introspection,
    frame,
    style: new Asset('/assets/pages.css', 'css', () => browserFile('pages.css')),
    script: new Asset('/assets/pages.js', 'js', () => joined('copy-text.js', 'pages.js')),
    without,
  });
  return {
    graphiql,
    routes: [
      ...pages,
      ...referenceRoutes({ frame, without, sampleKey, publicUrl }),
      frame.style.route,
      icon.route,
      // Browsers ask for it where a page, such as the OpenAPI document, names none.
      publicRoute('/favicon.ico', icon.route.handler),
      ...(graphiql?.routes ?? []),
    ],
  };
}
