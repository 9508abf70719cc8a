import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What all tests share, those of `test/system/` too. */
export const shared = {
  globalSetup: ['test/support/postgres.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes at once, but for a machine that is busy with other tests.
  expect: { poll: { timeout: 15_000 } },
  // Tests import as the gateway does, through Node itself; Vite's resolver would load a second copy of graphql.
  experimental: { viteModuleRunner: false },
  // What a file imports, the next one of its worker finds loaded: nothing of ours is global, and an eighth of the time went into loading.
  isolate: false,
};

// Everything that these tests need comes with `npm ci`.
export default defineConfig({
  test: {
    ...shared,
    include: ['test/**/*.test.ts', 'clients/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/system/**'],
    // Many tests wait for processes that start and end: on two cores, three files at a time leave the least of them idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/generated/**'],
      reporter: ['text', 'text-summary'],
    },
  },
});
