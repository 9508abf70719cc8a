// The gateway beside floors that have less to do: a light table, and nothing that belongs to its customers.
import { createOrganisation, runSql } from '../support/database.ts';
import {
  CUSTOMERS,
  FLOOR,
  floorPeers,
  GO,
  type Ground,
  PIPELINED,
  REST,
  RUST,
  RUST_COALESCING,
  startGatewayContenders,
  startPeers,
} from './contenders.ts';
import { CREATE_NEW, RETURN_EXISTING } from './gateway.ts';
import type { Effort } from './main.ts';
import { light, lightTable } from './peers/statements.js';
import type { Section } from './report.ts';
import { checkContender, measure, type Result } from './rounds.ts';
import type { Bench } from './support.ts';
import { tables } from './throughput.ts';

const CONNECTIONS = [1, 32, 256];
const NAMES = [FLOOR, PIPELINED, GO, RUST, RUST_COALESCING];
const TABLE = 'light.customer';

const ground: Ground = {
  statements: light,
  environment: { LIGHT: '1' },
  known: { table: TABLE, groups: 0 },
  async settle({ databaseUrl }) {
    const organisationId = await createOrganisation(databaseUrl);
    const label = `light${organisationId}-`;
    await runSql(
      databaseUrl,
      `insert into ${TABLE} (organisation_id, cu_ref_no, email, canonical_email)
       select $1::int, substr(md5($1::int || '/' || n), 1, 16), $2 || n || '@example.com', $2 || n || '@example.com'
       from generate_series(1, $3::int) n order by n`,
      [organisationId, label, CUSTOMERS],
    );
    return { organisationId, label };
  },
};

/** Measures creates through REST, and at floors on a light table. */
export async function measureLight(bench: Bench, effort: Effort): Promise<Section> {
  const { contenders, missing, stop } = await startLight(bench);
  try {
    for (const contender of contenders) await checkContender(bench, contender);
    const results: Result[] = [];
    for (const workload of [CREATE_NEW, RETURN_EXISTING])
      for (const connections of effort.quick ? [32] : CONNECTIONS) {
        console.log(`${workload.name} at ${connections} connections`);
        results.push(...(await measure(bench, contenders, workload, { ...effort, connections })));
      }
    const said = [
      `The floors work on a table of their own in the same database. It has a primary key and one unique index.
No group, referrer or subscription belongs to its customers. The gateway works on its own tables.`,
      missing,
      tables(results),
    ];
    return { title: 'Floors on a light table', text: said.filter(Boolean).join('\n\n') };
  } finally {
    await stop();
  }
}

async function startLight(bench: Bench) {
  const { floors, missing } = await floorPeers();
  await runSql(bench.databaseUrl, lightTable);
  const chosen = floors.filter(({ name }) => NAMES.includes(name));
  const { contenders, stop } = await startPeers(bench, chosen, ground);
  contenders.push(...(await startGatewayContenders(bench, [REST])));
  await runSql(bench.databaseUrl, 'vacuum analyze');
  return { contenders, missing, stop };
}
