// Free text and company numbers: what is kept of what a caller sends, as callers see it afterwards.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changedNumber, changedText, freeText, registerNumber, requiredText } from '../src/text.ts';
import { apis } from './support/apis.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let made = 0;
/** What is kept of a new customer's company. */
async function kept(api: (typeof apis)[number], company: Record<string, string>) {
  const email = `text${made++}@example.com`;
  const { code, fields } = await api.create(gateway, { email, ...company });
  expect({ code, fields }).toEqual({});
  const { body } = await gateway.graphql(
    'query ($email: String!) { customer(by: { email: $email }) { companyName companyRegistrationNumber taxIdentificationNumber } }',
    { email },
  );
  return body.data.customer;
}

const names: [given: string, kept: string | null][] = [
  [' a\u0085b\u2028\u3000c ', 'a b c'],
  ['\ufeffAcme\u200b', 'Acme'],
  ['\u202eAcme\u202c', 'Acme'],
  ['Ac\u00adme', 'Acme'],
  ['\u200f\u2066Acme\u2069', 'Acme'],
  ['a \u200b b', 'a b'],
  ['\u200b', null],
  ['\u200d\ufe0f\u200c', null],
  ['\u3164', null],
  // Joiners and variation selectors, where they shape a word.
  ['\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
  ['\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'],
  ['\u2764\ufe0f\u200d\u{1f525}', '\u2764\ufe0f\u200d\u{1f525}'],
  ['\u2764\ufe0f', '\u2764\ufe0f'],
  ['\u845b\u{e0100} x', '\u845b\u{e0100} x'],
  ['1\ufe0f\u20e3', '1\ufe0f\u20e3'],
  // And where they do not.
  ['\u200dAcme\u200d', 'Acme'],
  ['a \u200d b', 'a b'],
  ['a\u200d\u200db', 'ab'],
  ['a\u200c\u200db', 'ab'],
  ['a\u200d\ufe0fb', 'ab'],
  ['a\ufe0f\ufe0fb', 'ab'],
  ['Acme\ufe0f', 'Acme'],
  ['\u2764\ufe0f\ufe0f', '\u2764\ufe0f'],
  ['a\u200b\u200d\u2060b', 'a\u200db'],
];

describe.each(apis)('through the $name API', (api) => {
  it.each(names)('the company %j is kept as %j', async (companyName, expected) => {
    expect((await kept(api, { companyName })).companyName).toBe(expected);
  });

  it('company numbers lose what nobody sees, as names do', async () => {
    const numbers = {
      companyRegistrationNumber: '\u202d 0510\u200b 3118\ufeff',
      taxIdentificationNumber: 'cz\u00ad 96\u0085',
    };
    expect(await kept(api, numbers)).toMatchObject({
      companyRegistrationNumber: '05103118',
      taxIdentificationNumber: 'CZ96',
    });
    const nothing = { companyRegistrationNumber: '\u200b\u2060', taxIdentificationNumber: ' \ufeff ' };
    expect(await kept(api, nothing)).toMatchObject({
      companyRegistrationNumber: null,
      taxIdentificationNumber: null,
    });
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ...'ab 葛❤1',
      ...'\u200b\u200c\u200d\ufe0f\ufeff\u2066\u0301\u0344\u0085\u00a0',
      '\u{e0100}',
      '\u{e0001}',
    ),
    maxLength: 40,
  }),
);

it('changes nothing of what was written, holds nothing unseen but what shapes a word, and no text is too little for a name', () => {
  const schema = freeText(255);
  fc.assert(
    fc.property(anyText, (text) => {
      const once = schema.safeParse(text);
      if (once.data === undefined) {
        if (once.success) expect(requiredText(255).safeParse(text).error?.issues[0]?.message).toBe('must not be empty');
        return;
      }
      expect(schema.parse(once.data)).toBe(once.data);
      const unseen = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu;
      for (const [character] of once.data.matchAll(unseen))
        expect(character).toMatch(/[\p{Variation_Selector}\u200c\u200d]/u);
      expect(once.data).not.toMatch(/(?:\u200c|\u200d)(?:$|\s|\u200c|\u200d|\p{Variation_Selector})/u);
      expect(once.data).not.toMatch(/(?:^|\s)(?:\u200c|\u200d|\p{Variation_Selector})/u);
    }),
    { numRuns: 20_000 },
  );
});

describe('in an update', () => {
  const update = z.object({ name: changedText(255), number: changedNumber(32, true) });

  it('what is absent stays, and nothing clears', () => {
    expect(update.parse({})).toEqual({});
    for (const nothing of [null, '', ' \u00a0', '\u200b\u2060'])
      expect(update.parse({ name: nothing, number: nothing })).toEqual({ name: null, number: null });
    expect(update.parse({ name: ' a  b ', number: 'cz 96' })).toEqual({ name: 'a b', number: 'CZ96' });
  });

  it('what is no text, or too long, is refused', () => {
    const { error } = update.safeParse({ name: 1, number: 'x'.repeat(33) });
    expect(error?.issues).toMatchObject([
      { path: ['name'], message: 'must be a string' },
      { path: ['number'], message: 'must be at most 32 characters long' },
    ]);
    expect(update.safeParse({ name: '\u200b'.repeat(65_536) }).success).toBe(false);
  });

  it('a text is written as elsewhere, and done again nothing changes', () => {
    const pairs = [
      [freeText(255), changedText(255)],
      [registerNumber(32, true), changedNumber(32, true)],
    ] as const;
    fc.assert(
      fc.property(anyText, fc.constantFrom(...pairs), (text, [given, changed]) => {
        const [once, expected] = [changed.safeParse(text), given.safeParse(text)];
        expect(once.error?.issues).toEqual(expected.error?.issues);
        if (!once.success) return;
        expect(once.data).toBe(expected.data ?? null);
        expect(changed.parse(once.data)).toBe(once.data);
      }),
      { numRuns: 5_000 },
    );
  });
});
