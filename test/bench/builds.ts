// The floors that Node does not run: Bun, and programs in Go and Rust that are built from Debian's packages.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { installPeers, PEERS } from './programs.ts';

const run = promisify(execFile);
const BUILD = new URL('build/', PEERS).pathname;
const GO_PACKAGES = '/usr/share/gocode';
const CRATES = '/usr/share/cargo/registry';
const NEEDED_CRATES = [
  'hyper-0.14',
  'rand-0.8',
  'serde-1',
  'serde_derive-1',
  'serde_json-1',
  'tokio-1',
  'tokio-postgres-0.7',
];
/** A tool of another language that starts within this time is there. */
const PATIENCE = 20_000;

/** With the folder in which rustup puts its tools. */
const env = { ...process.env, PATH: [process.env.PATH, join(homedir(), '.cargo/bin')].join(delimiter) };

/** What runs a floor, or why nothing does. */
export interface Build {
  language: 'Bun' | 'Go' | 'Rust';
  /** Of the tool that runs or builds it. */
  version?: string;
  /** The program: of Bun, what runs others. */
  program?: string;
  missing?: string;
}

async function versionOf(tool: string, ...parameters: string[]): Promise<string | undefined> {
  const printed = await run(tool, parameters, { timeout: PATIENCE, env }).catch(() => undefined);
  return printed?.stdout.trim();
}

async function findBun(): Promise<Build> {
  const program = new URL('node_modules/.bin/bun', PEERS).pathname;
  const version = await versionOf(program, '--version');
  return version
    ? { language: 'Bun', program, version: `Bun ${version}` }
    : { language: 'Bun', missing: 'the program of its npm package does not start' };
}

async function buildGo(): Promise<Build> {
  const language = 'Go';
  const version = await versionOf('go', 'version');
  const lacking = [
    ...(version ? [] : ['golang-go']),
    ...(existsSync(join(GO_PACKAGES, 'src/github.com/jackc/pgx/v4')) ? [] : ['golang-github-jackc-pgx-v4-dev']),
  ];
  if (lacking.length > 0) return { language, missing: notInstalled(lacking) };
  const program = join(BUILD, 'floor-go');
  await run('go', ['build', '-o', program, new URL('go/main.go', PEERS).pathname], {
    env: { ...env, GO111MODULE: 'off', GOPATH: GO_PACKAGES },
  });
  return { language, program, version: version?.replace(/^go version go(\S+).*/, 'Go $1') };
}

async function buildRust(): Promise<Build> {
  const language = 'Rust';
  const version = await versionOf('cargo', '--version');
  const present = await readdir(CRATES).catch(() => []);
  const lacking = [
    ...(version ? [] : ['cargo']),
    ...NEEDED_CRATES.filter((crate) => !present.some((name) => name.startsWith(crate))).map(packageOf),
  ];
  if (lacking.length > 0) return { language, missing: notInstalled(lacking) };
  // A copy, because cargo writes the lock file anew where Debian has other versions. Times are kept: what is built stays built.
  const copy = join(BUILD, 'rust');
  await cp(new URL('rust/', PEERS), copy, { recursive: true, preserveTimestamps: true });
  await run('cargo', ['build', '--release', '--offline', '--target-dir', 'target'], { cwd: copy, env });
  const program = join(copy, 'target/release/floor');
  return { language, program, version: version?.replace(/^cargo (\S+).*/, 'Rust $1') };
}

/** Debian's package of a crate and its version. */
const packageOf = (crate: string) => `librust-${crate.replace(/-[\d.]+$/, '').replaceAll('_', '-')}-dev`;

function notInstalled(names: string[]): string {
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not installed`;
}

/** A build that fails leaves its language out: whoever measures the gateway need not mend a compiler. */
async function tried(language: Build['language'], build: () => Promise<Build>): Promise<Build> {
  console.log(`building the floor: ${language}`);
  try {
    return await build();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    console.error(stderr ?? error);
    return { language, missing: 'its build failed' };
  }
}

async function buildAll(): Promise<Build[]> {
  await installPeers();
  await mkdir(BUILD, { recursive: true });
  return [await tried('Bun', findBun), await tried('Go', buildGo), await tried('Rust', buildRust)];
}

let builds: Promise<Build[]> | undefined;

/** Builds what can be built, once, before anything is measured. */
export function buildFloors(): Promise<Build[]> {
  builds ??= buildAll();
  return builds;
}

/** What of a list was left out and why, as a sentence; nothing where all is there. */
export function leftOut(missing: { language: string; missing?: string }[]): string {
  const names = missing.flatMap(({ language, missing: why }) => (why ? [`${language} (${why})`] : []));
  return names.length > 0 ? `Left out: ${names.join(', ')}.` : '';
}
