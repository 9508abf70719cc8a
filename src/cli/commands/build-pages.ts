// Builds what browsers load of GraphiQL, and says how large it is.
import type { Metafile } from 'esbuild';
import { buildBundle } from '../../bundle/build.ts';
import { BUNDLE_FOLDER, firstViewBytes } from '../../bundle/manifest.ts';

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(0)} kB`;

/** Builds the bundle. With `--contents` it lists which packages it is made of. */
export async function main(): Promise<void> {
  const { manifest, metafile } = await buildBundle(BUNDLE_FOLDER);
  const all = manifest.files.reduce((sum, { size }) => sum + size.identity, 0);
  const seconds = (performance.now() / 1_000).toFixed(1);
  const files = `${manifest.files.length} files of ${kilobytes(all)}`;
  console.log(
    `GraphiQL: ${files}, ${kilobytes(firstViewBytes(manifest))} with brotli for a first view, in ${seconds} s.`,
  );
  if (process.argv.includes('--contents')) for (const line of contentsOf(metafile)) console.log(line);
}

/** The largest parts of each file, by package; those of Monaco by folder. */
function contentsOf({ outputs }: Metafile): string[] {
  return Object.entries(outputs).flatMap(([path, { bytes, inputs }]) => {
    const parts = new Map<string, number>();
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [, name, folder] = /node_modules\/((?:@[^/]+\/)?[^/]+)(?:\/esm\/vs\/(\w+\/\w+\/\w+))?/.exec(input) ?? [];
      const part = name === undefined ? input : [name, folder].filter(Boolean).join(': ');
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
    const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 12);
    return [`${path}: ${kilobytes(bytes)}`, ...largest.map(([part, size]) => `  ${kilobytes(size)} ${part}`)];
  });
}
