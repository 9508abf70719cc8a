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

/** A file that pages load. Nothing is read before somebody asks for it, or for a page that loads it. */
export class Asset {
  readonly route: Route;
  readonly #path: string;
  readonly #read: () => StaticFile;
  #file: StaticFile | undefined;

  constructor(path: string, type: keyof typeof mediaTypes, read: () => string) {
    this.#path = path;
    this.#read = () => new StaticFile(mediaTypes[type], read());
    this.route = publicRoute(path, (request) => this.#content.answer(request, { isVersioned: true }));
  }

  get #content(): StaticFile {
    this.#file ??= this.#read();
    return this.#file;
  }

  /** Its URL from the root, without the slash: a proxy may serve the gateway below a path of its own. */
  get url(): string {
    return `${this.#path.slice(1)}?v=${this.#content.hash}`;
  }
}
