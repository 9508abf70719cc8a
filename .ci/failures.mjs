// Prints what failed in reports of vitest (`--reporter=json`): the file, the test, and the first lines of each reason.
import { readFileSync } from 'node:fs';

/** Lines of a reason: what was expected and what came stand in the first ones. */
const LINES = 12;

for (const path of process.argv.slice(2)) {
  const { success, testResults } = read(path);
  const failures = testResults.flatMap(failuresIn);
  for (const [name, reason] of failures)
    console.log(`FAILED: ${name}\n${reason.split('\n').slice(0, LINES).join('\n')}`);
  if (!success && failures.length === 0)
    console.log(`FAILED: ${path}: an error outside of tests, or a run that ended early; its output is above`);
}

/** What failed in a file, each with its reason. */
function failuresIn({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [[name, message]];
  return failed.flatMap(({ fullName, failureMessages }) =>
    failureMessages.map((reason) => [`${name}: ${fullName}`, reason]),
  );
}

/** A report; one that tells of nothing where the run ended before it was written. */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { success: false, testResults: [] };
  }
}
