// Lists of customers in GraphQL: searched, filtered, sorted, counted.
import { z } from 'zod';
import { findPosition } from '../../../customer/find.ts';
import {
  type creditSigns,
  customerFilter,
  type customerKinds,
  groupsFilter,
  type SortField,
  span,
} from '../../../customer/search/filter.ts';
import { MOST_COUNTED } from '../../../customer/search/limits.ts';
import { CustomerList, type Listed } from '../../../customer/search/list.ts';
import { type CustomerOrder, sorts } from '../../../customer/search/sort.ts';
import { searchInput } from '../../../customer/search/terms.ts';
import { unknownCursor } from '../../../errors/api-error.ts';
import { fieldProblems, withinArgument } from '../../../errors/validation.ts';
import { builder, stringEnum } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { fieldsBelow } from '../../execution/selection.ts';
import { cursorReader, encodeCursor, positionCursor } from '../cursor.ts';
import {
  DEFAULT_PAGE,
  LARGEST_PAGE,
  type PageArguments,
  pricedByPage,
  type ReadCursor,
  readPage,
  validatePage,
} from '../page.ts';
import { CustomerType, readingOf } from './type.ts';

/** Points that a list costs which is searched or narrowed: it may read many rows for few. */
const PRICE_OF_SEARCH = 500;
/** Points of a number of customers, times the length of the page that it stands beside. */
const PRICE_OF_COUNT = 10;

const DateTimeRange = builder.inputType('DateTimeRange', {
  description: 'A span of time; either end may be left open.',
  extensions: { schema: span },
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Where it begins; this moment is part of it.' }),
    to: t.field({ type: 'DateTime', description: 'Where it ends; this moment is no part of it.' }),
  }),
});

const CreditSign = stringEnum<(typeof creditSigns)[number]>('CreditSign', 'How much credit a customer has.', {
  POSITIVE: 'More than none.',
  ZERO: 'None.',
  NEGATIVE: 'Less than none: the customer owes.',
});

const CustomerKind = stringEnum<(typeof customerKinds)[number]>('CustomerKind', 'What a customer is.', {
  COMPANY: 'A company: it has a `companyName`, and no name of a person.',
  PERSON: 'Whoever is not a company, also a person who acts for one.',
});

const GroupsFilter = builder.inputType('CustomerGroupsFilter', {
  description: 'Narrows a list of customers by their groups.',
  isOneOf: true,
  extensions: { schema: groupsFilter },
  fields: (t) => ({
    anyOf: t.stringList({
      description: 'Those who belong to at least one of these groups, by slug. An unknown slug is nobody’s.',
    }),
    none: t.boolean({ description: 'True for those who belong to no group at all.' }),
  }),
});

