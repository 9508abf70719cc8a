// Several statements as one transaction: whole or not at all, on one connection, done anew where PostgreSQL asks for that.
import type pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CustomerGroupEntity } from '../../src/customer/group/group.entity.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import type { OrganisationDatabase } from '../../src/database/organisation-database.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase, createOrganisation, runSql, servingRoleOf } from '../support/database.ts';

const POOL_SIZE = 4;
let databaseUrl: string;
let ours: number;
let theirs: number;
let database: Database;
const opened: Database[] = [];

function open(operationTimeout?: number): Database {
  const connection = parseDatabaseUrl(databaseUrl);
  const log = pino({ level: 'silent' });
  const made = openDatabase({
    connection,
    entities,
    log,
    poolSize: POOL_SIZE,
    ...(operationTimeout && { operationTimeout }),
  });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  databaseUrl = await createDatabase();
  ours = await createOrganisation(databaseUrl);
  theirs = await createOrganisation(databaseUrl);
  await runSql(
    databaseUrl,
    `create sequence attempt;
     create function fail_until(good int, state text) returns int language plpgsql as $$
     begin
       if nextval('attempt') < good then raise exception using errcode = state; end if;
       return good;
     end $$;
     do $$ begin execute format('grant usage on sequence attempt to %I', '${servingRoleOf(databaseUrl)}'); end $$`,
  );
  database = open();
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

const insert = {
  name: 'insert_group',
  text: 'insert into customer_group (organisation_id, name, slug) values ($1, $2, $2) returning id',
};
const rename = {
  name: 'rename_group',
  text: 'update customer_group set name = $3 where organisation_id = $1 and slug = $2',
};
const slugs = { name: 'group_slugs', text: 'select slug from customer_group order by id' };
const failUntil = { name: 'fail_until', text: 'select fail_until($1, $2)' };
const fails = { name: 'fails', text: 'select 1 / $1::int' };
const add = (tx: OrganisationDatabase, slug: string) => tx.one(insert, [tx.organisationId, slug]);
const stored = async (prefix: string) =>
  (
    await runSql<{ slug: string }>(databaseUrl, 'select slug from customer_group where slug like $1 order by id', [
      `${prefix}%`,
    ])
  ).map(({ slug }) => slug);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

it('commits all of it, and gives what the work gave', async () => {
  const result = await database.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'whole-1');
    expect(await stored('whole')).toEqual([]);
    await add(tx, 'whole-2');
    return 'given';
  });
  expect(result).toBe('given');
  expect(await stored('whole')).toEqual(['whole-1', 'whole-2']);
});

it('leaves nothing of work that throws, and throws what it threw', async () => {
  const refusal = new Error('refused');
  const work = database.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'refused');
    throw refusal;
  });
  await expect(work).rejects.toBe(refusal);
  expect(await stored('refused')).toEqual([]);
});

it.each<[string, (tx: OrganisationDatabase) => Promise<unknown>]>([
  ['that the work caught', (tx) => tx.run(fails, [0]).catch(() => 'caught')],
  [
    'that nobody waited for',
    async (tx) => {
      tx.run(fails, [0]).catch(() => {});
    },
  ],
])('leaves nothing after a failed statement %s', async (_, part) => {
  const work = database.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'failed');
    return part(tx);
  });
  expect(await codeOf(work)).toBe('22012');
  expect(await stored('failed')).toEqual([]);
});

it('does what is to come once it is committed then, and not when it fails', async () => {
  const afterwards: unknown[] = [];
  const work = async (tx: OrganisationDatabase) => {
    await add(tx, `afterwards-${afterwards.length}`);
    await tx.onceCommitted(async (after) => {
      afterwards.push(await stored('afterwards'));
      await after.run(fails, [0]);
    });
    await tx.onceCommitted(async (after) => void afterwards.push((await after.run(slugs, [])).length > 0));
    expect(afterwards).toEqual([]);
  };
  const failing = database.forOrganisation(ours).transaction(async (tx) => {
    await work(tx);
    throw new Error('refused');
  });
  await expect(failing).rejects.toThrow('refused');
  expect(afterwards).toEqual([]);
  await database.forOrganisation(ours).transaction(work);
  expect(afterwards).toEqual([['afterwards-0'], true]);
});

