// Two gateways are restarted one after the other under load: behind nginx, behind HAProxy, and called directly.
import { expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { restartUnderLoad, type Way } from '../support/rolling-restart.ts';

async function expectNothingCut(way: Way, WORKERS: string): Promise<void> {
  const figures = await restartUnderLoad(way, 1, await createDatabase(), { DRAIN_SECONDS: '2', WORKERS });
  expect(figures.calls).toBeGreaterThan(500);
  expect(figures).toMatchObject({ cut: [], lost: 0, doubled: 0, abandoned: 0 });
}

it.each([
  ['nginx', '1'],
  ['nginx', '2'],
  ['haproxy', '1'],
  ['direct', '1'],
  ['direct', '2'],
] as const)('cuts no answer: %s, WORKERS=%s', expectNothingCut, 120_000);
