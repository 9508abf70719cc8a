// The migrations, in the order in which they run.
import { Migration0001Initial } from './0001-initial.ts';

export const migrations = [Migration0001Initial];
