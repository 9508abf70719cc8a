// What the bundle of GraphiQL consists of, and where it is kept between the build and the gateway.
import { readFile } from 'node:fs/promises';

/** Where `npm run build:pages` puts the bundle. */
export const BUNDLE_FOLDER = new URL('../../.build/graphiql/', import.meta.url);

const MANIFEST_FILE = 'manifest.json';

/** A file of the bundle. Beside it stand `.br` and `.gz`, the same compressed. */
export interface BundledFile {
  /** Named by what it holds. */
  readonly name: string;
  /** Bytes: as it is, and compressed. */
  readonly size: { readonly identity: number; readonly br: number; readonly gzip: number };
}

/** The bundle. */
export interface Manifest {
  /** The module that the page starts. */
  readonly main: string;
  readonly style: string;
  /** Those of Monaco, by the names that it has for them. */
  readonly workers: { readonly editor: string; readonly graphql: string; readonly json: string };
  /** Modules that the page needs at once, besides `main`. */
  readonly preload: readonly string[];
  /** Modules that only workers load. */
  readonly ofWorkers: readonly string[];
  readonly files: readonly BundledFile[];
}

/** The bytes that a first view loads, compressed by brotli: all modules needed at once, the style and all workers. */
export function firstViewBytes({ main, style, workers, preload, ofWorkers, files }: Manifest): number {
  const needed = new Set([main, style, ...Object.values(workers), ...preload, ...ofWorkers]);
  return files.filter(({ name }) => needed.has(name)).reduce((sum, { size }) => sum + size.br, 0);
}

/** Writes a manifest as it is kept. */
export function printManifest(manifest: Manifest): { name: string; text: string } {
  return { name: MANIFEST_FILE, text: `${JSON.stringify(manifest, null, 2)}\n` };
}

/**
 * Reads the manifest of a bundle.
 *
 * @param folder - where the bundle is
 * @returns undefined where there is none
 */
export async function readManifest(folder: URL): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(new URL(MANIFEST_FILE, folder), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
