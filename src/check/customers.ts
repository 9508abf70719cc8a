// What the row of a customer promises besides the checks that its table declares.
import { DEEPEST } from '../json-object.ts';
import type { RowInvariant } from './invariant.ts';

/** What callers store as they like. */
const objects = ['meta', 'custom_fields'];

const depth = (column: string): RowInvariant => ({
  name: `${column}_depth`,
  promise: `${column} is at most ${DEEPEST} levels deep`,
  table: 'customer',
  broken: `jsonb_path_exists(b.${column}, 'strict $.**{${DEEPEST}} ? (@.type() == "object" || @.type() == "array")')`,
  detail: `'${column} is more than ${DEEPEST} levels deep'`,
});

const members = (column: string): RowInvariant => ({
  name: `${column}_members`,
  promise: `no member in ${column} is named __proto__`,
  table: 'customer',
  broken: `jsonb_path_exists(b.${column}, '$.**."__proto__"')`,
  detail: `'${column} has a member named __proto__'`,
});

export const customerRows: RowInvariant[] = [
  ...objects.flatMap((column) => [depth(column), members(column)]),
  {
    name: 'customer_version',
    promise: 'the version of a customer is at least 1',
    table: 'customer',
    broken: 'b.version < 1',
    detail: `format('version is %s', b.version)`,
  },
  {
    name: 'customer_times',
    promise: 'a customer was not updated before it was created',
    table: 'customer',
    broken: 'b.updated_at < b.created_at',
    detail: `format('was updated %s before it was created', b.created_at - b.updated_at)`,
  },
  {
    name: 'search_text',
    promise:
      'a customer is found by its name, company, e-mail and phone as they are, folded by the rules of this server',
    table: 'customer',
    broken:
      'b.search_text is distinct from customer_search_text(b.first_name, b.last_name, b.company_name, b.email, b.phone)',
    detail: `'is searched as something else than it is'`,
  },
];
