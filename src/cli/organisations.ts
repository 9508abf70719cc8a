// The program `npm run organisations`, on a Node that can read the rest of it.
import { assertNode } from '../node-version.ts';

assertNode();
await import('./commands/organisations.ts');
