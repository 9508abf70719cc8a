// The option of import and export that says what stands between the cells of CSV.
import { InvalidArgumentError, Option } from 'commander';
import { delimiters } from '../../customer/transfer/read/csv.ts';

function delimiterOf(text: string): string {
  const delimiter = { tab: '\t', comma: ',', semicolon: ';' }[text] ?? text;
  if (delimiters.some((known) => known === delimiter)) return delimiter;
  throw new InvalidArgumentError('Give comma, semicolon or tab.');
}

/** @param unsaid - what holds where it is not given */
export const delimiterOption = (unsaid: string) =>
  new Option('--delimiter <name>', `between cells: comma, semicolon or tab; ${unsaid}`).argParser(delimiterOf);
