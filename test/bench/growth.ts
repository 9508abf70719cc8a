// The same create in a database that grows.
import { createOrganisation, runSql } from '../support/database.ts';
import { CREATE_NEW, compare, RETURN_EXISTING } from './gateway.ts';
import type { Effort } from './main.ts';
import { fixed, type Section, table } from './report.ts';
import type { Round } from './rounds.ts';
import type { Bench } from './support.ts';

const SIZES = [10_000, 1_000_000, 10_000_000];
const PIECE = 500_000;

/** Adds customers to an organisation, numbered on from those that it has. */
async function grow(url: string, organisationId: number, label: string, from: number, to: number): Promise<void> {
  for (let first = from + 1; first <= to; first += PIECE) {
    await runSql(
      url,
      `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
       select $1::int, substr(md5($1::int || '/' || n), 1, 16), $2 || n || '@example.com', $2 || n || '@example.com'
       from generate_series($3::int, $4::int) n`,
      [organisationId, label, first, Math.min(first + PIECE - 1, to)],
    );
    console.log(`${Math.min(first + PIECE - 1, to)} customers`);
  }
  await runSql(url, 'vacuum analyze customer');
  await runSql(url, 'checkpoint');
}

/** Measures creates at ten thousand, a million and ten million customers. */
export async function measureGrowth(bench: Bench, effort: Effort): Promise<Section> {
  const organisationId = await createOrganisation(bench.databaseUrl);
  const label = 'grown';
  const key = await bench.makeKey('PROD', 2_000_000_000, organisationId);
  const gateway = await bench.startGateway();
  const variants = [{ name: 'gateway', gateways: [gateway], key, organisationId, label }];
  const load = { ...effort, connections: 32 };
  // A process that has just started is slower, which the fewest customers would be blamed for.
  await compare(bench, variants, CREATE_NEW, load);
  const results: { size: number; fresh: Round; existing: Round }[] = [];
  for (const [i, size] of SIZES.entries()) {
    await grow(bench.databaseUrl, organisationId, label, SIZES[i - 1] ?? 0, size);
    const [fresh] = await compare(bench, variants, CREATE_NEW, load);
    const [existing] = await compare(bench, variants, RETURN_EXISTING, load);
    if (fresh && existing) results.push({ size, fresh, existing });
  }
  const rateAt = (size: number) => results.find((result) => result.size === size)?.fresh.rate ?? Number.NaN;
  const rows = results.map(({ size, fresh, existing }) => [
    size,
    fixed(fresh.rate),
    fixed(fresh.p99, 1),
    fixed(fresh.database),
    fixed(existing.rate),
    fixed(existing.p99, 1),
    fixed(existing.database),
  ]);
  const columns = (of: string) => [`${of}, requests/s`, 'p99 ms', 'database CPU µs'];
  return {
    title: 'Growth',
    text: `REST, 32 connections. Beside these customers there are those that the gateway was warmed up with.\n\n${table(['customers', ...columns('new'), ...columns('existing')], rows)}`,
    promised: [
      {
        what: 'create at 10 million customers to create at 10 thousand',
        must: '≥ 0.85',
        aim: '0.95',
        measured: rateAt(10_000_000) / rateAt(10_000),
        atLeast: 0.85,
      },
    ],
  };
}