it('takes statements that nobody waits for one after the other', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  await database.forOrganisation(ours).transaction(async (tx) => {
    await Promise.all(['one', 'two', 'three'].map((slug) => add(tx, `together-${slug}`)));
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(await stored('together')).toEqual(['together-one', 'together-two', 'together-three']);
  expect(warnings).toEqual([]);
});

it.each<[string, (view: OrganisationDatabase) => Promise<unknown>]>([
  ['a statement', (view) => view.run(slugs, [])],
  ['an entity', (view) => view.em.find(CustomerGroupEntity, {})],
  ['a transaction', (view) => view.transaction((tx) => tx.run(slugs, []))],
])('fails work that would wait for another connection: %s', async (_, past) => {
  const view = database.forOrganisation(ours);
  await expect(view.transaction(() => past(view))).rejects.toThrow('must use the database that it was handed');
  expect(await view.run(slugs, [])).toBeInstanceOf(Array);
});

it('takes no statement when it is over', async () => {
  let kept: OrganisationDatabase | undefined;
  await database.forOrganisation(ours).transaction(async (tx) => {
    kept = tx;
  });
  await expect(kept?.run(slugs, [])).rejects.toThrow('a transaction that is over');
});

it('every statement acts as the serving role, for the organisation, at its level, and in less and less time', async () => {
  const who = {
    name: 'who',
    text: `select current_user::text as role, current_setting('gateway.organisation') as organisation,
      current_setting('transaction_isolation') as level, pg_current_xact_id()::text as transaction,
      (select setting::int from pg_settings where name = 'statement_timeout') as left`,
  };
  type Row = { role: string; organisation: string; level: string; transaction: string; left: number };
  await runSql(
    databaseUrl,
    `alter database ${new URL(databaseUrl).pathname.slice(1)} set default_transaction_isolation = serializable`,
  );
  const other = open();
  const seen = await other.forOrganisation(ours).transaction(async (tx) => {
    const first = await tx.one<Row>(who, []);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [first, await tx.one<Row>(who, [])] as const;
  });
  await runSql(
    databaseUrl,
    `alter database ${new URL(databaseUrl).pathname.slice(1)} reset default_transaction_isolation`,
  );
  const [first, second] = seen;
  const expected = { role: servingRoleOf(databaseUrl), organisation: String(ours), level: 'read committed' };
  expect([first, second]).toMatchObject([expected, expected]);
  expect(second.transaction).toBe(first.transaction);
  expect(second.left).toBeLessThan(first.left);
});

it('reaches no row of another organisation', async () => {
  await database.forOrganisation(theirs).transaction((tx) => add(tx, 'theirs'));
  const seen = await database.forOrganisation(ours).transaction((tx) => tx.run<{ slug: string }>(slugs, []));
  expect(seen.map(({ slug }) => slug)).not.toContain('theirs');
  const write = database.forOrganisation(ours).transaction((tx) => tx.run(insert, [theirs, 'smuggled']));
  expect(await codeOf(write)).toBe('42501');
});

it('is one with a transaction in it, with entities and with batched statements', async () => {
  const batched = {
    name: 'group_by_slug',
    text: `select position::int, g.id from unnest($2::text[]) with ordinality as s (slug, position)
      join customer_group g on g.organisation_id = $1 and g.slug = s.slug`,
    keyOf: (slug: string) => slug,
    isSame: () => true,
    values: (organisationId: number, calls: readonly string[]) => [organisationId, calls],
  };
  const work = database.forOrganisation(ours).transaction(async (tx) => {
    const { id } = (await tx.transaction((inner) => add(inner, 'inner'))) as { id: number };
    const found = await tx.em.findOne(CustomerGroupEntity, { organisationId: ours, slug: 'inner' });
    const { row } = await tx.runBatched<string, { position: number; id: number }>(batched, 'inner');
    expect([found?.id, row?.id]).toEqual([id, id]);
    throw new Error('given up');
  });
  await expect(work).rejects.toThrow('given up');
  expect(await stored('inner')).toEqual([]);
});

it.each(['40001', '40P01'])('is done anew after %s, and leaves nothing of the first attempts', async (state) => {
  await runSql(databaseUrl, `select setval('attempt', 1, false)`);
  let attempts = 0;
  await database.forOrganisation(ours).transaction(async (tx) => {
    attempts += 1;
    await add(tx, `anew-${state.toLowerCase()}-${attempts}`);
    await tx.run(failUntil, [4, state]);
  });
  expect(await stored(`anew-${state.toLowerCase()}`)).toEqual([`anew-${state.toLowerCase()}-4`]);
});

it.each([
  ['40001', 11],
  ['40P01', 11],
  ['23505', 1],
  ['55P03', 1],
])('%s that goes on is given up after %i attempts', async (state, attempts) => {
  await runSql(databaseUrl, `select setval('attempt', 1, false)`);
  let counted = 0;
  const work = database.forOrganisation(ours).transaction((tx) => {
    counted += 1;
    return tx.run(failUntil, [1_000, state]);
  });
  expect(await codeOf(work)).toBe(state);
  expect(counted).toBe(attempts);
});

it('two that wait for each other both end well', async () => {
  await database.forOrganisation(ours).transaction(async (tx) => {
    for (const slug of ['cross-a', 'cross-b']) await add(tx, slug);
  });
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const crossing = (first: string, second: string) =>
    database.forOrganisation(ours).transaction(async (tx) => {
      await tx.run(rename, [ours, first, 'renamed']);
      waiting += 1;
      if (waiting === 2) both.resolve();
      await both.promise;
      await tx.run(rename, [ours, second, 'renamed']);
    });
  await Promise.all([crossing('cross-a', 'cross-b'), crossing('cross-b', 'cross-a')]);
  expect(waiting).toBeGreaterThan(2);
});

it('ends when the time of the operation is up, whether PostgreSQL or the work takes it', async () => {
  const hasty = open(300);
  const slow = { name: 'slow', text: 'select pg_sleep(5)' };
  const byStatement = hasty.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'late-1');
    await tx.run(slow, []);
  });
  const byWork = hasty.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'late-2');
    await new Promise((resolve) => setTimeout(resolve, 400));
  });
  expect(await Promise.all([codeOf(byStatement), codeOf(byWork)])).toEqual(['57014', 'INTERNAL_SERVICE_UNAVAILABLE']);
  expect(await stored('late')).toEqual([]);
});

