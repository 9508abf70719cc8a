// One listening connection for all that a process wants to hear: each subscriber hears its channel, and is told when it may have missed something.
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { LISTENER_NAME, Listener } from '../../src/database/listener.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { createDatabase, runSql } from '../support/database.ts';
import { openProxy } from '../support/proxy.ts';

const LOST = 'LISTEN connection lost; cache of apples bypassed, cache of pears bypassed until it reconnects';
const BACK = 'LISTEN connection is back; notifications are heard again';

/** For what happens soon, on a machine that may have much to do. */
const soon = { timeout: 10_000 };

let url: string;
let database: Database;
let listener: Listener;
let log: { level: number; msg: string }[];
const openLog = () => logTo('info', { write: (line: string) => void log.push(JSON.parse(line)) });
const messages = () => log.map(({ msg }) => msg);
beforeAll(async () => {
  url = await createDatabase();
});
beforeEach(() => {
  log = [];
  const connection = parseDatabaseUrl(url);
  database = openDatabase({ connection, entities, log: openLog() });
  listener = new Listener({ connection, database, log: openLog() });
});
afterEach(async () => {
  listener.close();
  await database.close();
});

/** Subscribes, and keeps what is heard; each gap stands in it too. */
function hear(channel: string, on = listener) {
  const heard: string[] = [];
  const subscription = on.subscribe(channel, {
    whileAway: `cache of ${channel} bypassed`,
    onNotification: (payload) => void heard.push(payload),
    onGap: () => void heard.push('gap'),
  });
  return { heard, isLive: () => subscription.isLive() };
}

const live = (...subscriptions: { isLive(): boolean }[]) =>
  expect.poll(() => subscriptions.map(({ isLive }) => isLive()), soon).not.toContain(false);
const send = (channel: string, payload: string) => runSql(url, 'select pg_notify($1, $2)', [channel, payload]);
const connections = () =>
  runSql<{ pid: number }>(
    url,
    'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
    [LISTENER_NAME],
  );
const terminate = async () => {
  const pids = await connections();
  expect(pids).toHaveLength(1);
  await runSql(url, 'select pg_terminate_backend($1)', [pids[0]?.pid]);
};

it('several channels are heard on one connection, each by its own subscribers', async () => {
  const [apples, pears, morePears] = [hear('apples'), hear('pears'), hear('pears')];
  expect([apples, pears].map(({ isLive }) => isLive())).toEqual([false, false]);
  listener.open();
  await live(apples, pears, morePears);
  expect(await connections()).toHaveLength(1);
  await send('apples', 'red');
  await send('pears', 'green');
  await expect.poll(() => pears.heard, soon).toEqual(['gap', 'green']);
  expect(morePears.heard).toEqual(['gap', 'green']);
  expect(apples.heard).toEqual(['gap', 'red']);
  expect(messages()).toEqual([]);
});

it('a subscriber that comes later is live as soon as its channel is heard, and the others remain so', async () => {
  const apples = hear('apples');
  listener.open();
  await live(apples);
  const [before] = await connections();
  await send('pears', 'too early');
  const pears = hear('pears');
  expect([apples.isLive(), pears.isLive()]).toEqual([true, false]);
  await live(pears);
  expect(await connections()).toEqual([before]);
  await send('pears', 'green');
  await send('apples', 'red');
  await expect.poll(() => apples.heard, soon).toEqual(['gap', 'red']);
  expect(pears.heard).toEqual(['gap', 'green']);
});

it('a subscriber is live only once its gap was told, so that nothing older than the gap is trusted', async () => {
  const seen: boolean[] = [];
  const subscription = listener.subscribe('apples', {
    whileAway: 'cache of apples bypassed',
    onNotification: () => {},
    onGap: () => void seen.push(subscription.isLive()),
  });
  listener.open();
  await live(subscription);
  expect(seen).toEqual([false]);
});

