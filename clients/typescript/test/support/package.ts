// The package as it is published: packed, and installed into a folder that has nothing else.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** npm of the Node that runs the tests; nothing of the npm that started them. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
const npm = (words: string[], cwd: string) =>
  run('npm', [...words, '--no-audit', '--no-fund'], {
    cwd,
    env: { ...env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  });

/** Packages that the client brings, which the repository has: installing asks no registry. */
const BROUGHT = ['openapi-fetch', 'openapi-typescript-helpers'];

/** @returns the path of the tarball */
async function pack(source: string, folder: string, words: string[] = []): Promise<string> {
  const { stdout } = await npm(['pack', source, '--json', '--pack-destination', folder, ...words], source);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  return join(folder, filename);
}

/**
 * Packs the package, and installs it.
 *
 * @returns the folder
 */
export async function installPacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'client-package-'));
  // Packing builds: what one test builds, another one must not find half built.
  const repository = await mkdtemp(join(tmpdir(), 'client-source-'));
  await symlink(resolve('node_modules'), join(repository, 'node_modules'));
  const source = join(repository, 'clients/typescript');
  await cp('clients/typescript', source, { recursive: true, filter: (path) => !path.endsWith('/dist') });
  const packed = await pack(source, folder);
  await rm(repository, { recursive: true });
  const brought = await Promise.all(
    BROUGHT.map((name) => pack(resolve('node_modules', name), folder, ['--ignore-scripts'])),
  );
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await npm(['install', '--offline', packed, ...brought], folder);
  return folder;
}

/**
 * Installs a Node of its own.
 *
 * @param version - such as 20
 * @returns its program, and the folder in which it is
 */
export async function installNode(version: number): Promise<{ program: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), `node-${version}-`));
  // The package fetches its program when it is installed.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  await npm(['install', `node@${version}`], folder);
  return { program: join(folder, 'node_modules/node/bin/node'), folder };
}

/**
 * Runs the program `use.mjs` in a folder where the package is installed.
 *
 * @param node - a Node
 * @returns what it has printed
 */
export async function useIn(
  folder: string,
  node: string,
  { url, failingUrl, key }: { url: string; failingUrl: string; key: string },
): Promise<Record<string, unknown>> {
  await cp('clients/typescript/test/support/use.mjs', join(folder, 'use.mjs'));
  const { stdout } = await run(node, ['use.mjs'], {
    cwd: folder,
    env: { GATEWAY_URL: url, FAILING_URL: failingUrl, API_KEY: key, HOME: folder },
  });
  return JSON.parse(stdout);
}
