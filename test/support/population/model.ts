// Lists of customers as the contract has them, of customers in memory: what the database has to give.
import type { MadeUpCustomer } from './customer.ts';

/** What a list is asked for, as GraphQL has it. */
export interface ListQuery {
  filter?: {
    premium?: boolean;
    ban?: boolean;
    credit?: 'POSITIVE' | 'ZERO' | 'NEGATIVE';
    groups?: { anyOf: string[] } | { none: true };
    createdAt?: { from?: string; to?: string };
    lastSeenAt?: { from?: string; to?: string };
    kind?: 'COMPANY' | 'PERSON';
  };
  search?: string;
  orderBy?: { field: 'CREATED_AT' | 'LAST_SEEN_AT' | 'NAME' | 'CREDIT'; direction: 'ASC' | 'DESC' };
}

/** Letters that no decomposition takes apart. */
const letters: Record<string, string> = { ß: 'ss', ł: 'l', đ: 'd', ø: 'o', ı: 'i', æ: 'ae', œ: 'oe', '’': "'", ς: 'σ' };

const fold = (text: string) =>
  text
    .toLowerCase()
    .replace(/[ßłđøıæœ’ς]/gu, (letter) => letters[letter] ?? '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC');

const textOf = ({ firstName, lastName, companyName, email, phone }: MadeUpCustomer) =>
  fold(
    [firstName, lastName, companyName, email, phone, phone?.replaceAll(' ', '')]
      .map((text) => (text == null ? '' : ` ${text}`))
      .join(''),
  );

function hasWord(customer: MadeUpCustomer, word: string): boolean {
  const folded = fold(word);
  return textOf(customer).includes(folded.length <= 2 ? ` ${folded}` : folded);
}

/** Words of digits that follow each other may be one that is written with blanks. */
function hasWords(customer: MadeUpCustomer, words: readonly string[]): boolean {
  if (words.length > 1 && words.every((word) => /^[0-9]+$/.test(word)) && hasWord(customer, words.join('')))
    return true;
  return words.every((word) => hasWord(customer, word));
}

const isCompany = ({ companyName, firstName, lastName }: MadeUpCustomer) =>
  companyName != null && firstName == null && lastName == null;

const isWithin = (at: Date | null | undefined, span: { from?: string; to?: string } | undefined) =>
  !span ||
  (at != null &&
    (span.from === undefined || at >= new Date(span.from)) &&
    (span.to === undefined || at < new Date(span.to)));

const signOf = (credit: number) => (credit > 0 ? 'POSITIVE' : credit < 0 ? 'NEGATIVE' : 'ZERO');

/** Whether a list has a customer, whose groups are called `group-1` and so on by their positions. */
function has({ filter = {}, search = '' }: ListQuery, customer: MadeUpCustomer): boolean {
  const { premium, ban, credit, groups, createdAt, lastSeenAt, kind } = filter;
  const slugs = customer.groups.map((position) => `group-${position + 1}`);
  return (
    customer.deletedAt == null &&
    (premium === undefined || customer.premium === premium) &&
    (ban === undefined || (customer.bannedAt != null) === ban) &&
    (credit === undefined || signOf(customer.creditBalance) === credit) &&
    (kind === undefined || isCompany(customer) === (kind === 'COMPANY')) &&
    (!groups || ('none' in groups ? slugs.length === 0 : groups.anyOf.some((slug) => slugs.includes(slug)))) &&
    isWithin(customer.createdAt, createdAt) &&
    isWithin(customer.lastSeenAt, lastSeenAt) &&
    hasWords(customer, search.split(' ').filter(Boolean))
  );
}

const collator = new Intl.Collator('en');

type Compare = (a: MadeUpCustomer, b: MadeUpCustomer) => number;

const byText = (of: (customer: MadeUpCustomer) => string | null | undefined): Compare => {
  return (a, b) => {
    const [one, other] = [of(a) ?? '', of(b) ?? ''];
    return collator.compare(one, other) || Buffer.compare(Buffer.from(one), Buffer.from(other));
  };
};
const byNumber =
  (of: (customer: MadeUpCustomer) => number): Compare =>
  (a, b) =>
    Math.sign(of(a) - of(b)) || 0;

const sorts: Record<string, Compare[]> = {
  CREATED_AT: [byNumber(({ createdAt }) => createdAt.getTime())],
  LAST_SEEN_AT: [byNumber(({ lastSeenAt }) => lastSeenAt?.getTime() ?? Number.MIN_SAFE_INTEGER)],
  NAME: [
    byText((c) => c.lastName ?? c.firstName ?? c.companyName ?? c.email ?? c.phone),
    byText((c) => (c.lastName == null ? '' : c.firstName)),
  ],
  CREDIT: [byNumber(({ creditBalance }) => creditBalance)],
};

/** The references of a whole list, in order. */
export function listed(customers: readonly MadeUpCustomer[], query: ListQuery): string[] {
  const found = customers.filter((customer) => has(query, customer));
  const { field, direction } = query.orderBy ?? { field: '', direction: 'DESC' };
  const compares = field
    ? [...(sorts[field] ?? []), ((a, b) => (a.cuRefNo < b.cuRefNo ? -1 : 1)) satisfies Compare]
    : [byNumber(({ id }) => id)];
  const sign = direction === 'ASC' ? 1 : -1;
  found.sort((a, b) => {
    for (const compare of compares) {
      const difference = compare(a, b);
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
  return found.map(({ cuRefNo }) => cuRefNo);
}
