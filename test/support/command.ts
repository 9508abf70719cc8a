// Operators' commands, run as an operator runs them.
import { spawn } from 'node:child_process';

/** What a command printed, and how it ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

type Name = 'keys' | 'organisations' | 'customers' | 'import' | 'export' | 'check' | 'migrate';
type Environment = Record<string, string>;

/** An environment of nothing but what is given, and what every process needs. */
function whole(environment: Environment): Environment {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...environment };
}

/** Runs `npm run keys`, `organisations`, `customers`, `import`, `export`, `check` or `migrate` in an environment of nothing but what is given. */
export function runCommand(name: Name, words: string[], environment: Environment): Promise<CommandResult> {
  const child = spawn(process.execPath, [`src/cli/${name}.ts`, ...words], { env: whole(environment) });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (result.stdout += chunk));
  child.stderr.on('data', (chunk) => (result.stderr += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, ...result })));
}

const programs: Record<Name, () => Promise<{ main(): Promise<void> }>> = {
  keys: () => import('../../src/cli/commands/keys.ts'),
  organisations: () => import('../../src/cli/commands/organisations.ts'),
  customers: () => import('../../src/cli/commands/customers.ts'),
  import: () => import('../../src/cli/commands/import.ts'),
  export: () => import('../../src/cli/commands/export.ts'),
  check: () => import('../../src/cli/commands/check.ts'),
  migrate: () => import('../../src/cli/commands/migrate.ts'),
};

/** Does the same as `runCommand` in this process, which spares a second of loading. One at a time; `stderr` is without what the log says. */
export async function runCommandHere(name: Name, words: string[], environment: Environment): Promise<CommandResult> {
  const result = { stdout: '', stderr: '' };
  const { argv, env, exitCode } = process;
  const { log, error } = console;
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  const to = (stream: 'stdout' | 'stderr') =>
    ((text: string, done?: () => void) => {
      result[stream] += text;
      done?.();
      return true;
    }) as typeof stdout.write;
  Object.assign(process, { argv: [process.execPath, name, ...words], env: whole(environment), exitCode: 0 });
  Object.assign(console, {
    log: (text: string) => to('stdout')(`${text}\n`),
    error: (text: string) => to('stderr')(`${text}\n`),
  });
  stdout.write = to('stdout');
  stderr.write = to('stderr');
  try {
    const { main } = await programs[name]();
    await main();
    return { code: Number(process.exitCode), ...result };
  } finally {
    Object.assign(process, { argv, env, exitCode });
    Object.assign(console, { log, error });
    [stdout.write, stderr.write] = writes;
  }
}
