import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.ts';

// Tests with programs that no npm package brings, such as Redis and nginx; `.ci/run` installs them.
export default defineConfig({
  // Programs of their own share the processors with the gateways: two files at a time.
  test: { ...shared, include: ['test/system/**/*.test.ts'], maxWorkers: 2 },
});
