// How GraphiQL is bundled: what goes in, what is left out, and in which form.
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const browser = fileURLToPath(new URL('../browser/graphiql/', import.meta.url));

const docs = fileURLToPath(
  new URL('../../node_modules/@graphiql/plugin-doc-explorer/dist/components/', import.meta.url),
);

/** The entry points, by the names that the manifest has for them. */
export const entries = {
  main: `${browser}main.js`,
  editor: `${browser}editor-worker.js`,
  graphql: `${browser}graphql-worker.js`,
  json: `${browser}json-worker.js`,
};

/** Modules that are loaded by name while the first view comes up, by how their paths end. */
export const loadedAtOnce = [
  'browser/graphiql/monaco.js',
  'monaco-graphql/esm/lite.js',
  'monaco-graphql/esm/graphqlMode.js',
  'monaco-editor/esm/vs/language/json/jsonMode.js',
  'monaco-editor/esm/vs/basic-languages/graphql/graphql.js',
];

/** Modules of packages that are replaced by smaller ones of our own. */
const replacements: readonly { asked: RegExp; by?: RegExp; module: string; folder?: string }[] = [
  // All features of the editor; ours has those that GraphiQL uses.
  { asked: /^(\.|monaco-graphql\/esm)\/monaco-editor(\.js)?$/, module: 'monaco.js' },
  // Two thousand names of characters, for Markdown; descriptions in schemas use a handful.
  { asked: /^entities$/, by: /\/markdown-it\//, module: 'entities.js' },
  // Editors that compare two texts, which GraphiQL never opens.
  { asked: /\/diffEditorWidget\.js$/, by: /\/standaloneCodeEditor\.js$/, module: 'no-diff-editor.js' },
  { asked: /\/multiDiffEditorWidget\.js$/, by: /\/standaloneEditor\.js$/, module: 'no-diff-editor.js' },
  // A field that is seen with the documentation alone, and needs a hundred kilobytes.
  { asked: /^\.\/(components\/)?search\.js$/, by: /\/plugin-doc-explorer\/dist\//, module: 'doc-search.js' },
  { asked: /^doc-explorer-search$/, folder: docs, module: 'search.js' },
];

const replace: Plugin = {
  name: 'replacements',
  setup(build) {
    for (const { asked, by, module, folder = browser } of replacements) {
      build.onResolve({ filter: asked }, ({ importer }) =>
        by === undefined || by.test(importer.replaceAll('\\', '/')) ? { path: folder + module } : undefined,
      );
    }
  },
};

/** Options whose outcome depends on what goes in alone, wherever that stands. */
export const esbuildOptions = {
  absWorkingDir: root,
  entryPoints: entries,
  outdir: fileURLToPath(new URL('../../.build/graphiql/', import.meta.url)),
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  // Names are made of paths, too: where a link to packages leads must not be among them.
  preserveSymlinks: true,
  tsconfigRaw: {},
  bundle: true,
  // What the page and its workers share is loaded once.
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // Licences go into files of their own, which the others name.
  legalComments: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
  // The icons of Monaco.
  loader: { '.ttf': 'dataurl' },
  plugins: [replace],
  metafile: true,
  write: false,
  logLevel: 'warning',
} satisfies BuildOptions;
