// Many calls at once, over two gateway processes on one database.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../src/database/migrations/index.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { type GatewayProcess, startProcess } from '../support/process.ts';
import { seededRandom } from '../support/random.ts';

let databaseUrl: string;
let key: string;
let gateways: GatewayProcess[];

beforeAll(async () => {
  databaseUrl = await createDatabase();
  key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
  gateways = await Promise.all([
    startProcess({ DATABASE_URL: databaseUrl }),
    startProcess({ DATABASE_URL: databaseUrl }),
  ]);
});
afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

async function create(i: number, body: object) {
  const response = await fetch(`${gateways[i % 2]?.url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { newAccount: boolean; cuRefNo: string }) };
}

describe('200 identical creates at once', () => {
  it.each(Array.from({ length: 10 }, (_, i) => `race${i}@example.com`))(
    'make one customer, and none fails: %s',
    async (email) => {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => create(i, { email })));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(answers.filter(({ newAccount }) => newAccount)).toHaveLength(1);
      expect(new Set(answers.map(({ cuRefNo }) => cuRefNo)).size).toBe(1);
    },
  );
});

it('fills all blanks and overwrites none when 100 calls fill different ones', async () => {
  const email = 'blanks@example.com';
  const { cuRefNo } = await create(0, { email });
  const fields = ['companyName', 'companyRegistrationNumber', 'taxIdentificationNumber'] as const;
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => create(i, { email, [fields[i % 3] as string]: `V${i}` })),
  );
  expect(answers.every((answer) => answer.status === 200 && !answer.newAccount && answer.cuRefNo === cuRefNo)).toBe(
    true,
  );
  const profile = async () =>
    (
      await runSql<Record<string, string>>(
        databaseUrl,
        'select company_name, company_registration_number, tax_identification_number from customer where email = $1',
        [email],
      )
    )[0];
  const filled = await profile();
  expect(Object.values(filled ?? {})).toEqual([
    expect.stringMatching(/^V\d+$/),
    expect.stringMatching(/^V\d+$/),
    expect.stringMatching(/^V\d+$/),
  ]);
  await Promise.all(fields.map((field, i) => create(i, { email, [field]: 'LATE' })));
  expect(await profile()).toEqual(filled);
});

it('keeps the first of two values for one blank, and shows the same to all who ask after', async () => {
  for (let round = 0; round < 20; round++) {
    const email = `pair${round}@example.com`;
    await create(0, { email });
    await Promise.all([create(0, { email, companyName: 'A' }), create(1, { email, companyName: 'B' })]);
    const [one, two] = await Promise.all([create(0, { email, companyName: 'C' }), create(1, { email })]);
    expect(['A', 'B']).toContain((one as unknown as { companyName: string }).companyName);
    expect(two).toMatchObject({ companyName: (one as unknown as { companyName: string }).companyName });
  }
});

it('20,000 creates, three of ten for a mailbox that others ask for too, make each customer once and without a deadlock', async () => {
  const CALLS = 20_000;
  const LANES = 64;
  const SHARED = 1_500;
  const random = seededRandom(6);
  const inputs = Array.from({ length: CALLS }, (_, i) => {
    const shared = random() < 0.3;
    return {
      email: shared ? `shared${Math.floor(random() * SHARED)}@load.example` : `alone${i}@load.example`,
      ...(random() < 0.5 && { companyName: `C${i}` }),
      ...(random() < 0.5 && { customerRealIp: `10.0.0.${i % 200}` }),
    };
  });
  let next = 0;
  let made = 0;
  const failed: unknown[] = [];
  const lane = async () => {
    for (let i = next++; i < CALLS; i = next++) {
      const answer = await create(i, inputs[i] as object);
      if (answer.newAccount) made += 1;
      if (answer.status !== 200) failed.push(answer);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const distinct = new Set(inputs.map(({ email }) => email)).size;
  expect(failed).toEqual([]);
  expect(made).toBe(distinct);
  const [row] = await runSql(
    databaseUrl,
    `select count(*)::int as customers, (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks
     from customer where email like '%@load.example'`,
  );
  expect(row).toEqual({ customers: distinct, deadlocks: 0 });
}, 180_000);

it('migrates an empty database once when two processes start at the same time', async () => {
  const empty = new URL(await createDatabase());
  await runSql(empty.href, 'drop schema public cascade; create schema public');
  const started = await Promise.all([
    startProcess({ DATABASE_URL: empty.href }),
    startProcess({ DATABASE_URL: empty.href }),
  ]);
  const [{ count }] = (await runSql<{ count: string }>(empty.href, 'select count(*) from migration')) as [
    { count: string },
  ];
  expect(Number(count)).toBe(migrations.length);
  for (const gateway of started) expect(await gateway.stop()).toBe(0);
});
