// In place of the search field of the documentation, which brings a library of its own: loaded with the first look at the documentation.
import { later } from './later.js';

export const Search = later(async () => {
  // @ts-expect-error: the bundle resolves this name, see `src/bundle/esbuild-options.ts`; the package exports no path to it
  const module = await import('doc-explorer-search');
  return module.Search;
});
