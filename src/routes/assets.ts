// The files that pages load: each at a path of its own, named by what it holds, so that browsers keep it for good.
import { readFileSync } from 'node:fs';
import { JSON_TYPE } from '../http/request.ts';
import { publicRoute, type Route } from '../http/router.ts';
import { StaticFile } from '../http/static-file.ts';

/** Media types of what browsers are served. */
export const mediaTypes = {
  json: JSON_TYPE,
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/** Reads a file of `src/browser`. */
export function browserFile(name: string): string {
  return readFileSync(new URL(`../browser/${name}`, import.meta.url), 'utf8');
}

/** Modules as one. Each may import from those before it; no two may give different things one name. */
export function joined(...names: string[]): string {
  return names.map((name) => browserFile(name).replaceAll(/^(import [^;]*;\n|export )/gm, '')).join('');
}

/** A file that pages load. */
export interface Asset {
  /** Its URL from the root, without the slash: a proxy may serve the gateway below a path of its own. */
  readonly url: string;
  readonly route: Route;
}

/** Makes an asset. */
export function asset(path: string, type: keyof typeof mediaTypes, content: string): Asset {
  const file = new StaticFile(mediaTypes[type], content);
  return { url: `${path.slice(1)}?v=${file.hash}`, route: publicRoute(path, (request) => file.answer(request)) };
}
