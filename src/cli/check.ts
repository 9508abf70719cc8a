// The program `npm run check`, on a Node that can read the rest of it.
import { assertNode } from '../node-version.ts';

assertNode();
await import('./commands/check.ts');
