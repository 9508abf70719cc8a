// The scalar DateTime: what it takes, value by value, and that it shows nothing but moments.

import { type ConstValueNode, coerceInputLiteral, type GraphQLScalarType, Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';

const dateTime = schema.getType('DateTime') as GraphQLScalarType<Date, string>;

/** What becomes of a value: when it is, or undefined when it is refused. */
function readValue(value: unknown): string | undefined {
  try {
    return dateTime.coerceInputValue(value).toISOString();
  } catch {
    return undefined;
  }
}

/** The same of one that stands in a document. */
function readLiteral(node: ConstValueNode): string | undefined {
  return (coerceInputLiteral(node, dateTime) as Date | undefined)?.toISOString();
}

const inDocument = (value: string): ConstValueNode => ({ kind: Kind.STRING, value });

const NOON = '2026-01-31T12:00:00.000Z';

describe('takes', () => {
  it.each([
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31T12:00:00.0Z', NOON],
    ['2026-01-31T13:00:00+01:00', NOON],
    ['2026-01-31T12:00:00+00:00', NOON],
    ['2026-01-31T12:00:00-00:00', NOON],
    ['2026-02-01T11:59:00+23:59', NOON],
    ['2026-01-30T12:01:00-23:59', NOON],
    ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.100Z'],
    ['2026-01-31T12:00:00.123999999999Z', '2026-01-31T12:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s', (text, moment) => expect([readValue(text), readLiteral(inDocument(text))]).toEqual([moment, moment]));
});

describe('refuses', () => {
  it.each([
    ['a small t', '2026-01-31t12:00:00Z'],
    ['a small z', '2026-01-31T12:00:00z'],
    ['a blank for the T', '2026-01-31 12:00:00Z'],
    ['no zone', '2026-01-31T12:00:00'],
    ['a zone without a colon', '2026-01-31T12:00:00+0100'],
    ['a zone of hours', '2026-01-31T12:00:00+01'],
    ['a zone of 24 hours', '2026-01-31T12:00:00+24:00'],
    ['a zone of 60 minutes', '2026-01-31T12:00:00+01:60'],
    ['a bar for the sign of the zone', '2026-01-31T12:00:00|01:00'],
    ['a zone by name', '2026-01-31T12:00:00Z[UTC]'],
    ['no seconds', '2026-01-31T12:00Z'],
    ['no time', '2026-01-31'],
    ['no day', '2026-01T12:00:00Z'],
    ['midnight at the end', '2026-01-31T24:00:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['60 minutes', '2026-01-31T12:60:00Z'],
    ['a point without a fraction', '2026-01-31T12:00:00.Z'],
    ['a comma', '2026-01-31T12:00:00,5Z'],
    ['30 February', '2026-02-30T12:00:00Z'],
    ['29 February of no leap year', '2026-02-29T12:00:00Z'],
    ['29 February of 1900', '1900-02-29T12:00:00Z'],
    ['31 April', '2026-04-31T12:00:00Z'],
    ['a month of 13', '2026-13-01T12:00:00Z'],
    ['a day of 0', '2026-01-00T12:00:00Z'],
    ['a year of five digits', '10000-01-01T00:00:00Z'],
    ['a year with a sign', '+002026-01-31T12:00:00Z'],
    ['a week', '2026-W05-6T12:00:00Z'],
    ['no separators', '20260131T120000Z'],
    ['digits of another script', '٢٠٢٦-01-31T12:00:00Z'],
    ['a line feed', '2026-01-31T12:00:00Z\n'],
    ['nothing', ''],
    ['a word', 'tomorrow'],
    ['a number in quotes', '1769860800'],
  ])('%s', (_, text) => expect([readValue(text), readLiteral(inDocument(text))]).toEqual([undefined, undefined]));

  it.each([[0], [1_769_860_800_000], [Number.NaN], [true], [{}], [[]], [['2026-01-31T12:00:00Z']], [new Date(0)]])(
    '%o, which is no text',
    (value) => expect(readValue(value)).toBeUndefined(),
  );

  it('a number in a document', () => {
    expect(readLiteral({ kind: Kind.INT, value: '0' })).toBeUndefined();
  });
});

it('takes what RFC 3339 writes with capitals and the calendar has, and nothing else', () => {
  const parts = [
    ['2026', '2024', '1900', '0000', '9999', '26', '10000'],
    ['-01-31', '-02-28', '-02-29', '-02-30', '-06-31', '-12-31', '-00-01', '-13-01', '-1-1'],
    ['T', 't', ' '],
    ['00:00', '23:59', '24:00', '12:60', '1:00', '1200'],
    [':00', ':59', ':60', '', ':0'],
    ['', '.5', '.1234567', '.', ',5'],
    ['Z', 'z', '+00:00', '-23:59', '+24:00', '+0100', ''],
  ];
  const texts = parts.reduce<string[]>((all, part) => all.flatMap((text) => part.map((next) => text + next)), ['']);
  const written =
    /^(\d{4})-(0\d|1[0-2])-([0-3]\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
  let taken = 0;
  for (const text of texts) {
    const [, year, month, day, hour, minute, second, fraction = '', sign, hours = 0, minutes = 0] =
      written.exec(text) ?? [];
    const date = new Date(0);
    date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    const isInCalendar = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
    date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    const expected = year && isInCalendar ? new Date(date.getTime() - offset * 60_000).toISOString() : undefined;
    if (expected) taken += 1;
    if (readValue(text) !== expected) expect([text, readValue(text)]).toEqual([text, expected]);
  }
  expect([texts.length, taken]).toEqual([198_450, expect.any(Number)]);
  expect(taken).toBeGreaterThan(500);
});

it('shows moments in UTC, and takes nothing else for one', () => {
  expect(dateTime.coerceOutputValue(new Date(NOON))).toBe(NOON);
  for (const value of [new Date(Number.NaN), NOON, 0, null, {}]) {
    expect(() => dateTime.coerceOutputValue(value)).toThrow();
  }
});
