import { defineConfig } from 'vitest/config';
import { hasRedis } from './test/support/redis.ts';

// Everything that the tests need comes with `npm ci`, but Redis: no package brings its program. `.ci/run` installs it.
const needRedis = 'test/redis.test.ts';
const withRedis = hasRedis() || process.env.CI !== undefined;
if (!withRedis) console.warn(`${needRedis} is left out: there is no redis-server on this machine.`);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(withRedis ? [] : [needRedis])],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests import as the gateway does, through Node itself; Vite's resolver would load a second copy of graphql.
    experimental: { viteModuleRunner: false },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/generated/**'],
      reporter: ['text', 'text-summary'],
    },
  },
});
