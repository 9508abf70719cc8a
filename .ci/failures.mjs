// Prints what failed in reports of vitest (`--reporter=json`): the file, the test, and the first lines of the reason.
import { readFileSync } from 'node:fs';

/** Lines of a reason: what was expected and what came stand in the first ones. */
const LINES = 12;

for (const path of process.argv.slice(2)) {
  for (const file of read(path)) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (file.status === 'failed' && failed.length === 0) console.log(`FAILED: ${file.name}\n${file.message}`);
    for (const { fullName, failureMessages } of failed)
      console.log(
        `FAILED: ${file.name}: ${fullName}\n${failureMessages.join('\n').split('\n').slice(0, LINES).join('\n')}`,
      );
  }
}

/** The files of a report; none where the run ended before it was written. */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    return [];
  }
}
