// The address that a customer last came from, with the customer.
import { Migration } from '@mikro-orm/migrations';

export class Migration0003LastIp extends Migration {
  override up(): void {
    this.addSql(`alter table customer add column last_ip inet null`);
    this.addSql(`
      update customer c set last_ip = i.address
      from (
        select distinct on (organisation_id, customer_id) organisation_id, customer_id, address
        from customer_ip order by organisation_id, customer_id, seen_at desc
      ) i
      where i.organisation_id = c.organisation_id and i.customer_id = c.id
    `);
    // That the organisation exists follows from the customer, which every row refers to: one check less in a create.
    this.addSql(`alter table customer_ip drop constraint customer_ip_organisation_id_foreign`);
  }
}
