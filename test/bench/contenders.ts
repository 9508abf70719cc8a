// Who is measured.
import { readFile } from 'node:fs/promises';
import { createOrganisation, runSql } from '../support/database.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { buildFloors, leftOut } from './builds.ts';
import { whole } from './peers/statements.js';
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

/** Whose customers contenders have, and where. */
export interface Ground {
  statements: typeof whole;
  /** Tells programs in JavaScript to use those statements. */
  environment: Record<string, string>;
  /** What there is to know of each contender. */
  known: Pick<Contender, 'table' | 'groups'>;
  /** Makes an organisation with customers for a contender. */
  settle(bench: Bench): Promise<Pick<Contender, 'organisationId' | 'label'>>;
}

/** The gateway's own tables. */
const own: Ground = {
  statements: whole,
  environment: {},
  known: {},
  async settle({ databaseUrl }) {
    const organisationId = await createOrganisation(databaseUrl);
    const label = `c${organisationId}-`;
    await fillOrganisation(databaseUrl, organisationId, label, CUSTOMERS);
    return { organisationId, label };
  },
};

/** Starts a gateway: a contender for each of the APIs that are named. */
export async function startGatewayContenders(bench: Bench, names: string[]): Promise<Contender[]> {
  const gateway = await bench.startGateway();
  const contenders: Contender[] = [];
  for (const { name, ask, read } of apis) {
    if (!names.includes(`gateway, ${name}`)) continue;
    const settled = await own.settle(bench);
    const key = await bench.makeKey('PROD', 2_000_000_000, settled.organisationId);
    contenders.push({ name: `gateway, ${name}`, url: gateway.url, ...settled, usage: gateway, ask: ask(key), read });
  }
  return contenders;
}

/** Contenders that run, and how to end them. */
export interface Started {
  contenders: Contender[];
  stop(): Promise<void>;
}

/** Starts peers, each with an organisation of its own. */
export async function startPeers(bench: Bench, peers: Peer[], ground = own): Promise<Started> {
  const { statements, known } = ground;
  const started: (() => Promise<unknown>)[] = [];
  const contenders: Contender[] = [];
  for (const { program, runner, environment, talk, ...peer } of peers) {
    const settled = await ground.settle(bench);
    const all = {
      DATABASE_URL: bench.databaseUrl,
      ORGANISATION: String(settled.organisationId),
      // For programs that cannot import them.
      CREATE_OR_RETURN: statements.createOrReturn.typed,
      CREATE_OR_RETURN_MANY: statements.createOrReturnMany.typed,
      ...ground.environment,
      ...environment,
    };
    const { url, stop, ...usage } = await startPeer(program, all, runner);
    started.push(stop);
    contenders.push({ ...peer, ...known, url, ...settled, usage, ...talk(settled.organisationId) });
  }
  return { contenders, stop: async () => void (await Promise.all(started.map((stop) => stop()))) };
}

/**
 * Starts every contender on the bench's database.
 *
 * @returns with a sentence on those that do not run here
 */
export async function startContenders(bench: Bench): Promise<Started & { missing: string }> {
  const { floors, missing } = await floorPeers();
  await runSql(bench.databaseUrl, await readFile(new URL('functions.sql', PEERS), 'utf8'));
  const { contenders, stop } = await startPeers(bench, [...floors, ...peers]);
  contenders.push(...(await startGatewayContenders(bench, [REST, GRAPHQL])));
  await runSql(bench.databaseUrl, 'vacuum analyze');
  return { contenders, missing, stop };
}
