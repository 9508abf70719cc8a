// Notes that a customer came from an address.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import type { Customer } from '../customer.entity.ts';
import { type ProfileRow, readProfile, selectChanged } from '../profile.ts';
import { cutIpHistory } from './ip-history.ts';

/** Addresses of a customer, the latest, among which one is looked for before it is noted: a caller who sends ever new ones pays no more than that. */
const ADDRESSES_LOOKED_AT = 100;
/** After how many calls that may note an address the history is cut. */
export const ADDRESSES_BETWEEN_CUTS = 100;

/** SQL for whether a call may note an address: it is another one than last time, or a day has passed. */
export const isNoted = (customer: string, ip: string) => `
  ${ip} is not null and (${customer}.last_ip is distinct from ${ip} or coalesce(${customer}.last_seen_at < now() - interval '1 day', true))`;

/** SQL for whether a customer did not come from an address lately. `$1` is the organisation. */
export const isUnseen = (customerId: string, ip: string) => `(
  select true from (
    select i.address from customer_ip i
    where i.organisation_id = $1 and i.customer_id = ${customerId} and i.seen_at > now() - interval '1 day'
    order by i.seen_at desc
    limit ${ADDRESSES_LOOKED_AT}
  ) latest
  where latest.address = ${ip}
  limit 1
) is null`;

const note: Statement = {
  name: 'customer_note_address',
  text: `
    with touched as (
      update customer c set
        last_seen_at = now(),
        last_ip = $3::inet,
        address_changes = (c.address_changes + 1) % ${ADDRESSES_BETWEEN_CUTS}
      where c.organisation_id = $1 and c.id = $2 and ${isNoted('c', '$3::inet')}
      returning c as customer
    ), seen as (
      insert into customer_ip (organisation_id, customer_id, address)
      select $1, $2, $3::inet from touched where ${isUnseen('$2', '$3::inet')}
      on conflict do nothing
    )
    select (customer).address_changes = 0 as cut_due, ${selectChanged} from touched`,
};

/**
 * Notes that a customer came from an address: as the latest one and, where it did not come from there lately, in its history.
 *
 * @param customer - locked
 * @returns the customer as it is then
 */
export async function noteAddress(tx: OrganisationDatabase, customer: Customer, address: string): Promise<Customer> {
  const [row] = await tx.run<ProfileRow & { cut_due: boolean }>(note, [tx.organisationId, customer.id, address]);
  if (!row) return customer;
  const { cut_due: cutDue, ...columns } = row;
  // Should it fail, it is tried again after another hundred changes.
  if (cutDue) await tx.onceCommitted((committed) => cutIpHistory(committed, customer.id));
  return readProfile(tx, columns).customer;
}
