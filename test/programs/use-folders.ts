// Uses the data folders that it is told of, and tells how that went: for tests of what another account may do.
import { useFolder } from '../support/data-folder.ts';

process.on('message', async (dataDir: string) => process.send?.(await useFolder(dataDir)));