const CustomerFilterInput = builder.inputType('CustomerFilter', {
  description: 'Narrows a list of customers. All members that are given hold at once; null is as good as absent.',
  extensions: { schema: customerFilter },
  fields: (t) => ({
    premium: t.boolean({ description: 'Whether they have premium status.' }),
    ban: t.boolean({ description: 'Whether they are banned.' }),
    credit: t.field({ type: CreditSign, description: 'How much credit they have.' }),
    groups: t.field({ type: GroupsFilter, description: 'Which groups they belong to.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'When they were created.' }),
    lastSeenAt: t.field({
      type: DateTimeRange,
      description: 'When they were last seen. Whoever never was is in no span.',
    }),
    kind: t.field({ type: CustomerKind, description: 'What they are.' }),
  }),
});

const SortFieldType = stringEnum<SortField>('CustomerOrderField', 'What a list of customers is sorted by.', {
  CREATED_AT: 'When they were created.',
  LAST_SEEN_AT: 'When they were last seen; whoever never was comes before all others.',
  NAME: 'The last name, then the first; else the first name, the name of the company, the e-mail address or the phone number, whichever there is. Without regard to any one language.',
  CREDIT: 'Their credit.',
});

const Direction = stringEnum<CustomerOrder['direction']>('OrderDirection', 'Which way a list is sorted.', {
  ASC: 'From the lowest to the highest.',
  DESC: 'From the highest to the lowest.',
});

const CustomerOrderInput = builder.inputType('CustomerOrder', {
  description: 'How a list of customers is sorted. Among equals, the reference decides.',
  fields: (t) => ({
    field: t.field({ type: SortFieldType, required: true, description: 'By what.' }),
    direction: t.field({ type: Direction, required: true, description: 'Which way.' }),
  }),
});

const cursors = {
  CREATED_AT: positionCursor('customerByCreation', sorts.CREATED_AT),
  LAST_SEEN_AT: positionCursor('customerByLastSeen', sorts.LAST_SEEN_AT),
  NAME: positionCursor('customerByName', sorts.NAME),
  CREDIT: positionCursor('customerByCredit', sorts.CREDIT),
} as const satisfies Record<SortField, object>;

/** What is asked of a list, as GraphQL has read it. */
interface ListArguments extends PageArguments {
  filter?: unknown;
  search?: unknown;
  orderBy?: CustomerOrder | null | undefined;
}

const query = z.object({
  filter: customerFilter.nullish(),
  search: searchInput.nullish(),
});

/** The cursors of a list: without an order they hold a reference, else the sort values. */
function cursorsOf(order: CustomerOrder | null | undefined): {
  read: ReadCursor<string | readonly unknown[]>;
  write(customer: Listed): string;
} {
  if (!order) {
    return { read: cursorReader('customer'), write: ({ customer }) => encodeCursor('customer', customer.cuRefNo) };
  }
  const { read, write } = cursors[order.field];
  return { read, write: ({ position }) => write(position as never) };
}

/**
 * Checks what is asked of a list, before anything is read.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` with every argument that is wrong
 */
function validateList(args: ListArguments) {
  const asked = query.safeParse(args);
  const problems = fieldProblems(asked.error).map(({ path, message }) => ({ path: withinArgument(path), message }));
  const places = validatePage(args, cursorsOf(args.orderBy).read, problems);
  return { places, filter: asked.data?.filter ?? undefined, words: asked.data?.search ?? [] };
}

/** The place that a cursor marks; one that holds a reference marks that of a customer. */
async function placeOf(context: GatewayContext, argument: string, place: string | readonly unknown[] | undefined) {
  if (typeof place !== 'string') return place;
  const found = await findPosition(context, place);
  if (!found) throw unknownCursor(argument);
  return found;
}

/** Whether a list is searched or narrowed. */
const isNarrowed = ({ filter, search }: ListArguments) => filter != null || (search != null && search !== '');

builder.queryField('customers', (t) =>
  t.connection(
    {
      type: CustomerType,
      nullable: true,
      description: `Lists the customers of the organisation, newest first unless told otherwise; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'customer:read',
      args: {
        filter: t.arg({ type: CustomerFilterInput, description: 'Narrows the list.' }),
        search: t.arg.string({
          description:
            'Finds those whose name, company, e-mail address or phone number contains each of these words, whatever the case and the accents. A word of one or two characters is what one of theirs begins with; a phone number, or a part of one, may be grouped in any way.',
        }),
        orderBy: t.arg({ type: CustomerOrderInput, description: 'How the list is sorted.' }),
      },
      complexity: (args) => ({
        field: isNarrowed(args) ? PRICE_OF_SEARCH : 1,
        // Counting costs the same beside a page that is empty.
        multiplier: Math.max(1, pricedByPage(args).multiplier),
      }),
      extensions: { validate: ((args) => void validateList(args)) satisfies ValidateArguments },
      resolve: async (_, args, context, info) => {
        const { places, filter, words } = validateList(args);
        const order = args.orderBy ?? undefined;
        const list = new CustomerList(context, { filter, words, order });
        const [after, before] = await Promise.all([
          placeOf(context, 'after', places.after),
          placeOf(context, 'before', places.before),
        ]);
        const reading = readingOf(new Set([...fieldsBelow(info, ['edges', 'node']), ...fieldsBelow(info, ['nodes'])]));
        const { edges, pageInfo } = await readPage(
          args,
          cursorsOf(order).write,
          cursorsOf(order).read,
          ({ limit, inverted }) => list.page({ after, before, limit, inverted }, reading),
        );
        const nodes = edges.map(({ cursor, node }) => ({ cursor, node: context.relations.remember(node) }));
        return { edges: nodes, pageInfo, list };
      },
    },
    {
      name: 'CustomerConnection',
      description: 'A page of customers.',
      scope: 'customer:read',
      fields: (connection) => ({
        totalCount: connection.int({
          nullable: true,
          description: `How many customers the whole list has; null when that is more than ${MOST_COUNTED.toLocaleString('en')}.`,
          complexity: PRICE_OF_COUNT,
          resolve: (page) => listOf(page).count(),
        }),
        estimatedCount: connection.int({
          description: 'How many customers the whole list has: exactly where `totalCount` tells, else as estimated.',
          complexity: PRICE_OF_COUNT,
          resolve: (page) => listOf(page).estimate(),
        }),
      }),
    },
    { name: 'CustomerEdge', description: 'A customer in a page.', scope: 'customer:read' },
  ),
);

/** The list that a page is of. */
const listOf = (page: object) => (page as { list: CustomerList }).list;
