// The command `customers find`: customers by words, narrowed and sorted, as the lists of GraphQL are.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { Customer } from '../../../customer/customer.entity.ts';
import { BARE, type Reading } from '../../../customer/profile.ts';
import { creditSigns, customerFilter, customerKinds } from '../../../customer/search/filter.ts';
import { CustomerList, type Listed } from '../../../customer/search/list.ts';
import type { CustomerOrder } from '../../../customer/search/sort.ts';
import { searchInput } from '../../../customer/search/terms.ts';
import { type OptionNames, validate } from '../../operator.ts';
import { english, note, print, printList } from '../../output.ts';
import { type CustomerOptions, describeBriefly, withCustomerOptions, withCustomers } from './named.ts';

/** Customers that are listed unless told, and at most. */
const DEFAULT_LIMIT = 20;
const MOST_LISTED = 1_000;
/** Customers that one statement reads. */
const PAGE = 100;

const WORDS = '[words...]';
const NAMES: OptionNames = {
  search: WORDS,
  'filter.groups.anyOf': '--group',
  'filter.createdAt.from': '--created-from',
  'filter.createdAt.to': '--created-to',
  'filter.lastSeenAt.from': '--seen-from',
  'filter.lastSeenAt.to': '--seen-to',
};

/** What `--sort` takes: each begins with what people look for first. */
const orders: Readonly<Record<string, CustomerOrder>> = {
  created: { field: 'CREATED_AT', direction: 'DESC' },
  seen: { field: 'LAST_SEEN_AT', direction: 'DESC' },
  name: { field: 'NAME', direction: 'ASC' },
  credit: { field: 'CREDIT', direction: 'DESC' },
};

interface FindOptions extends CustomerOptions {
  premium?: boolean;
  banned?: boolean;
  credit?: string;
  group?: string[];
  /** False where those are wanted who belong to none. */
  groups: boolean;
  kind?: string;
  createdFrom?: string;
  createdTo?: string;
  seenFrom?: string;
  seenTo?: string;
  sort?: string;
  reverse?: boolean;
  limit: number;
}

const query = z.object({ filter: customerFilter, search: searchInput });

/** The beginning of a day in UTC, where a text is one; else the text as it is. */
const momentOf = (text: string | undefined) => (text && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);

/** What was asked for, as GraphQL's input has it. */
function queryOf(words: readonly string[], options: FindOptions) {
  const { premium, banned: ban, credit, group, groups, kind, createdFrom, createdTo, seenFrom, seenTo } = options;
  return {
    search: words.join(' '),
    filter: {
      ...{ premium, ban, credit: credit?.toUpperCase(), kind: kind?.toUpperCase() },
      groups: groups ? group && { anyOf: group } : { none: true },
      createdAt: { from: momentOf(createdFrom), to: momentOf(createdTo) },
      lastSeenAt: { from: momentOf(seenFrom), to: momentOf(seenTo) },
    },
  };
}

/** @returns undefined for the newest first */
function orderOf({ sort, reverse = false }: FindOptions): CustomerOrder | undefined {
  const order = orders[sort ?? 'created'];
  if (!order || !reverse) return sort === undefined ? undefined : order;
  return { field: order.field, direction: order.direction === 'ASC' ? 'DESC' : 'ASC' };
}

const WITH_MOMENTS: Reading = { ...BARE, moments: true };

/** Reads the first customers of a list. */
async function read(list: CustomerList, limit: number): Promise<Customer[]> {
  const found: Listed[] = [];
  let isLast = false;
  while (!isLast) {
    const size = Math.min(PAGE, limit - found.length);
    const page = await list.page({ after: found.at(-1)?.position, limit: size }, WITH_MOMENTS);
    found.push(...page);
    isLast = page.length < size || found.length >= limit;
  }
  return found.map(({ customer }) => customer);
}

/** What a table shows of a customer. */
function cellsOf(customer: ReturnType<typeof describeBriefly>) {
  const { cuRefNo: reference, firstName, lastName, companyName: company, email, phone, creditBalance } = customer;
  const name = [firstName, lastName].filter((part) => part !== null).join(' ') || null;
  const state = [customer.ban && 'banned', customer.premium && 'premium'].filter((word) => word !== false);
  return { reference, name, company, email, phone, credit: creditBalance, state };
}

/** Says how many there are, where not all are shown. */
async function othersOf(list: CustomerList, shown: number): Promise<string | undefined> {
  const count = await list.count();
  if (count === null) {
    const about = (await list.estimate()).toLocaleString('en', { maximumSignificantDigits: 2 });
    return `${english(shown)} of about ${about} customers.`;
  }
  return count > shown ? `${english(shown)} of ${english(count)} customers.` : undefined;
}

async function find(words: readonly string[], options: FindOptions): Promise<void> {
  await withCustomers(options, NAMES, async (ctx) => {
    const { filter, search } = validate(query, queryOf(words, options));
    const list = new CustomerList(ctx, { filter, words: search, order: orderOf(options) });
    const customers = (await read(list, options.limit)).map(describeBriefly);
    if (options.json) {
      print({ customers, totalCount: await list.count(), estimatedCount: await list.estimate() }, options);
      return;
    }
    printList('customers', customers, {
      none: 'No customer was found.',
      cells: cellsOf,
      optional: ['phone', 'company'],
      whole: ['reference', 'phone', 'state'],
    });
    const others = await othersOf(list, customers.length);
    if (others !== undefined) note(others);
  });
}

function limitOf(text: string): number {
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_LISTED) return limit;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${english(MOST_LISTED)}.`);
}

const inLowerCase = (words: readonly string[]) => words.map((word) => word.toLowerCase());

const NOTES = `
A moment is a date and time, 2027-01-31T12:00:00Z, or a day, 2027-01-31: then it
is the beginning of that day in UTC. A word is found in the midst of others; one
of one or two characters is what another begins with.

Example:
  npm run customers -- find novak --no-banned --created-from 2027-01-01`;

/** Adds the command. */
export function addFind(customers: Command): void {
  withCustomerOptions(customers.command('find'))
    .description('list the customers who have certain words and properties, the newest first')
    .argument(WORDS, 'words that all stand in their name, company, e-mail or phone')
    .option('--premium', 'only those who have premium status')
    .option('--no-premium', 'only those who have not')
    .option('--banned', 'only those who are banned')
    .option('--no-banned', 'only those who are not')
    .addOption(new Option('--credit <sign>', 'only those with such credit').choices(inLowerCase(creditSigns)))
    .addOption(
      new Option('--group <slug>', 'only those who belong to this group; said again, to any of them')
        .argParser<string[]>((slug, others = []) => [...others, slug])
        .conflicts('groups'),
    )
    .option('--no-groups', 'only those who belong to no group')
    .addOption(new Option('--kind <kind>', 'only companies, or only persons').choices(inLowerCase(customerKinds)))
    .option('--created-from <moment>', 'only those who were created then or later')
    .option('--created-to <moment>', 'only those who were created before')
    .option('--seen-from <moment>', 'only those who were last seen then or later')
    .option('--seen-to <moment>', 'only those who were last seen before')
    .addOption(
      new Option('--sort <order>', 'by the newest, the latest seen, name from A to Z, or the most credit').choices(
        Object.keys(orders),
      ),
    )
    .option('--reverse', 'the other way round')
    .addOption(
      new Option('--limit <number>', `how many at most, up to ${english(MOST_LISTED)}`)
        .argParser(limitOf)
        .default(DEFAULT_LIMIT),
    )
    .addHelpText('after', NOTES)
    .action(find);
}
