// How commands name a customer, and what they tell of one.
import type { Command } from 'commander';
import { addressMembers } from '../../../customer/address.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import type { CustomerMoments } from '../../../customer/details.ts';
import { CustomerRelations } from '../../../customer/relations.ts';
import type { Database } from '../../../database/open.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { findOrganisation, listOrganisations } from '../../../organisation/manage.ts';
import type { Organisation } from '../../../organisation/organisation.entity.ts';
import { actor, contextOf, type OptionNames, withGatewayDatabase, withOptionNames } from '../../operator.ts';
import { jsonOption } from '../../output.ts';

/** Options of every command that works on a customer. */
export interface CustomerOptions {
  organisation?: string;
  json?: boolean;
}

/** What names a customer on the command line. */
export const CUSTOMER = ['<customer>', 'its e-mail address, or its cuRefNo'] as const;
/** What names a customer that may have been deleted. */
export const REFERENCE = ['<cuRefNo>', 'its cuRefNo, also of a deleted customer'] as const;

/** Reads what names a customer, as the inputs of mutations take it. */
export const keyOf = (text: string): { email: string } | { cuRefNo: string } =>
  text.includes('@') ? { email: text } : { cuRefNo: text };

/** Adds what every command that works on a customer has. */
export function withCustomerOptions(command: Command): Command {
  return command
    .option('--organisation <slug>', 'whose customer it is; needed where there are several organisations')
    .option(...jsonOption);
}

/**
 * Does something with the customers of an organisation, as the operator.
 *
 * @param names - what the command line calls the members of inputs
 */
export async function withCustomers<Result>(
  { organisation: slug }: CustomerOptions,
  names: OptionNames,
  work: (ctx: OperationContext) => Promise<Result>,
): Promise<Result> {
  return withOptionNames(names, () =>
    withGatewayDatabase(async (owner) => work(contextOf(owner, await organisationOf(owner, slug))), {
      mustExist: true,
    }),
  );
}

async function organisationOf(owner: Database, slug: string | undefined): Promise<Organisation> {
  if (slug !== undefined) return findOrganisation(owner, { slug });
  const [only, ...others] = await listOrganisations(owner, actor);
  if (only && others.length === 0) return only;
  const message = only
    ? `There are ${others.length + 1} organisations: say --organisation <slug>.`
    : 'There is no organisation.';
  throw new ApiError('INTERNAL_VALIDATION_FAILED', { message });
}

/** Who a customer is. */
function identityOf(customer: Customer) {
  const { cuRefNo, email, phone, firstName, lastName, companyName } = customer;
  return {
    cuRefNo,
    email: email ?? null,
    phone: phone ?? null,
    firstName: firstName ?? null,
    lastName: lastName ?? null,
    companyName: companyName ?? null,
    companyRegistrationNumber: customer.companyRegistrationNumber ?? null,
    taxIdentificationNumber: customer.taxIdentificationNumber ?? null,
  };
}

/** How a customer is. */
function stateOf(
  { creditBalance, premium, bannedAt, version }: Customer,
  { createdAt, updatedAt, lastSeenAt }: CustomerMoments,
) {
  const ban = bannedAt != null;
  return { creditBalance, premium, ban, version, createdAt, updatedAt, lastSeenAt: lastSeenAt ?? null };
}

/** What is told of a customer in a list that was read with the moments. */
export const describeBriefly = (customer: Customer) => ({ ...identityOf(customer), ...stateOf(customer, customer) });

/** What is told of a customer: its profile, and how it is. */
export async function describe(ctx: OperationContext, customer: Customer) {
  const relations = new CustomerRelations(ctx);
  const [details, objects, moments] = await Promise.all([
    relations.details(customer.id),
    relations.objects(customer.id),
    relations.moments(customer.id),
  ]);
  const address = addressMembers.flatMap((name) => (details?.[name] == null ? [] : [[name, details[name]]]));
  return {
    ...identityOf(customer),
    address: Object.fromEntries(address) as Record<string, string>,
    primaryLocale: details?.primaryLocale ?? null,
    newsletter: details?.newsletter ?? false,
    meta: objects?.meta ?? {},
    customFields: objects?.customFields ?? {},
    ...stateOf(customer, moments ?? customer),
    deletedAt: customer.deletedAt ?? null,
  };
}
