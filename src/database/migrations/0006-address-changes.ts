// A history of addresses keeps the latest thousand. How often the address has changed says when it is time to look.
import { OnlineMigration } from './online.ts';

export class Migration0006AddressChanges extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`alter table customer add column if not exists address_changes smallint not null default 0`);
    await this.inBatches(
      'customer',
      (batch) => `
        delete from customer_ip i
        using (${batch}) c, lateral (
          select l.seen_at, l.address from customer_ip l
          where l.organisation_id = c.organisation_id and l.customer_id = c.id
          order by l.seen_at desc, l.address desc
          offset 999 limit 1
        ) oldest
        where i.organisation_id = c.organisation_id and i.customer_id = c.id
          and (i.seen_at, i.address) < (oldest.seen_at, oldest.address)`,
    );
  }
}
