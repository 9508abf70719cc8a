// What a search is taken for: words, of which a telephone number is one however it is written.
import { describe, expect, it } from 'vitest';
import { searchInput, wordsOf } from '../../../src/customer/search/terms.ts';

describe('the words of a search', () => {
  it.each([
    ['  Jan   Novák ', ['Jan', 'Novák']],
    ['+420 777 123 456', ['+420777123456 +420 777 123 456']],
    ['777-123-456', ['777123456 777-123-456']],
    ['(777) 123.456', ['777123456 777 123.456']],
    ['00420 777123456', ['+420777123456 00420 777123456']],
    ['Novák 777 123 456 Brno', ['Novák', '777123456 777 123 456', 'Brno']],
    // Numbers as those write them who call from the same country.
    ['0905 123 456', ['905123456 0905 123 456']],
    ['0905123456', ['905123456']],
    ['+353 (0)85 012 3456', ['+353850123456 +353 0)85 012 3456']],
    // A part of one, or words by themselves; so are those of companies.
    ['Linka 112 155 158', ['Linka', '112155158 112 155 158']],
    ['Areal 51 12', ['Areal', '5112 51 12']],
    ['22 12 34 56', ['22123456 22 12 34 56']],
    ['777 123', ['777123 777 123']],
    ['+420 777', ['+420777 +420 777']],
    ['1990.12.31', ['1990.12.31']],
    ['0012345', ['0012345']],
    ['001234567', ['001234567']],
    ['+420 777 +48 601', ['+420777 +420 777', '+48601 +48 601']],
    // What stands around words.
    ['Alfa (2024)', ['Alfa', '2024']],
    ['Weiß, Anna', ['Weiß', 'Anna']],
    ['"Anna Weiß" <weiss@firma.example>;', ['Anna', 'Weiß', 'weiss@firma.example']],
    ['„Anna“ (ACME)', ['Anna', 'ACME']],
    ['s.r.o. :-) ,', ['s.r.o.', '-']],
    [', ;', [',', ';']],
    ['a.b@example.com', ['a.b@example.com']],
    ['', []],
  ])('%j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('a search in an input', () => {
  const problemOf = (value: unknown) => searchInput.safeParse(value).error?.issues[0]?.message;

  it('has each word once', () => {
    expect(searchInput.parse('jan jan novak')).toEqual(['jan', 'novak']);
    expect(searchInput.parse('   ')).toEqual([]);
  });

  it.each([
    ['x'.repeat(201), 'must be at most 200 characters long'],
    ['a b c d e f g h i j k', 'must have at most 10 words'],
    ['1 2 3 4 5 6 7 8 9 10 11', 'must have at most 10 words'],
    ['a\u0000b', 'must not contain control characters'],
    ['\ud800', 'must be well-formed Unicode'],
    [7, 'must be a string'],
    [null, 'is required'],
  ])('is refused: %j', (value, message) => {
    expect(problemOf(value)).toBe(message);
  });
});
