// The program `npm run export`, on a Node that can read the rest of it.
import { assertNode } from '../node-version.ts';

assertNode();
(await import('../process/compile-cache.ts')).keepCompiledCode();
const { main } = await import('./commands/export.ts');
await main();
