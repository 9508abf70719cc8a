// The command `customers show`: a customer with all that belongs to it, and what was done with it lately.
import type { Command } from 'commander';
import type { Customer } from '../../../customer/customer.entity.ts';
import { findAnyCustomer, findCustomer } from '../../../customer/find.ts';
import { emailInput } from '../../../customer/input.ts';
import { BARE } from '../../../customer/profile.ts';
import { CustomerRelations } from '../../../customer/relations.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { validate } from '../../operator.ts';
import { print } from '../../output.ts';
import { CUSTOMER, type CustomerOptions, describe, keyOf, withCustomerOptions, withCustomers } from './named.ts';

/** Changes that are shown. */
const MOST_CHANGES = 10;

async function find(ctx: OperationContext, text: string): Promise<Customer> {
  const key = keyOf(text);
  const found =
    'cuRefNo' in key
      ? await findAnyCustomer(ctx, key.cuRefNo)
      : (await findCustomer(ctx, { email: validate(emailInput, key.email) }, BARE))?.customer;
  if (found) return found;
  throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED', { message: `There is no customer "${text}".` });
}

/** All that is told of a customer. */
async function whole(ctx: OperationContext, customer: Customer) {
  const { id } = customer;
  const relations = new CustomerRelations(ctx);
  const [described, groups, referrer, subscriptions, merged, changes] = await Promise.all([
    describe(ctx, customer),
    relations.groups(id),
    relations.referrer(id),
    relations.subscriptions(id, undefined),
    relations.mergedCustomers(id),
    relations.changes(id, { limit: MOST_CHANGES, inverted: false }, undefined),
  ]);
  return {
    ...described,
    groups: groups.map(({ slug }) => slug),
    referral: referrer?.cuRefNo ?? null,
    subscriptions: subscriptions.map(({ externalId, productSlug, startsAt, endsAt, running }) => ({
      ...{ externalId, productSlug, startsAt, endsAt, running },
    })),
    merged: merged.map(({ cuRefNo }) => cuRefNo),
    changes: changes.map(({ createdAt, action, actor, reason, fields }) => ({
      ...{ at: createdAt, action, by: actor, reason, fields: fields.map(({ name }) => name) },
    })),
  };
}

/** Adds the command. */
export function addShow(customers: Command): void {
  withCustomerOptions(customers.command('show'))
    .description('show a customer with all that belongs to it, and its latest changes')
    .argument(...CUSTOMER)
    .action(async (text: string, options: CustomerOptions) => {
      const names = { '': '<customer>' };
      await withCustomers(options, names, async (ctx) => print(await whole(ctx, await find(ctx, text)), options));
    });
}
