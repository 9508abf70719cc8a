// The files of GraphiQL, as `npm run build:pages` has left them.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Manifest, readManifest } from '../../bundle/manifest.ts';
import { ApiError } from '../../errors/api-error.ts';
import { StaticFile } from '../../http/static-file.ts';
import { mediaTypes } from '../assets.ts';

/** The bundle of GraphiQL, to be served. */
export interface GraphiQLFiles {
  readonly manifest: Manifest;
  /**
   * Finds a file.
   *
   * @throws ApiError `INTERNAL_RESOURCE_NOT_FOUND` for a name that the bundle does not have
   */
  file(name: string): StaticFile;
}

/**
 * Opens the bundle. What a file holds is read when somebody first asks for it.
 *
 * @param folder - where it is
 * @returns undefined where nobody has built it
 */
export async function openFiles(folder: URL): Promise<GraphiQLFiles | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest) return undefined;
  const files = new Map(manifest.files.map(({ name }) => [name, fileOf(folder, name)]));
  return {
    manifest,
    file(name) {
      const file = files.get(name);
      if (!file) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
      return file;
    },
  };
}

/** Of files that are no modules; licences are text. */
const types: Record<string, string> = { '.css': mediaTypes.css, '.txt': mediaTypes.text };

function fileOf(folder: URL, name: string): StaticFile {
  const type = types[extname(name)] ?? mediaTypes.js;
  const read = (end: string) => () =>
    readFile(new URL(name + end, folder)).catch((error: NodeJS.ErrnoException) => {
      // Somebody has built it anew since.
      throw error.code === 'ENOENT' ? new ApiError('INTERNAL_RESOURCE_NOT_FOUND') : error;
    });
  return new StaticFile(type, { name, encoded: { br: read('.br'), gzip: read('.gz'), identity: read('') } });
}
