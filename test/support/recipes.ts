// The recipes of `docs/recipes/`, as tests follow them: files and commands are read out of the Markdown, and run as they are printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';

/** A command of a recipe. */
export interface Step {
  command: string;
  /** What the recipe says that it prints; undefined where it says nothing. */
  output: string | undefined;
  /** Whether that is JSON, which a page breaks into other lines than programs. */
  isJson?: boolean;
}

/** A recipe, taken apart. */
export interface Recipe {
  /** Its code, by the names of the files that it is saved as: `php gateway.php` beside the fence. */
  files: Record<string, string>;
  /** The variables that a reader fills in (`sh settings`), with their samples. */
  settings: Record<string, string>;
  /** The other commands, in their order. */
  steps: Step[];
}

/** JSON as programs write it; other text stays. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Takes a recipe apart. A block of `text` or `json` behind a command is what that prints. */
export function readRecipe(name: string): Recipe {
  const text = readFileSync(`docs/recipes/${name}.md`, 'utf8');
  const recipe: Recipe = { files: {}, settings: {}, steps: [] };
  let last: Step | undefined;
  for (const [, language, title = '', code = ''] of text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```/gm)) {
    const before = last;
    last = undefined;
    if (language === 'sh' && title === 'settings') Object.assign(recipe.settings, settingsOf(code));
    else if (language === 'sh') {
      last = { command: code.trim(), output: undefined };
      recipe.steps.push(last);
    } else if (title !== '') recipe.files[title] = code;
    else if (before && (language === 'text' || language === 'json')) {
      before.isJson = language === 'json';
      before.output = before.isJson ? compact(code) : code.trim();
    }
  }
  return recipe;
}

const settingsOf = (code: string) =>
  Object.fromEntries(Array.from(code.matchAll(/^export (\w+)=(.*)$/gm), ([, name, value = '']) => [name, value]));

/** Saves the code of a recipe where its reader would. */
export function saveFiles({ files }: Recipe, folder: string): void {
  for (const [name, code] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
}

/** Makes a folder that is like a checkout of the gateway, without data of its own. */
export function linkCheckout(folder: string): void {
  const own = ['.git', '.data', '.build'];
  for (const name of readdirSync('.').filter((each) => !own.includes(each)))
    symlinkSync(resolve(name), join(folder, name));
}

/** A shell that a reader has open: what a command sets, the next one finds. */
export class Terminal {
  readonly #shell: ChildProcess;
  #printed = '';
  /** Of the last command. */
  exitCode = 0;

  /** @param settings - what the reader fills in, and whatever else is in the environment */
  constructor(folder: string, settings: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#shell = spawn('bash', [], {
      cwd: folder,
      env: { PATH, HOME, ...settings },
      stdio: ['pipe', 'pipe', 'inherit'],
      // A group of its own, so that what it has started ends with it.
      detached: true,
    });
    this.#shell.stdout?.on('data', (chunk) => (this.#printed += chunk));
    // One pipe for both streams keeps what they say in its order.
    this.#shell.stdin?.write('exec 2>&1\n');
  }

  /**
   * Runs a command to its end.
   *
   * @param typed - what the reader types when it asks
   * @returns what it prints on both streams
   */
  async run(command: string, typed?: string): Promise<string> {
    const mark = `end-${randomUUID()}`;
    this.#printed = '';
    const asked = typed === undefined ? command : `{ ${command}\n} <<'${mark}'\n${typed}\n${mark}`;
    this.#shell.stdin?.write(`${asked}\ncode=$?; echo; echo ${mark} $code\n`);
    const end = new RegExp(`\\n${mark} (\\d+)\\n`);
    while (!end.test(this.#printed)) {
      if (this.#shell.exitCode !== null) throw new Error(`the shell has ended: ${this.#printed}`);
      await new Promise((tick) => setTimeout(tick, 20));
    }
    this.exitCode = Number(end.exec(this.#printed)?.[1]);
    return this.#printed.replace(end, '').trim();
  }

  /** Begins a command that does not end by itself. */
  begin(command: string): void {
    this.#shell.stdin?.write(`exec ${command}\n`);
  }

  /** What has been printed since the last command began. */
  get printed(): string {
    return this.#printed;
  }

  /** Ends it, with whatever runs in it. @returns once it has ended */
  close(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { pid, exitCode, signalCode } = this.#shell;
    if (pid === undefined || exitCode !== null || signalCode !== null) return Promise.resolve();
    const ended = new Promise<void>((done) => this.#shell.once('close', () => done()));
    process.kill(-pid, signal);
    return ended;
  }
}

/** What differs from run to run, as it looks in a recipe, and what it may be. The first that fits is taken. */
const varying: [inRecipe: RegExp, inRun: string][] = [
  [
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/y,
    '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|\\+00:00)',
  ],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/y, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  [/\b[0-9a-f]{32}\b/y, '[0-9a-f]{32}'],
  [/\b(?:PROD|DEV_|ROOT)\w{28}\b/y, '(?:PROD|DEV_|ROOT)\\w{28}'],
  [/\b(?:PROD|DEV_|ROOT)(?=\w*\d)\w{4}\b/y, '(?:PROD|DEV_|ROOT)\\w{4}'],
  // A reference; samples of them hold a digit, which words do not.
  [/\b(?=[A-Za-z]*\d)[A-Za-z0-9]{16}\b/y, '[A-Za-z0-9]{16}'],
  [/\bcommand:\w+/y, 'command:[\\w-]+'],
  [/\blocalhost:\d+/y, '(?:localhost|127\\.0\\.0\\.1):\\d+'],
];

/** The pattern of what a recipe says is printed: references, keys, times, addresses of the machine and ids may be others. */
export function patternOf(output: string): RegExp {
  let pattern = '';
  for (let place = 0; place < output.length; ) {
    const [found, inRun] = matchAt(output, place);
    pattern += inRun;
    place += found.length;
  }
  return new RegExp(`^${pattern}$`);
}

function matchAt(output: string, place: number): [found: string, inRun: string] {
  for (const [inRecipe, inRun] of varying) {
    inRecipe.lastIndex = place;
    const found = inRecipe.exec(output)?.[0];
    if (found !== undefined) return [found, inRun];
  }
  const character = output[place] as string;
  return [character, character.replace(/[.*+?^${}()|[\]\\]/, '\\$&')];
}

/**
 * Runs a command of a recipe, and compares what it prints with what the recipe says.
 *
 * @param exitCode - with which it must end
 * @param typed - what the reader types when it asks
 */
export async function follow(
  terminal: Terminal,
  step: Step | undefined,
  { exitCode = 0, typed }: { exitCode?: number; typed?: string } = {},
): Promise<string> {
  if (!step) throw new Error('the recipe has no such command');
  const printed = await terminal.run(step.command, typed);
  const found = step.isJson ? compact(printed) : printed;
  if (step.output !== undefined && !patternOf(step.output).test(found)) expect(found, step.command).toBe(step.output);
  expect(terminal.exitCode, `${step.command}\n${printed}`).toBe(exitCode);
  return printed;
}
