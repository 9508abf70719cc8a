// Merges that race with everything else: nothing is lost, nobody leads nowhere, and nobody waits in a circle.
import { expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';
import { stormOfMerges } from '../support/merge-storm.ts';

it('merges lose no credit and no customer, whatever races with them over two gateways', async () => {
  const gateway = await startGateway();
  const second = await startGateway({ databaseUrl: gateway.databaseUrl });
  const other = { graphql: second.graphql, rest: second.rest };
  const { counts, credit, references } = await stormOfMerges(
    [
      gateway,
      {
        graphql: (q, v, o) => other.graphql(q, v, { key: gateway.key, ...o }),
        rest: (b, o) => other.rest(b, { key: gateway.key, ...o }),
      },
    ],
    60,
  );
  expect(Object.keys(counts).filter((name) => /INTERNAL_SERVER_ERROR|UNAVAILABLE/.test(name))).toEqual([]);
  expect(counts['mergeCustomers ok']).toBeGreaterThan(5);
  const [{ balance } = { balance: undefined }] = await runSql<{ balance: number }>(
    gateway.databaseUrl,
    'select coalesce(sum(credit_balance), 0)::int as balance from customer',
  );
  expect(balance).toBe(credit);
  // Deleted ones are led to by their references too, for those who may see them.
  for (const cuRefNo of references) {
    const { body } = await gateway.graphql(
      'mutation ($r: String!) { restoreCustomer(input: { by: { cuRefNo: $r }, reason: "after" }) { customer { cuRefNo } } }',
      { r: cuRefNo },
    );
    expect(body.errors?.[0].extensions.code ?? 'INTERNAL_CONFLICT', JSON.stringify(body)).toBe('INTERNAL_CONFLICT');
  }
  await expectClean(gateway.databaseUrl);
  await expect
    .poll(
      async () =>
        (
          await runSql(
            gateway.databaseUrl,
            `select pg_stat_clear_snapshot(), deadlocks::int from pg_stat_database where datname = current_database()`,
          )
        )[0],
    )
    .toMatchObject({ deadlocks: 0 });
  await Promise.all([gateway.close(), second.close()]);
}, 120_000);
