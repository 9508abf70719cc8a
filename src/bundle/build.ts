// Bundles GraphiQL with Monaco and our plugins into files that browsers load, compressed once and for good.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { entries, esbuildOptions, loadedAtOnce } from './esbuild-options.ts';
import { type BundledFile, type Manifest, printManifest } from './manifest.ts';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** A bundle that was built, and what esbuild says of it. */
export interface Built {
  readonly manifest: Manifest;
  readonly metafile: Metafile;
}

/**
 * Builds the bundle. The same sources and packages give the same bytes.
 *
 * @param folder - where it is to be; what was there before is replaced once all is written
 */
export async function buildBundle(folder: URL): Promise<Built> {
  const { outputFiles, metafile } = await build(esbuildOptions);
  const styleOfMain = nameOf(outputOf(metafile, entries.main).cssBundle ?? '');
  // Every other style is a part of that one.
  const kept = outputFiles.filter(({ path }) => !path.endsWith('.css') || basename(path) === styleOfMain);
  const fresh = new URL(`${folder.href.slice(0, -1)}.${process.pid}/`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const files = await Promise.all(kept.map(({ path, contents }) => write(fresh, basename(path), contents)));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const manifest = manifestOf(metafile, styleOfMain, files);
  const { name, text } = printManifest(manifest);
  await writeFile(new URL(name, fresh), text);
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  return { manifest, metafile };
}

/** Writes a file, and the same compressed. */
async function write(folder: URL, name: string, contents: Uint8Array): Promise<BundledFile> {
  const [br, gz] = await Promise.all([
    brotli(contents, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
      },
    }),
    zip(contents, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([
    writeFile(new URL(name, folder), contents),
    writeFile(new URL(`${name}.br`, folder), br),
    writeFile(new URL(`${name}.gz`, folder), gz),
  ]);
  return { name, size: { identity: contents.length, br: br.length, gzip: gz.length } };
}

function manifestOf(metafile: Metafile, style: string, files: readonly BundledFile[]): Manifest {
  const { main, ...workers } = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, pathOf(metafile, entry)]),
  ) as Record<keyof typeof entries, string>;
  const byName = loadedAtOnce.map((end) => pathOf(metafile, end));
  const ofPage = staticImports(metafile, [main, ...byName]);
  const needed = staticImports(metafile, Object.values(workers));
  const named = new Set([main, ...Object.values(workers)]);
  const others = (paths: ReadonlySet<string>, known: ReadonlySet<string>) =>
    [...paths].filter((path) => !known.has(path) && !named.has(path)).map(nameOf);
  return {
    main: nameOf(main),
    style,
    workers: { editor: nameOf(workers.editor), graphql: nameOf(workers.graphql), json: nameOf(workers.json) },
    preload: others(ofPage, new Set()),
    ofWorkers: others(needed, ofPage),
    files,
  };
}

/** The paths of some modules, and of all that they import before they run. */
function staticImports({ outputs }: Metafile, from: readonly string[]): ReadonlySet<string> {
  const found = new Set(from);
  // What is added while the set is gone through is reached too.
  for (const path of found)
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement') found.add(imported);
  return found;
}

/** The path of the file that an entry point, or a module loaded by name, became. */
function pathOf({ outputs }: Metafile, module: string): string {
  const found =
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint && module.endsWith(entryPoint)) ??
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(module));
  if (!found) throw new Error(`${module} is no longer loaded by name: see src/bundle/esbuild-options.ts`);
  return found[0];
}

function outputOf(metafile: Metafile, module: string): Metafile['outputs'][string] {
  return metafile.outputs[pathOf(metafile, module)] as Metafile['outputs'][string];
}

const nameOf = (path: string) => basename(path);
