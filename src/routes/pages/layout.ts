// The frame of every page: its head, and the header with the way to the others.
import type { Asset } from '../assets.ts';
import { Html, html, type Part } from './html.ts';

/** Pages that the header leads to. */
export type PageName = 'home' | 'graphiql' | 'docs' | 'errors';

/** Where each page is, from the root without the slash, and what it is called. */
const places: Record<PageName, { path: string; label: string }> = {
  home: { path: '', label: 'Start' },
  graphiql: { path: 'graphql', label: 'GraphiQL' },
  docs: { path: 'docs', label: 'REST reference' },
  errors: { path: 'errors', label: 'Errors' },
};

/** What every page loads. */
export interface Frame {
  readonly style: Asset;
  readonly icon: Asset;
}

/** What is put into the frame. */
export interface PageParts {
  /** The title of the window, before the name of the product. */
  readonly title: string;
  readonly current: PageName;
  /** The way from the page to the root: empty, or `../`. */
  readonly root?: string;
  /** Pages that are not served. */
  readonly without: readonly PageName[];
  readonly frame: Frame;
  /** What else the page loads: elements of its head. */
  readonly head?: Part;
  /** What stands in the header besides. */
  readonly tools?: Part;
  /** Where code on the page says that the gateway is, for the page's script to put in what the browser calls it. */
  readonly assumedBase?: string;
  /** The content; what stands in `main` unless the content has an element of that kind itself. */
  readonly main: Html;
  readonly hasOwnMain?: boolean;
  /** What stands behind the content. */
  readonly end?: Part;
}

/** The header of a page. */
function headerOf({ current, without, root = '', tools }: PageParts): Html {
  const shown = Object.entries(places).filter(([name]) => !without.includes(name as PageName));
  const links = shown.map(([name, { path, label }]) => {
    const mark = name === current ? html` aria-current="page"` : undefined;
    return html`<li><a href="${`${root}${path}` || './'}"${mark}>${label}</a></li>`;
  });
  return html`<header class="frame">
<a class="brand" href="${root || './'}">Customer gateway</a>
<nav aria-label="Pages"><ul>${links}</ul></nav>
${tools}</header>
`;
}

/** Writes a page. */
export function writePage(parts: PageParts): string {
  const { title, frame, root = '', head, assumedBase, main, hasOwnMain, end } = parts;
  const element = new Html(hasOwnMain ? 'div' : 'main');
  const base = assumedBase && html` data-base="${assumedBase}" data-root="${root}"`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Customer gateway</title>
<link rel="icon" href="${root}${frame.icon.url}">
<link rel="stylesheet" href="${root}${frame.style.url}">
${head}</head>
<body${base}>
<a class="skip" href="#main">Skip to the content</a>
${headerOf(parts)}<${element} id="main" class="content" tabindex="-1">
${main}</${element}>
${end}</body>
</html>
`.text;
}