it('goes on where sessions have forgotten what was prepared', async () => {
  const pool: pg.Pool = await database.orm.em.getConnection().getNativeClient();
  for (const slug of ['stale-1', 'stale-2']) {
    const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()));
    for (const client of clients) await client.query('deallocate all');
    for (const client of clients) client.release();
    await database.forOrganisation(ours).transaction((tx) => add(tx, slug));
  }
  expect(await stored('stale')).toEqual(['stale-1', 'stale-2']);
});

it('leaves nothing when its connection is lost, and the next one goes well, ten times', async () => {
  const pid = { name: 'pid', text: 'select pg_backend_pid() as pid' };
  for (let i = 0; i < 10; i++) {
    const work = database.forOrganisation(ours).transaction(async (tx) => {
      await add(tx, `lost-${i}`);
      const { pid: own } = await tx.one<{ pid: number }>(pid, []);
      await runSql(databaseUrl, 'select pg_terminate_backend($1)', [own]);
      await add(tx, `lost-${i}-too`);
    });
    await expect(work).rejects.toThrow();
    await database.forOrganisation(ours).transaction((tx) => add(tx, `found-${i}`));
  }
  expect(await stored('lost')).toEqual([]);
  expect(await stored('found')).toHaveLength(10);
});

it('gives its connection back, whatever came of it', async () => {
  const works = Array.from({ length: 60 }, (_, i) =>
    codeOf(
      database.forOrganisation(i % 2 === 0 ? ours : theirs).transaction(async (tx) => {
        await add(tx, `many-${i}`);
        if (i % 3 === 0) await tx.run(fails, [0]);
        if (i % 5 === 0) throw new Error('given up');
      }),
    ),
  );
  const outcomes = await Promise.all(works);
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(32);
  expect(await stored('many')).toHaveLength(32);
  const pool: pg.Pool = await database.orm.em.getConnection().getNativeClient();
  expect([pool.waitingCount, pool.totalCount - pool.idleCount]).toEqual([0, 0]);
});

it('is not begun when its time is up', async () => {
  const view = open(100).forOrganisation(ours);
  await view.run(slugs, []);
  await new Promise((resolve) => setTimeout(resolve, 150));
  let attempts = 0;
  const work = view.transaction(async () => {
    attempts += 1;
  });
  expect(await codeOf(work)).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  expect(attempts).toBe(0);
});

it('keeps its connection when the work took too long', async () => {
  const hasty = open(200);
  const pid = { name: 'pid', text: 'select pg_backend_pid() as pid' };
  let used: unknown;
  const late = hasty.forOrganisation(ours).transaction(async (tx) => {
    used = await tx.one(pid, []);
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  expect(await codeOf(late)).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  expect(await hasty.forOrganisation(ours).one(pid, [])).toEqual(used);
});

it('leaves nothing when a transaction in it failed, whoever caught that', async () => {
  const refusal = new Error('refused');
  const work = database.forOrganisation(ours).transaction(async (tx) => {
    await add(tx, 'half-1');
    const part = tx.transaction(async (inner) => {
      await add(inner, 'half-2');
      throw refusal;
    });
    await part.catch(() => {});
    return add(tx, 'half-3');
  });
  await expect(work).rejects.toBe(refusal);
  expect(await stored('half')).toEqual([]);
});
