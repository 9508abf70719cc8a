// Who is measured.
import { readFile } from 'node:fs/promises';
import { createOrganisation, runSql } from '../support/database.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { buildFloors, leftOut } from './builds.ts';
import { light, whole } from './peers/statements.js';
import { PEERS, startPeer } from './programs.ts';
import { apis, type Dialect, floor, handWritten, postgraphile, type Question, sofa } from './questions.ts';
import type { Bench, Usage } from './support.ts';

/** A server that runs. */
export interface Contender extends Dialect {
  name: string;
  url: string;
  organisationId: number;
  /** E-mail addresses of the customers that its organisation begins with: this and a number from 1 on. */
  label: string;
  usage: Usage;
  /** What it can be asked, where that is not everything. */
  questions?: readonly Question[];
  /** A slow one is measured with 32 connections only: more of them teach nothing, and take long. */
  isSlow?: boolean;
  /** Where its customers are, if not in `customer`. */
  table?: string;
  /** How many groups the customers have that its organisation begins with: 3 unless told. */
  groups?: number;
}

/** A program to be measured. */
export interface Peer extends Pick<Contender, 'name' | 'questions' | 'isSlow'> {
  program: string;
  /** What runs it, where Node does not. */
  runner?: string;
  environment?: Record<string, string>;
  talk(organisationId: number): Dialect;
}

/** How many customers the organisation of a contender begins with. */
export const CUSTOMERS = 20_000;
const talk = () => floor;
const CREATES: readonly Question[] = ['create'];

/** Names of contenders that figures were promised of. */
export const FLOOR = 'floor';
export const PIPELINED = 'floor, pipelined';
export const COALESCING = 'floor, coalescing';
export const BUN = 'floor, Bun';
export const GO = 'floor, Go';
export const RUST = 'floor, Rust';
export const RUST_COALESCING = 'floor, Rust, coalescing';
export const USUAL = 'Yoga + Pothos + MikroORM, usual';
export const MERCURIUS = 'Mercurius + jit';
export const REST = 'gateway, REST';
export const GRAPHQL = 'gateway, GraphQL';

/** Every floor that runs here, and a sentence on those that do not. */
export async function floorPeers(): Promise<{ floors: Peer[]; missing: string }> {
  const builds = await buildFloors();
  const programOf = (which: string) => builds.find(({ language }) => language === which)?.program;
  const [bun, go, rust] = [programOf('Bun'), programOf('Go'), programOf('Rust')];
  const node = { program: 'floor.js', talk };
  const floors: Peer[] = [
    { name: FLOOR, ...node },
    { name: PIPELINED, ...node, environment: { PIPELINED: '1' } },
    // Look-ups do not travel together: asked for those, it is the floor.
    { name: COALESCING, ...node, environment: { COALESCING: '1' }, questions: CREATES },
  ];
  if (bun) floors.push({ name: BUN, ...node, runner: bun });
  // `env` becomes the program that it is given.
  if (go) floors.push({ name: GO, program: go, runner: 'env', questions: CREATES, talk });
  if (rust) {
    const ofRust = { program: rust, runner: 'env', questions: CREATES, talk };
    floors.push({ name: RUST, ...ofRust });
    floors.push({ name: RUST_COALESCING, ...ofRust, environment: { COALESCING: '1' } });
  }
  return { floors, missing: leftOut(builds) };
}

const peers: Peer[] = [
  { name: USUAL, program: 'yoga.js', isSlow: true, talk: () => handWritten },
  { name: MERCURIUS, program: 'mercurius.js', talk: () => handWritten },
  { name: 'Apollo Server', program: 'apollo.js', isSlow: true, talk: () => handWritten },
  { name: 'SOFA', program: 'sofa.js', isSlow: true, talk: () => sofa },
  { name: 'PostGraphile', program: 'postgraphile.js', isSlow: true, talk: postgraphile },
];

/** What tells a peer which database, whose customers and which statements are its own. */
export function environmentOf(bench: Bench, organisationId: number, isLight = false): Record<string, string> {
  const statements = isLight ? light : whole;
  return {
    DATABASE_URL: bench.databaseUrl,
    ORGANISATION: String(organisationId),
    ...(isLight ? { LIGHT: '1' } : {}),
    // For programs that cannot import them.
    CREATE_OR_RETURN: statements.createOrReturn.typed,
    CREATE_OR_RETURN_MANY: statements.createOrReturnMany.typed,
  };
}

/** Makes an organisation with customers for a contender. */
export async function ownOrganisation(bench: Bench): Promise<{ organisationId: number; label: string }> {
  const organisationId = await createOrganisation(bench.databaseUrl);
  const label = `c${organisationId}-`;
  await fillOrganisation(bench.databaseUrl, organisationId, label, CUSTOMERS);
  return { organisationId, label };
}

/** Starts a gateway: a contender for each of the APIs that are named. */
export async function startGatewayContenders(bench: Bench, names: string[]): Promise<Contender[]> {
  const gateway = await bench.startGateway();
  const contenders: Contender[] = [];
  for (const { name, ask, read } of apis) {
    if (!names.includes(`gateway, ${name}`)) continue;
    const own = await ownOrganisation(bench);
    const key = await bench.makeKey('PROD', 2_000_000_000, own.organisationId);
    contenders.push({ name: `gateway, ${name}`, url: gateway.url, ...own, usage: gateway, ask: ask(key), read });
  }
  return contenders;
}

/** Contenders that run, and how to end them. */
export interface Started {
  contenders: Contender[];
  /** A sentence on those that do not run here. */
  missing: string;
  stop(): Promise<void>;
}

/** Starts every contender on the bench's database, each with an organisation of its own. */
export async function startContenders(bench: Bench): Promise<Started> {
  const { floors, missing } = await floorPeers();
  await runSql(bench.databaseUrl, await readFile(new URL('functions.sql', PEERS), 'utf8'));
  const started: (() => Promise<unknown>)[] = [];
  const contenders: Contender[] = [];
  for (const { program, runner, environment, talk, ...peer } of [...floors, ...peers]) {
    const own = await ownOrganisation(bench);
    const all = { ...environmentOf(bench, own.organisationId), ...environment };
    const { url, stop, ...usage } = await startPeer(program, all, runner);
    started.push(stop);
    contenders.push({ ...peer, url, ...own, usage, ...talk(own.organisationId) });
  }
  contenders.push(...(await startGatewayContenders(bench, [REST, GRAPHQL])));
  await runSql(bench.databaseUrl, 'vacuum analyze');
  return { contenders, missing, stop: async () => void (await Promise.all(started.map((stop) => stop()))) };
}
