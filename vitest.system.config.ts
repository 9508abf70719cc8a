import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.ts';

// Tests with programs that no npm package brings, such as Redis and nginx; `.ci/run` installs them.
export default defineConfig({
  // They share ports and processors: one file after the other.
  test: { ...shared, include: ['test/system/**/*.test.ts'], fileParallelism: false },
});
