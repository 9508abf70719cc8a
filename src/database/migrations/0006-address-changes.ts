// A history of addresses keeps the latest thousand. How often the address has changed says when it is time to look.
import { OnlineMigration } from './online.ts';

export class Migration0006AddressChanges extends OnlineMigration {
  /*
   * Customer by customer: where a table was never analyzed, PostgreSQL would look for the thousandth address of a customer once for each address
   * that there is, if it were asked for those of a whole batch in one statement.
   */
  override async up(): Promise<void> {
    await this.step(`alter table customer add column if not exists address_changes smallint not null default 0`);
    await this.inBatches(
      'customer',
      (batch) => `
        do $$
        declare
          c record;
          oldest record;
        begin
          for c in ${batch} loop
            select seen_at, address into oldest from customer_ip
            where organisation_id = c.organisation_id and customer_id = c.id
            order by seen_at desc, address desc offset 999 limit 1;
            continue when not found;
            delete from customer_ip
            where organisation_id = c.organisation_id and customer_id = c.id and (seen_at, address) < (oldest.seen_at, oldest.address);
          end loop;
        end $$`,
    );
  }
}
