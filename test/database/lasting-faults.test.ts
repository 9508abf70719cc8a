// Accounts that may not do what a start needs: one sentence and an end, by the gateway and by command.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, runSql, servingRoleOf } from '../support/database.ts';
import { freePort, spawnGateway } from '../support/process.ts';

let database: string;
let account: string;
beforeEach(async () => {
  database = await createDatabase();
  account = `account_${randomBytes(4).toString('hex')}`;
  await runSql(database, `create role ${account} login password 'x' in role ${servingRoleOf(database)}`);
});
afterEach(() => runSql(database, `drop owned by ${account}; drop role ${account}`));

/** What the gateway and `npm run migrate` say as the account; both must end by it. */
async function said(): Promise<string> {
  const url = new URL(database);
  [url.username, url.password] = [account, 'x'];
  const gateway = spawnGateway({ DATABASE_URL: url.href, PORT: String(await freePort()) });
  expect(await gateway.ended).toBe(1);
  const command = spawnSync(process.execPath, ['src/cli/migrate.ts'], {
    env: { PATH: process.env.PATH, DATABASE_URL: url.href },
    encoding: 'utf8',
  });
  expect(command).toMatchObject({ status: 1, stdout: '', stderr: gateway.output() });
  return gateway.output();
}

describe('an account that is only a member of the role', () => {
  it('is told that it may not create tables, where there are none', async () => {
    await runSql(database, 'drop schema public cascade; create schema public; grant usage on schema public to public');
    expect(await said()).toBe(
      `The account of DATABASE_URL may not create tables in the schema public: have its owner run: grant create on schema public to ${account};\n`,
    );
  });

  it('is told that the owner has to migrate, where there is something to migrate', async () => {
    await runSql(database, `delete from migration where name like '0006%'`);
    expect(await said()).toBe('DATABASE_URL must name the owner of the tables: this account may not do that.\n');
  });
});
