// Which column of a file is which of ours.
import { parse } from 'csv-parse/sync';
import { ConfigError } from '../../config.ts';
import { columnNamed, reportColumns, type TransferColumn, transferColumns } from './columns.ts';
import { undoDefuse } from './formula.ts';

/** Columns that a file may have, besides those that a report has put before them. */
export const MOST_COLUMNS = 1_000;
/** Cells of a row that are looked at. */
export const MOST_CELLS = MOST_COLUMNS + reportColumns.length;
const CUSTOM = 'customFields.';

/** What a column of a file is: one of ours, a custom field, or nothing that is imported. */
export type Target = { readonly column: TransferColumn } | { readonly customField: string } | null;

/** What the operator says of columns. */
export interface HeaderOptions {
  /** By the header in the file: a column of ours, `customFields.` and a name, or nothing to pass over it. */
  readonly map: ReadonlyMap<string, Target>;
  /** Whether columns that are not known become custom fields. */
  readonly customFields: boolean;
}

/** What is known of a header. */
export interface Header {
  readonly names: readonly string[];
  readonly targets: readonly Target[];
  /** Names of the columns that are not imported because nobody knows them. */
  readonly unknown: readonly string[];
  /** Places of those, and of others of which the operator has said nothing: custom fields. */
  readonly unmapped: readonly number[];
}

/** A reason why a file cannot be imported at all, in one sentence. */
export class UnusableFileError extends ConfigError {}

/** Reads what `--map` says, as a line of CSV: `E-mail=email,"Size, shoes=customFields.size"`. @throws UnusableFileError */
export function readMap(text = ''): Map<string, Target> {
  const pairs = pairsIn(text).filter((pair) => pair.trim() !== '');
  const map = new Map<string, Target>();
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const header = pair.slice(0, Math.max(at, 0)).trim();
    if (at === -1) throw new UnusableFileError(`--map has no = in "${shortened(pair)}": say header=column.`);
    if (header === '') throw new UnusableFileError(`--map names no column of the file in "${shortened(pair)}".`);
    if (map.has(header)) throw new UnusableFileError(`--map names "${shortened(header)}" twice.`);
    map.set(header, targetNamed(pair.slice(at + 1).trim()));
  }
  return map;
}

function pairsIn(text: string): string[] {
  try {
    return parse(text, { relax_quotes: true, relax_column_count: true }).flat();
  } catch (error) {
    throw new UnusableFileError('--map has a quotation mark that is never closed.', { cause: error });
  }
}

/** Shows a text of a file in a message. */
export function shortened(text: string): string {
  const characters = [...text.slice(0, 130).replace(/\p{C}/gu, '\ufffd')];
  return characters.length > 64 || text.length > 130 ? `${characters.slice(0, 63).join('')}…` : characters.join('');
}

function targetNamed(target: string): Target {
  if (target === '') return null;
  if (target.startsWith(CUSTOM) && target !== CUSTOM) return { customField: target.slice(CUSTOM.length) };
  const column =
    target === CUSTOM ? undefined : (transferColumns.find((name) => name === target) ?? columnNamed(target));
  if (column === undefined)
    throw new UnusableFileError(
      `--map names "${shortened(target)}", which is none of the columns ${transferColumns.join(', ')}, nor customFields.NAME.`,
    );
  return { column };
}

/**
 * Finds out what the columns of a file are.
 *
 * @throws UnusableFileError where two are the same, a mapped one is not there, or none says who a customer is
 */
export function readHeader(names: readonly string[], options: HeaderOptions): Header {
  const trimmed = names.map((name) => undoDefuse(name.trim()));
  const count = trimmed.filter((name) => !isReportColumn(name)).length;
  if (count > MOST_COLUMNS || names.length > MOST_CELLS)
    throw new UnusableFileError(
      `The file has ${names.length.toLocaleString('en')} columns; at most ${MOST_COLUMNS.toLocaleString('en')} are read.`,
    );
  // A report of NDJSON has no columns for members that were passed over, or that it has in `customFields`.
  const isReport = trimmed.some(isReportColumn);
  for (const header of options.map.keys())
    if (!isReport && !trimmed.includes(header))
      throw new UnusableFileError(`--map names "${shortened(header)}", which is no column of the file.`);
  const targets = trimmed.map((name) => targetOf(name, options));
  assertDistinct(trimmed, targets);
  assertNaming(targets);
  const unknown = trimmed.filter((name, i) => targets[i] === null && !isKnownAsNothing(name, options));
  const isUnmapped = (name: string, i: number) => {
    const target = targets[i];
    return !(target && 'column' in target) && !isKnownAsNothing(name, options) && !options.map.has(name);
  };
  return {
    names: trimmed,
    targets,
    unknown,
    unmapped: [...trimmed.keys()].filter((i) => isUnmapped(trimmed[i] as string, i)),
  };
}

function targetOf(name: string, options: HeaderOptions): Target {
  if (name === '' || (isReportColumn(name) && !options.map.has(name))) return options.map.get(name) ?? null;
  return targetNamedIn(name, options) ?? null;
}

/** What a column, or a member of an object, is by its name; undefined where nobody knows it. */
export function targetNamedIn(name: string, { map, customFields }: HeaderOptions): Target | undefined {
  const mapped = map.get(name);
  if (mapped !== undefined) return mapped;
  const column = columnNamed(name);
  if (column) return { column };
  return customFields ? { customField: name } : undefined;
}

/** Whether a column is one that a report has put before those of the file. */
export const isReportColumn = (name: string) => reportColumns.some((column) => column === name);

function isKnownAsNothing(name: string, { map }: HeaderOptions): boolean {
  return name === '' || map.get(name) === null || isReportColumn(name);
}

function assertDistinct(names: readonly string[], targets: readonly Target[]): void {
  const seen = new Map<string, string>();
  targets.forEach((target, i) => {
    if (!target) return;
    const key = 'column' in target ? target.column : `${CUSTOM}${target.customField}`;
    const [other, name] = [seen.get(key), names[i] as string];
    if (other === name)
      throw new UnusableFileError(`Two columns of the file are called "${shortened(name)}": rename one of them there.`);
    if (other !== undefined)
      throw new UnusableFileError(
        `The columns "${shortened(other)}" and "${shortened(name)}" of the file are both ${shortened(key)}: say by --map which of them is to be left out ("${shortened(name)}=").`,
      );
    seen.set(key, name);
  });
}

function assertNaming(targets: readonly Target[]): void {
  const naming = ['email', 'cuRefNo', 'phone'];
  if (targets.some((target) => target && 'column' in target && naming.includes(target.column))) return;
  throw new UnusableFileError(
    'No column of the file is known as email, cuRefNo or phone: name one by --map "header=email". The first row of a CSV file holds the names of its columns.',
  );
}
