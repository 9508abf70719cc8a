// What people see on a terminal: columns that fit it.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { table } from '../../src/cli/output.ts';

const lines = (rows: object[], width?: number) => table(rows, width).map((line) => stripVTControlCharacters(line));

it('lays rows out in columns, under the names of their members', () => {
  const rows = [
    { fingerprint: 'PRODabcd', limitPerMinute: 500_000, scopes: ['a', 'b'], expiresAt: null },
    { fingerprint: 'DEV_abcd', limitPerMinute: 1, scopes: [], expiresAt: new Date(0) },
  ];
  expect(lines(rows)).toEqual([
    'FINGERPRINT  LIMIT PER MINUTE  SCOPES  EXPIRES AT',
    'PRODabcd     500000            a,b     -',
    'DEV_abcd     1                 -       1970-01-01T00:00:00.000Z',
  ]);
});

it('cuts the widest columns short where they do not fit, by what characters take', () => {
  const rows = [
    { name: '客户'.repeat(30), note: 'x'.repeat(60), id: 1 },
    { name: 'e\u0301', note: '', id: 22 },
  ];
  for (const line of lines(rows, 60)) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  expect(lines(rows, 60)[1]).toMatch(/^(?:客户)+客?…\s+x+…\s+1$/);
});

it('shows what nobody sees, so that nothing moves the cursor', () => {
  expect(lines([{ name: 'a\u001b[2Jb\u202e' }])[1]).toBe('a\\u001b[2Jb\\u202e');
});

it('leaves optional columns out where there is no room for them, and nothing of what is short', () => {
  const row = {
    fingerprint: 'PRODabcd',
    name: 'x'.repeat(40),
    expires: '2026-12-10',
    limit: 500_000,
    scopes: ['customer:read'],
  };
  const titles = (width: number) => lines([row], width)[0]?.split(/ {2,}/);
  const optional = (width: number) =>
    table([row], width, { optional: ['scopes', 'limit'] }).map((line) => stripVTControlCharacters(line));
  expect(optional(120)[0]).toMatch(/LIMIT +SCOPES$/);
  expect(optional(56)[0]).toMatch(/EXPIRES +LIMIT$/);
  expect(optional(44)[0]).toMatch(/NAME +EXPIRES$/);
  expect(optional(44)[1]).toMatch(/^PRODabcd {5}x+… +2026-12-10$/);
  expect(titles(44)).toHaveLength(5);
});

it('never cuts a column that is to be read whole, and leaves it out rather', () => {
  const row = { reference: 'r'.repeat(16), name: 'n'.repeat(40), phone: 'p'.repeat(20) };
  const rows = (width: number) =>
    table([row], width, { optional: ['phone'], whole: ['reference', 'phone'] }).map((line) =>
      stripVTControlCharacters(line),
    );
  expect(rows(52)[1]).toBe(`${row.reference}  ${'n'.repeat(11)}…  ${row.phone}`);
  expect(rows(51)[1]).toBe(`${row.reference}  ${'n'.repeat(32)}…`);
});

it('shows the marks of letters as they are, and those that stand alone as escapes', () => {
  const name = 'शर्मा ใจดี Q\u0303uest';
  expect(lines([{ name }])[1]).toBe(name);
  expect(lines([{ name: '\u0301a' }])[1]).toBe('\\u0301a');
  expect(lines([{ name: `a${'\u0301'.repeat(5)}` }])[1]).toBe(`a${'\u0301'.repeat(4)}\\u0301`);
  expect(lines([{ name: 'a\ufe0f' }])[1]).toBe('a\\ufe0f');
});

it('leaves columns out first in which nothing stands, where there is no room', () => {
  const row = { reference: 'r'.repeat(16), name: null, company: 'c'.repeat(30), phone: 'p'.repeat(20) };
  const titles = (width: number) =>
    table([row], width, { optional: ['company'], whole: ['reference', 'phone'] }).map((line) =>
      stripVTControlCharacters(line),
    )[0];
  expect(titles(90)).toMatch(/NAME +COMPANY +PHONE$/);
  expect(titles(54)).toMatch(/REFERENCE +COMPANY +PHONE$/);
});
