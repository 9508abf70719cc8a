// Gateways behind PgBouncer in transaction mode, under load for a while: whether rows cross between organisations, statements run as anybody but
// the serving role, revoked keys answer, or calls fail: `npm run bench:pooler -- --seconds 600` (Linux; PgBouncer, or its path in PGBOUNCER).
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createOrganisation, runSql, servingRoleOf } from '../support/database.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { openBench } from './support.ts';

const GATEWAYS = 4;
const LANES = 24;
/** Milliseconds from one key that is made, used and revoked to the next; and those that a revoked one may go on. */
const REVOCATION_INTERVAL = 2_000;
const NOTICED_WITHIN = 1_000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '600' } } });
const bench = await openBench();
const pooler = await startPgBouncer(bench.databaseUrl, { size: 15 });
const gateways = await Promise.all(
  Array.from({ length: GATEWAYS }, () =>
    bench.startGateway({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: bench.databaseUrl, REVERSE_DNS: 'off' }),
  ),
);
// Who writes: anybody but the serving role is written down.
await runSql(
  bench.databaseUrl,
  `create table others (role text);
   create function note_other(role text) returns void language plpgsql security definer as $$
     begin if role <> '${servingRoleOf(bench.databaseUrl)}' then insert into others values (role); end if; end $$;
   create function note_writer() returns trigger language plpgsql as $$
     begin perform note_other(current_user::text); return new; end $$;
   create trigger note_writer before insert or update on customer for each row execute function note_writer()`,
);
const limit = 2_000_000_000;
const organisations = await Promise.all(
  ['one', 'two'].map(async (name) => {
    const id = await createOrganisation(bench.databaseUrl, name);
    return { name, id, key: await bench.makeKey('PROD', limit, id), references: [] as string[] };
  }),
);

const seen = { calls: 0, failed: 0, crossed: 0, revoked: 0, 'answered after': 0 };
let stopped = false;

async function call(lane: number, key: string, path: string, body: object) {
  const gateway = gateways[(lane + seen.calls) % GATEWAYS] as (typeof gateways)[number];
  seen.calls += 1;
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  const text = (await answer?.text()) ?? '';
  return { status: answer?.status ?? 0, text };
}

async function work(lane: number): Promise<void> {
  for (let i = 0; !stopped; i++) {
    const [own, other] = (lane + i) % 2 === 0 ? organisations : organisations.toReversed();
    if (!own || !other) return;
    const email = `${own.name}-${lane}-${i % 400}@example.com`;
    const made = await call(lane, own.key, '/api/v1/customer/create', { email, customerRealIp: `192.0.2.${i % 250}` });
    const reference = /"cuRefNo":"(\w+)"/.exec(made.text)?.[1];
    if (made.status !== 200 || !reference) seen.failed += 1;
    else own.references[(lane * 997 + i) % 1_000] = reference;
    const wanted = other.references.find(Boolean);
    const query = `{ customer(by: { cuRefNo: "${wanted}" }) { cuRefNo } customers(first: 20) { edges { node { cuRefNo email } } } }`;
    const found = await call(lane, own.key, '/graphql', { query });
    if (found.status !== 200 || found.text.includes('"errors"')) seen.failed += 1;
    if ((wanted && found.text.includes(wanted)) || found.text.includes(`"email":"${other.name}-`)) seen.crossed += 1;
  }
}

async function revoke(): Promise<void> {
  while (!stopped) {
    const [organisation] = organisations;
    const key = await bench.makeKey('PROD', limit, organisation?.id);
    const ask = () =>
      Promise.all(
        gateways.map((_, i) => call(i, key, '/graphql', { query: '{ customers(first: 1) { edges { cursor } } }' })),
      );
    await ask();
    await ask();
    await runSql(bench.databaseUrl, 'update api_key set active = false where fingerprint = $1', [key.slice(0, 8)]);
    seen.revoked += 1;
    await sleep(NOTICED_WITHIN);
    for (const { text } of [...(await ask()), ...(await ask())])
      if (text.includes('"data":{')) seen['answered after'] += 1;
    await sleep(REVOCATION_INTERVAL);
  }
}

const running = [...Array.from({ length: LANES }, (_, lane) => work(lane)), revoke()];
await sleep(Number(values.seconds) * 1_000);
stopped = true;
await Promise.all(running);
const others = await runSql(bench.databaseUrl, 'select role, count(*)::int from others group by role');
console.log(
  JSON.stringify({ seconds: Number(values.seconds), gateways: GATEWAYS, ...seen, 'statements as others': others }),
);
for (const gateway of gateways) await gateway.stop();
await pooler.stop();
await bench.close();
