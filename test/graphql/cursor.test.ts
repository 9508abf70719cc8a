// Cursors: what was given out holds, and whatever else is sent is refused at its argument before PostgreSQL sees it.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesSort } from '../../src/customer/changes.ts';
import { ipHistorySort } from '../../src/customer/ip-history/ip-history.ts';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { ApiError } from '../../src/errors/api-error.ts';
import { cursorReader, encodeCursor, positionCursor } from '../../src/graphql/schema/cursor.ts';
import { createDatabase, statementsOf } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';

const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** A list that is sorted by values of every type. */
const sort = [
  { type: 'text', ifNull: `''` },
  { type: 'integer' },
  { type: 'timestamptz', ifNull: `'-infinity'` },
  { type: 'inet' },
  { type: 'text' },
] as const;
const cursors = positionCursor('customer', sort);
const moment = '2026-11-28T08:30:00.125Z';
const written = (...values: unknown[]) => base64url(`customer:${values.join(' ')}`);

function refusalOf(read: (cursor: string, argument: string) => unknown, cursor: string): unknown {
  try {
    return { read: read(cursor, 'before') };
  } catch (error) {
    return error instanceof ApiError ? { code: error.code, fields: error.fields } : error;
  }
}

const refused = {
  code: 'INTERNAL_VALIDATION_FAILED',
  fields: [{ path: 'before', message: 'must be a cursor of this list' }],
};

describe('what the version before gave out', () => {
  it.each([
    ['customers', encodeCursor('customer', 'Ab3dEf6hIj9lMn0p'), 'Y3VzdG9tZXI6QWIzZEVmNmhJajlsTW4wcA'],
    ['API keys', encodeCursor('apiKey', 'DEV_4bcd'), 'YXBpS2V5OkRFVl80YmNk'],
    [
      'addresses',
      positionCursor('ipSighting', ipHistorySort).write([new Date(moment), '2001:db8::9']),
      'aXBTaWdodGluZzoyMDI2LTExLTI4VDA4OjMwOjAwLjEyNVogMjAwMTpkYjg6Ojk',
    ],
    ['changes of a customer', positionCursor('customerChange', changesSort).write([17]), 'Y3VzdG9tZXJDaGFuZ2U6MTc'],
  ])('is what is given out, for %s', (_, cursor, before) => expect(cursor).toBe(before));

  it('is read', () => {
    expect(cursorReader('customer')('Y3VzdG9tZXI6QWIzZEVmNmhJajlsTW4wcA', 'after')).toBe('Ab3dEf6hIj9lMn0p');
    expect(cursorReader('apiKey')('YXBpS2V5OkRFVl80YmNk', 'after')).toBe('DEV_4bcd');
    expect(
      positionCursor('ipSighting', ipHistorySort).read(
        'aXBTaWdodGluZzoyMDI2LTExLTI4VDA4OjMwOjAwLjEyNVogMjAwMTpkYjg6Ojk',
        'after',
      ),
    ).toEqual([new Date(moment), '2001:db8::9']);
    expect(positionCursor('customerChange', changesSort).read('Y3VzdG9tZXJDaGFuZ2U6MTc', 'after')).toEqual([17]);
  });
});

