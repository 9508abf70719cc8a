// Operators' commands, run as an operator runs them.
import { spawn } from 'node:child_process';

/** What a command printed, and how it ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `npm run keys`, `organisations`, `customers` or `check` in an environment of nothing but what is given. */
export function runCommand(
  name: 'keys' | 'organisations' | 'customers' | 'check',
  words: string[],
  environment: Record<string, string>,
): Promise<CommandResult> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [`src/cli/${name}.ts`, ...words], {
    env: { PATH, HOME, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...environment },
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (result.stdout += chunk));
  child.stderr.on('data', (chunk) => (result.stderr += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, ...result })));
}
