// A migration that changes every customer, by the rules that hold for migrations.
import { OnlineMigration } from '../../src/database/migrations/online.ts';

export class BackfillMigration extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step('alter table customer add column if not exists email_length int null');
    await this.inBatches(
      'customer',
      (batch) => `
        update customer c set email_length = length(c.email)
        from (${batch} for no key update) b
        where c.organisation_id = b.organisation_id and c.id = b.id and c.email_length is null`,
    );
    await this.createIndex('customer_by_email_length', 'on customer (organisation_id, email_length)');
  }
}
