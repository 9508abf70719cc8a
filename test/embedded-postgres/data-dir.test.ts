// DATA_DIR in every combination of owner, mode, place and name: it works, or one sentence names it and says what to do.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Account, isRoot, makeFolder, mayBeOthers, nobody, start, stranger } from '../support/accounts.ts';
import { type FolderUse, useFolder } from '../support/data-folder.ts';
import { freePort } from '../support/process.ts';

/** Where a case makes its folders: all may enter, only the account of the tests may write. */
let base: string;
beforeEach(async () => {
  base = makeFolder(await mkdtemp(join(tmpdir(), 'gateway-')), 0o755);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function isReady(url: string, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return true;
    await sleep(50);
  }
  return false;
}

/** Runs a gateway until it is ready and ends it again; what it printed where it never was. */
async function startAndStop(dataDir: string, account?: Account): Promise<string> {
  const PORT = String(await freePort());
  const gateway = start(['src/main.ts'], account, { DATA_DIR: dataDir, PORT });
  const { child } = gateway;
  if (!(await isReady(`http://127.0.0.1:${PORT}`, () => child.exitCode !== null))) return gateway.output();
  child.kill('SIGTERM');
  expect((await gateway.ended).code).toBe(0);
  return 'works';
}

const list = (dataDir: string, account?: Account) =>
  start(['src/cli/organisations.ts', 'list'], account, { DATA_DIR: dataDir }).ended;

/** A folder works when a gateway serves from it and the next program finds there what it left. */
async function expectProgramsToWork(dataDir: string, account?: Account): Promise<void> {
  expect(await startAndStop(dataDir, account)).toBe('works');
  expect(await list(dataDir, account)).toMatchObject({ code: 0, output: expect.stringMatching(/^slug=demo /) });
}

const SENTENCE = /^DATA_DIR [^\n]+(: set|Name another folder, or set|, or set) DATABASE_URL\.$/;

/** Gateway and commands say the same: one sentence that names the folder, and what is wrong with it. */
async function expectProgramsToRefuse(dataDir: string, reason: string, account?: Account): Promise<void> {
  const gateway = start(['src/main.ts'], account, { DATA_DIR: dataDir, PORT: '0' });
  for (const { code, output } of await Promise.all([gateway.ended, list(dataDir, account)])) {
    expect(output.replace(/\n$/, '')).toMatch(SENTENCE);
    expect(output).toContain(reason);
    expect(code).toBe(1);
  }
}

const BY_OTHERS = 'is writable by others (chmod go-w)';
const OF_ANOTHER = 'belongs to another account';
const NOT_ALLOWED = 'this account may not use it';
const NO_FOLDER = 'something that is not a folder is in its place';
const NOWHERE = 'a symbolic link in its path is broken';
const TOO_LONG = 'its path is too long';

/** What a case is called, how its folder is made, and why it is refused; nothing where it works. */
type Case = [name: string, make: () => string, refused?: string];

const inBase = (name: string) => join(base, name);
const existing = (mode: number, owner?: Account) => () => makeFolder(inBase('data'), mode, owner);

function link(target: string, owner?: Account): string {
  symlinkSync(target, inBase('link'));
  if (owner) spawnSync('chown', ['-h', `${owner.uid}:${owner.gid}`, inBase('link')]);
  return inBase('link');
}

function below(mode: number, owner?: Account): string {
  return join(makeFolder(inBase('parent'), mode, owner), 'data');
}

function file(path: string): string {
  writeFileSync(path, '');
  return path;
}

const everywhere: Case[] = [
  ['a folder that is not there', () => inBase('data')],
  ['one below folders that are not there', () => inBase('a/b/data')],
  ['one that is its owner’s alone, as mktemp -d makes it', existing(0o700)],
  ['one that all may enter', existing(0o755)],
  ['one that all may write, each only what is theirs', existing(0o1777)],
  ['one that all may write', existing(0o777), BY_OTHERS],
  ['a file', () => file(inBase('file')), NO_FOLDER],
  ['one below a file', () => join(file(inBase('file')), 'data'), NO_FOLDER],
  ['a link to a folder', () => link(makeFolder(inBase('data'), 0o755))],
  ['a link that leads nowhere', () => link(inBase('nowhere')), NOWHERE],
  ['a link to itself', () => link(inBase('link')), NOWHERE],
  ['where nothing can be made', () => '/proc/data', ''],
  ['a relative path', () => relative('.', inBase('data'))],
  ['blanks, accents, quotes', () => inBase(` Jiří’s "data" 'of' $HOME \`x\`; %s \\ #=,`)],
  ['a line break', () => inBase('two\nlines'), 'its name contains an unprintable character'],
  ['a long path', () => inBase('long-'.repeat(40) + '/long'.repeat(100))],
  ['a path that is too long for PostgreSQL', () => inBase('long/'.repeat(190)), TOO_LONG],
  ['a path that is too long for the system', () => inBase('long/'.repeat(1_000)), TOO_LONG],
  ['a name that is too long', () => inBase('long'.repeat(100)), TOO_LONG],
  ['a database that is a link', () => databaseElsewhere(), 'is a symbolic link, belongs to another account'],
  ['a database that others may write', () => databaseOf(0o777), 'is a symbolic link, belongs to another account'],
];

function databaseElsewhere(): string {
  makeFolder(inBase('data'), 0o755);
  symlinkSync(makeFolder(inBase('elsewhere'), 0o700), inBase('data/postgres'));
  return inBase('data');
}

function databaseOf(mode: number, owner?: Account): string {
  makeFolder(inBase('data/postgres'), mode, owner);
  return inBase('data');
}

const asRoot: Case[] = [
  ['one that nobody may enter', existing(0o000)],
  ['one below a folder that is root’s alone', () => below(0o700)],
  ['one that the members of a group may write', existing(0o775, { uid: 0, gid: nobody.gid }), BY_OTHERS],
  ['one of the account that PostgreSQL may run as', existing(0o700, nobody)],
  ['one of another account', existing(0o755, stranger), OF_ANOTHER],
  ['one of another account, and closed', existing(0o700, stranger), OF_ANOTHER],
  ['one below a folder of another account', () => below(0o755, stranger), OF_ANOTHER],
  ['one below a folder that all may write', () => below(0o777), BY_OTHERS],
  ['one behind a link of another account', () => link(makeFolder(inBase('data'), 0o755), stranger), OF_ANOTHER],
  ['a database of another account', () => databaseOf(0o700, stranger), 'belongs to another account'],
];

const asNobody: Case[] = [
  ['one that is not there, where it may be made', () => below(0o755, nobody)],
  ['one that is not there, where it may not be made', () => inBase('data'), NOT_ALLOWED],
  ['one in a folder of the system', () => '/etc/nope', NOT_ALLOWED],
  ['one of its own', existing(0o700, nobody)],
  ['one of its own that nobody may enter', existing(0o000, nobody), NOT_ALLOWED],
  ['one of root’s', existing(0o755), NOT_ALLOWED],
  ['one of root’s that it may not enter', existing(0o700), NOT_ALLOWED],
  ['one of root’s that all may write, each only what is theirs', existing(0o1777)],
  ['one of another account that all may write', existing(0o777, stranger), OF_ANOTHER],
  ['one below a folder of another account', () => makeFolder(below(0o755, stranger), 0o755, nobody)],
  ['one below a folder that is root’s alone', () => makeFolder(below(0o700), 0o755, nobody), NOT_ALLOWED],
];

/** What gateways and commands do with a folder first, in this process or in one of another account. */
async function check([, make, refused]: Case, use: (dataDir: string) => Promise<FolderUse> = useFolder): Promise<void> {
  const said = await use(make());
  if (refused === undefined) return expect(said).toEqual({ gateway: 'works', command: 'works' });
  for (const sentence of [said.gateway, said.command]) {
    expect(sentence).toMatch(SENTENCE);
    expect(sentence).toContain(refused);
  }
}

const works = (cases: Case[]) => cases.filter(([, , refused]) => refused === undefined);
const isRefused = (cases: Case[]) => cases.filter(([, , refused]) => refused !== undefined);

describe(`DATA_DIR${isRoot ? ' of root' : ''}`, () => {
  const cases = [
    ...everywhere,
    ...(isRoot ? asRoot : [['one that it may not enter', existing(0), NOT_ALLOWED] as Case]),
  ];
  it.each(works(cases))('%s works', (...each) => check(each));
  it.each(isRefused(cases))('%s is refused in one sentence', (...each) => check(each));
  it('works for the programs themselves', () => expectProgramsToWork(inBase('a/b/data')));
  it('is refused by the programs themselves in one sentence', () =>
    expectProgramsToRefuse(existing(0o777)(), BY_OTHERS));
});

if (mayBeOthers)
  describe('DATA_DIR of an account without privileges', () => {
    let child: ChildProcess;
    beforeAll(() => {
      child = fork('test/programs/use-folders.ts', { ...nobody, env: { PATH: process.env.PATH } });
    });
    afterAll(() => void child.kill());
    const use = async (dataDir: string) => {
      child.send(dataDir);
      return (await once(child, 'message'))[0];
    };
    it.each(works(asNobody))('%s works', (...each) => check(each, use));
    it.each(isRefused(asNobody))('%s is refused in one sentence', (...each) => check(each, use));
    it('works for the programs themselves', () => expectProgramsToWork(below(0o755, nobody), nobody));
    it('is refused by the programs themselves in one sentence', () =>
      expectProgramsToRefuse(inBase('data'), NOT_ALLOWED, nobody));
    it('says so when the account has no name on this machine', async () => {
      await expectProgramsToRefuse(below(0o755, stranger), 'has no name on this machine', stranger);
    });
  });
