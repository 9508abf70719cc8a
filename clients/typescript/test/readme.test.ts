// The README: its code compiles, runs against a demo as it stands, and prints what it says.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../../test/support/gateway.ts';
import { installPacked } from './support/package.ts';

const readme = readFileSync('clients/typescript/README.md', 'utf8');
const blocks = (language: string) =>
  Array.from(readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms')), ([, block = '']) => block);
const run = promisify(execFile);

let demo: TestGateway;
let folder: string;
beforeAll(async () => {
  demo = await startGateway({ demo: true });
  folder = await installPacked();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await demo.close();
});

/** Leads what is sent to the port of the README to the demo. */
const redirection = `
  const { fetch } = globalThis;
  globalThis.fetch = (request) => fetch(new Request(request.url.replace('http://localhost:4000', process.env.DEMO), request));
`;

it('its code compiles, and prints what it says', async () => {
  const code = blocks('ts');
  expect(code.length).toBeGreaterThan(7);
  await writeFile(join(folder, 'readme.ts'), code.join('\n'));
  await writeFile(join(folder, 'redirection.mjs'), redirection);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['readme.ts'] }));
  const compile = [resolve('node_modules/typescript/bin/tsc'), '--project', folder];
  const compiled = await run(process.execPath, compile).catch((error) => error);
  expect(compiled.stdout).toBe('');

  const { stdout } = await run(process.execPath, ['--import', './redirection.mjs', 'readme.ts'], {
    cwd: folder,
    env: { ...process.env, DEMO: demo.url, NO_COLOR: '1' },
  });
  expect(stdout).toBe(blocks('text').join(''));
});