it('all are told of a gap after each loss of the connection, those that came later too', async () => {
  const apples = hear('apples');
  listener.open();
  await live(apples);
  const pears = hear('pears');
  await live(pears);
  for (const loss of [1, 2]) {
    await terminate();
    await expect.poll(() => messages().filter((text) => text === LOST), soon).toHaveLength(loss);
    expect([apples.isLive(), pears.isLive()]).toEqual([false, false]);
    await live(apples, pears);
    await send('apples', `red ${loss}`);
    await send('pears', `green ${loss}`);
    await expect.poll(() => pears.heard.at(-1), soon).toBe(`green ${loss}`);
  }
  expect(apples.heard).toEqual(['gap', 'gap', 'red 1', 'gap', 'red 2']);
  expect(pears.heard).toEqual(['gap', 'gap', 'green 1', 'gap', 'green 2']);
  expect(await connections()).toHaveLength(1);
  expect(messages()).toEqual([LOST, BACK, LOST, BACK]);
});

it('nobody is live where notifications do not arrive, whoever subscribes when', async () => {
  const proxy = await openProxy(url);
  proxy.deafen();
  const deaf = new Listener({ connection: parseDatabaseUrl(proxy.url), database, log: openLog() });
  const apples = hear('apples', deaf);
  deaf.open();
  await expect.poll(messages, soon).toEqual([expect.stringContaining('LISTEN connection lost')]);
  const pears = hear('pears', deaf);
  await proxy.mend();
  await live(apples, pears);
  proxy.deafen();
  const plums = hear('plums', deaf);
  await expect.poll(() => [apples, pears, plums].map(({ isLive }) => isLive()), soon).toEqual([false, false, false]);
  expect(plums.heard).toEqual([]);
  deaf.close();
  await proxy.close();
});

it('is tried again soon where nothing is heard for the first time, however often it could not connect before', async () => {
  const tries = () => log.filter(({ msg }) => msg.startsWith('LISTEN connection lost')).length;
  const debugLog = logTo('debug', { write: (line: string) => void log.push(JSON.parse(line)) });
  const proxy = await openProxy(url);
  const away = new Listener({ connection: parseDatabaseUrl(proxy.url), database, log: debugLog });
  const apples = hear('apples', away);
  await proxy.cut();
  away.open();
  // The next pauses are 3,200 and 5,000 milliseconds.
  await expect.poll(tries, soon).toBe(6);
  await proxy.mend();
  proxy.deafen();
  await expect.poll(tries, soon).toBe(7);
  await proxy.mend();
  await expect.poll(() => apples.isLive(), { timeout: 3_000 }).toBe(true);
  away.close();
  await proxy.close();
});

it('a subscriber that fails takes no other along, and is told that it missed something', async () => {
  let failures = 0;
  const heard: string[] = [];
  const failing = listener.subscribe('apples', {
    whileAway: 'nothing',
    onNotification() {
      failures += 1;
      throw new Error('no apples');
    },
    onGap: () => void heard.push('gap'),
  });
  const apples = hear('apples');
  listener.open();
  await live(failing, apples);
  await send('apples', 'red');
  await expect.poll(() => apples.heard, soon).toEqual(['gap', 'red']);
  await expect.poll(() => heard, soon).toEqual(['gap', 'gap']);
  await live(failing);
  expect([failures, apples.isLive(), apples.heard.length]).toEqual([1, true, 2]);
  expect(log).toMatchObject([{ level: 50, msg: 'notification not taken; it counts as missed', channel: 'apples' }]);
});

it('a closed listener leaves no connection, and nobody live', async () => {
  const apples = hear('apples');
  listener.open();
  await live(apples);
  listener.close();
  expect(apples.isLive()).toBe(false);
  await expect.poll(connections, soon).toEqual([]);
  expect(messages()).toEqual([]);
});

it.each(['', 'Apples', 'red apples', 'apples; drop table customer', '"apples"', 'äpfel', '1apples', 'a'.repeat(64)])(
  'takes no channel %j',
  (channel) => {
    expect(() => hear(channel)).toThrow('not the name of a channel');
  },
);

it.each(['user', 'a'.repeat(63)])('takes a channel %j, whatever it means to SQL', async (channel) => {
  const subscription = hear(channel);
  listener.open();
  await live(subscription);
  await send(channel, 'heard');
  await expect.poll(() => subscription.heard, soon).toEqual(['gap', 'heard']);
});
