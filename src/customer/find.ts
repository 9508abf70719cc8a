// Finds customers: one by what names it, many page by page.
import type { OrganisationDatabase } from '../database/orm.ts';
import { type Customer, CustomerEntity } from './customer.ts';
import { canonicalEmail } from './email.ts';

/** What names one customer of an organisation; `email` is normalised. */
export type CustomerKey = { cuRefNo: string } | { email: string };

const referenceForm = /^[A-Za-z0-9]{16}$/;

/**
 * Finds the customer that a key names.
 *
 * @returns null when the organisation has none, or only a deleted one
 */
export async function findCustomer(
  { em, organisationId }: OrganisationDatabase,
  key: CustomerKey,
): Promise<Customer | null> {
  if ('cuRefNo' in key && !referenceForm.test(key.cuRefNo)) return null;
  const named = 'cuRefNo' in key ? { cuRefNo: key.cuRefNo } : { canonicalEmail: canonicalEmail(key.email) };
  return em.findOne(CustomerEntity, { organisationId, ...named, deletedAt: null });
}

/** One page: customers older than `after` or younger than `before`, by reference. */
export interface CustomerPage {
  after?: string | undefined;
  before?: string | undefined;
  /** How many at most. */
  limit: number;
  /** False for newest first, true for oldest first. */
  inverted: boolean;
}

/**
 * Lists the customers of an organisation by age.
 *
 * @returns undefined when `after` or `before` is no customer of this organisation
 */
export async function listCustomers(
  database: OrganisationDatabase,
  page: CustomerPage,
): Promise<Customer[] | undefined> {
  const [after, before] = await Promise.all([positionOf(database, page.after), positionOf(database, page.before)]);
  if ((page.after && after === undefined) || (page.before && before === undefined)) return undefined;
  return database.em.find(
    CustomerEntity,
    {
      organisationId: database.organisationId,
      deletedAt: null,
      ...((after !== undefined || before !== undefined) && {
        id: { ...(after !== undefined && { $lt: after }), ...(before !== undefined && { $gt: before }) },
      }),
    },
    { orderBy: { id: page.inverted ? 'asc' : 'desc' }, limit: page.limit },
  );
}

/** Where a customer stands in the order by age; a deleted one keeps its place. */
async function positionOf(
  { em, organisationId }: OrganisationDatabase,
  cuRefNo: string | undefined,
): Promise<number | undefined> {
  if (cuRefNo === undefined || !referenceForm.test(cuRefNo)) return undefined;
  const customer = await em.findOne(CustomerEntity, { organisationId, cuRefNo }, { fields: ['id'] });
  return customer?.id;
}