describe('a cursor of what belongs to a customer', () => {
  let gateway: TestGateway;
  const transactionId = 'Zk3dPq81LmTr5vXa';
  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.rest({ email: 'cursor@example.com' });
    const input = { by: { email: 'cursor@example.com' }, amount: 5, description: 'x', transactionId };
    const query =
      'mutation ($i: AdjustCustomerCreditInput!) { adjustCustomerCredit(input: $i) { entry { transactionId } } }';
    expect((await gateway.graphql(query, { i: input })).body.errors).toBeUndefined();
  });
  afterAll(() => gateway.close());

  /** Asks for pages of a list, each by another cursor, and gives what is said of each and the statements that were sent. */
  async function ask(list: string, cursors: readonly string[], argument: string) {
    const pages = cursors.map((_, i) => `a${i}: ${list}(${argument}: $c${i}) { edges { cursor } }`).join(' ');
    const query = `query (${cursors.map((_, i) => `$c${i}: String`)}) { customer(by: { email: "cursor@example.com" }) { ${pages} } }`;
    let answer: Answer | undefined;
    const sent = await statementsOf(async () => {
      answer = await gateway.graphql(query, Object.fromEntries(cursors.map((cursor, i) => [`c${i}`, cursor])));
    });
    const errors: { path: string[]; extensions: unknown }[] = answer?.body.errors ?? [];
    const refusals = cursors.map((_, i) => errors.find(({ path }) => path?.[1] === `a${i}`)?.extensions);
    return { refusals, sent };
  }

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll(/[\ud800-\udfff]/g, '')),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ minLength: 15, maxLength: 17, unit: fc.constantFrom(...'abXY09_-') }),
    fc.constantFrom('', ' ', `${transactionId} `, ` ${transactionId}`, `${transactionId}\n`, `${transactionId}\0`),
    fc.constantFrom('é'.repeat(16), '\u0660'.repeat(16), 'ａ'.repeat(16), base64url(`creditEntry:${transactionId}`)),
    fc.integer().map((value) => base64url(`customerChange:${value}.0`)),
    fc.constantFrom(
      '2147483648',
      '-2147483649',
      '1e3',
      '-0',
      '+1',
      '01',
      'NaN',
      '',
      '9'.repeat(400),
      '1 2',
      '1\0',
      '%',
    ),
  );
  // What has the form of a transaction id is looked up; all else is not.
  const noEntry = anyText.filter((value) => !/^[A-Za-z0-9]{16}$/.test(value));
  const noChange = anyText.map((value) => (value.startsWith('Y3Vz') ? value : base64url(`customerChange:x${value}`)));

  it.each([
    ['creditEntries', noEntry],
    ['changes', fc.oneof(noEntry, noChange)],
  ] as const)('%s is refused at its argument, before PostgreSQL sees it', async (list, cursor) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(cursor, { minLength: 20, maxLength: 20 }),
        fc.constantFrom('after', 'before'),
        async (some, argument) => {
          const { refusals, sent } = await ask(list, some, argument);
          const message =
            list === 'changes' ? 'must be a cursor of this list' : 'must be the id of an entry of this ledger';
          const fields = [{ path: argument, message }];
          for (const [i, refusal] of refusals.entries()) {
            expect(refusal, JSON.stringify(some[i])).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', fields });
          }
          expect(sent.filter((text) => /credit_entry|change_entry/.test(text))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('an entry is named by its transaction id, by nobody else either end', async () => {
    const cursors = [transactionId, 'Zk3dPq81LmTr5vXA', transactionId.toLowerCase()];
    const { refusals } = await ask('creditEntries', cursors, 'after');
    expect(refusals.map((refusal) => refusal === undefined)).toEqual([true, false, false]);
  });

  it('a change is named by its place, also by one that is not taken', async () => {
    const places = [0, 1, 2, 2_147_483_647, -1, -2_147_483_648];
    const { refusals } = await ask(
      'changes',
      places.map((place) => base64url(`customerChange:${place}`)),
      'before',
    );
    expect(refusals.every((refusal) => refusal === undefined)).toBe(true);
  });
});

describe('a cursor of sort values', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client(clientOptions(parseDatabaseUrl(await createDatabase())));
    await client.connect();
  });
  afterAll(() => client.end());
  const types = sort.map(({ type }, i) => `$${i + 1}::${type} as v${i}`).join(', ');
  const taken = async (position: readonly unknown[]) => (await client.query(`select ${types}`, [...position])).rows[0];

  const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\0'));
  const date = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  const address = fc.constantFrom('1.1.1.1', '255.255.255.255', '::', '2001:db8::9', '64:ff9b::102:304');
  const position = fc.tuple(
    fc.option(text),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.option(date),
    address,
    text,
  );

  it('gives back what it holds, and PostgreSQL takes that', async () => {
    await fc.assert(
      fc.asyncProperty(position, async (values) => {
        const cursor = cursors.write(values);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(cursors.read(cursor, 'after')).toEqual(values);
        expect(Object.values(await taken(values))).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', ''],
    ['too few values', written('a', 1, moment, '1.1.1.1')],
    ['too many values', written('a', 1, moment, '1.1.1.1', 'b', 'c')],
    ['no values', written()],
    ['a blank at the end', written('a', 1, moment, '1.1.1.1', 'b', '')],
    ['another list', base64url(`apiKey:${['a', 1, moment, '1.1.1.1', 'b'].join(' ')}`)],
    ['a reference', encodeCursor('customer', 'Ab3dEf6hIj9lMn0p')],
    ['null where there is none', written('a', '%', moment, '1.1.1.1', 'b')],
    ['null at the end', written('a', 1, moment, '1.1.1.1', '%')],
    ...[
      '2147483648',
      '-2147483649',
      '4294967296',
      '1e3',
      '0x10',
      '-0',
      '+1',
      '01',
      '1.0',
      '1.5',
      '',
      'NaN',
      '٣',
      '9'.repeat(400),
    ].map((value) => [`the number ${value.slice(0, 20)}`, written('a', value, moment, '1.1.1.1', 'b')]),
    ...[
      '',
      'infinity',
      '-infinity',
      'now',
      'today',
      '0',
      '1764318600125',
      '2026-11-28',
      '2026-11-28T08:30:00Z',
      '2026-11-28T08:30:00.1254Z',
      '2026-11-28t08:30:00.125z',
      '2026-11-28T09:30:00.125+01:00',
      '2026-02-30T08:30:00.125Z',
      '2026-13-01T08:30:00.125Z',
      '2026-11-28T24:00:00.000Z',
      '2026-11-28T23:59:60.000Z',
      '-271820-01-01T00:00:00.000Z',
      '+275760-09-13T00:00:00.000Z',
      '+292277-01-01T00:00:00.000Z',
      'Invalid Date',
    ].map((value) => [`the moment ${value}`, written('a', 1, value, '1.1.1.1', 'b')]),
    ...[
      '',
      'localhost',
      '::ffff:1.1.1.1',
      '1.1',
      '0x7f.1',
      '1.1.1.1/24',
      'fe80::1%eth0',
      '2001:DB8::9',
      '2001:db8:0::9',
      'example.com',
    ].map((value) => [`the address ${value}`, written('a', 1, moment, value, 'b')]),
    ...['%00', 'a%00', '%', '%zz', '%ED%A0%80', '%C0%80', '%41', '%c3%a9', 'é', 'a\tb', '\0', '%20%'].map((value) => [
      `the text ${JSON.stringify(value)}`,
      written('a', 1, moment, '1.1.1.1', value),
    ]),
    [
      'bytes that are no UTF-8',
      Buffer.from([...Buffer.from('customer:a'), 0xff, 0xed, 0xa0, 0x80]).toString('base64url'),
    ],
    ['padding', `${written('a', 1, moment, '1.1.1.1', 'bb')}==`],
    ['another alphabet', Buffer.from('customer:~~~ 1 2 3 ???').toString('base64')],
    ['a blank in front', ` ${written('a', 1, moment, '1.1.1.1', 'b')}`],
    ['very much', written('a', 1, moment, '1.1.1.1', '%'.repeat(50_000))],
  ])('is refused with %s', (_, cursor) => {
    expect(refusalOf(cursors.read, cursor as string)).toEqual(refused);
  });

  it('is refused, or PostgreSQL takes it, whatever was changed in it', async () => {
    const byte = fc.integer({ min: 0, max: 255 });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        position,
        fc.nat(),
        byte,
        fc.constantFrom('set', 'insert', 'remove'),
        async (values, at, to, how) => {
          const bytes = [...Buffer.from(cursors.write(values), 'base64url')];
          bytes.splice(at % bytes.length, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [to]));
          const refusal = refusalOf(cursors.read, Buffer.from(bytes).toString('base64url')) as { read?: unknown[] };
          if (!refusal.read) {
            expect(refusal).toEqual(refused);
            return;
          }
          read += 1;
          expect(Object.values(await taken(refusal.read))).toEqual(refusal.read);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  it('is none where none was sent', () => {
    for (const none of [undefined, null]) expect(cursors.read(none, 'after')).toBeUndefined();
  });
});
