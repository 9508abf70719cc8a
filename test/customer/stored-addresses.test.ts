// Customers that an earlier version stored under an address that is written or matched otherwise today: found, and not made again.
import { expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

/** What version 0.1.0 stored: address and mailbox; and the address as it is today. */
const stored: [email: string, mailbox: string, today: string][] = [
  ['"john"@a.cz', '"john"@a.cz', 'john@a.cz'],
  ['"jo.hn+t"@gmail.com', '"john@gmail.com', 'jo.hn+t@gmail.com'],
  ['"+x"@gmail.com', '"@gmail.com', '+x@gmail.com'],
  ['"a b"@gmail.com', '"a b"@gmail.com', '"a b"@gmail.com'],
  ['"a@b+c"@gmail.com', '"a@b@gmail.com', '"a@b+c"@gmail.com'],
  ['"taken"@a.cz', '"taken"@a.cz', '"taken"@a.cz'],
  ['taken@a.cz', 'taken@a.cz', 'taken@a.cz'],
];

it('keeps them found when the database is brought to this version', async () => {
  const gateway = await startGateway();
  const { databaseUrl, organisationId } = gateway;
  for (const [i, [email, mailbox]] of stored.entries()) {
    await runSql(
      databaseUrl,
      'insert into customer (organisation_id, cu_ref_no, email, canonical_email) values ($1, $2, $3, $4)',
      [organisationId, String(i).padStart(16, 'a'), email, mailbox],
    );
  }
  await runSql(databaseUrl, "delete from migration where name = '0004-quoted-addresses'");
  const log = logTo('silent', { write: () => {} });
  expect(await migrate(parseDatabaseUrl(databaseUrl), entities, log)).toEqual(['0004-quoted-addresses']);

  for (const [i, [given, , today]] of stored.entries()) {
    const cuRefNo = String(i).padStart(16, 'a');
    const by = await gateway.graphql(`{ customer(by: { cuRefNo: "${cuRefNo}" }) { email } }`);
    expect(by.body.data.customer, given).toEqual({ email: today });
    // A blank has no place in an address; who has such a one is found by reference, and so is who lost the mailbox to another.
    if (today.includes(' ') || today === '"taken"@a.cz') continue;
    const found = await gateway.graphql('query ($e: String!) { customer(by: { email: $e }) { cuRefNo } }', {
      e: given,
    });
    expect(found.body.data.customer, given).toEqual({ cuRefNo });
    expect((await gateway.rest({ email: given })).body, given).toMatchObject({ newAccount: false, cuRefNo });
  }
  await gateway.close();
});
