// The report of an import, opened.
import { fstat } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileFailure } from '../../../customer/transfer/file-failure.ts';
import { UnusableFileError } from '../../../customer/transfer/header.ts';
import { ReportFile, type ReportForm } from '../../../customer/transfer/import/report.ts';
import type { ImportRun } from '../../../customer/transfer/import/run.entity.ts';
import { note } from '../../output.ts';

const statOfInput = promisify(fstat);

/**
 * Opens the report of an import.
 *
 * @param path - undefined where none is wanted
 * @param file - what is imported, in whose place the report must not come
 * @param earlier - the import that is gone on with
 * @throws UnusableFileError
 */
export async function reportOf(
  path: string | undefined,
  file: string,
  source: ReportForm,
  earlier: ImportRun | undefined,
): Promise<ReportFile | undefined> {
  if (path === undefined) return undefined;
  const report = await openReport(path, file, source, earlier).catch((error: unknown) => {
    throw fileFailure(`The report ${path} cannot be written`, error);
  });
  if (earlier && earlier.refused + earlier.withoutReferral > 0 && !report.isContinued)
    note('The earlier report is not there: this one has the rows that are refused from now on.');
  return report;
}

async function openReport(
  path: string,
  file: string,
  form: ReportForm,
  earlier: ImportRun | undefined,
): Promise<ReportFile> {
  const statOf = (each: string) => (each === '-' ? statOfInput(0) : stat(each));
  const [report, imported] = await Promise.all([path, file].map((each) => statOf(each).catch(() => undefined)));
  if (report && imported && report.dev === imported.dev && report.ino === imported.ino)
    throw new UnusableFileError('The report would take the place of the file that is imported.');
  if (path === '-' || (report && !report.isFile()))
    throw new UnusableFileError(`The report cannot be written: ${path} is no file.`);
  return ReportFile.open(path, form, earlier && { length: earlier.reportBytes, digest: earlier.reportDigest });
}
