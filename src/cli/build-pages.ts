// The program `npm run build:pages`, on a Node that can read the rest of it.
import { assertNode } from '../node-version.ts';

assertNode();
const { main } = await import('./commands/build-pages.ts');
await main();
