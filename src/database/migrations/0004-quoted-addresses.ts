// E-mail addresses with a quoted local part, written and matched as they are since this version, so that their customers stay found.
import { Migration } from '@mikro-orm/migrations';

export class Migration0004QuotedAddresses extends Migration {
  /*
   * Quotes that an address does not need go; the provider's rules had been applied to what is between them. An address that needs its quotes
   * stands for itself. There are few such rows, and each is its own attempt: one whose mailbox has another customer stays as it is,
   * as does one with backslashes or letters beyond ASCII: `customers check-emails` lists those.
   */
  override up(): void {
    this.addSql(`
      do $$
      declare
        c record;
        plain constant text := '^"[a-z0-9!#$%&''*+/=?^_\`{|}~-]+(\\.[a-z0-9!#$%&''*+/=?^_\`{|}~-]+)*"@';
        unquoted text;
        mailbox text;
      begin
        for c in
          select organisation_id, id, email, canonical_email from customer
          where email like '"%' and deleted_at is null and email !~ '[^ -~]' and position('\\' in email) = 0
        loop
          unquoted := case when c.email ~ plain then replace(c.email, '"', '') else c.email end;
          mailbox := case when c.email ~ plain then replace(c.canonical_email, '"', '') else c.email end;
          begin
            update customer set email = unquoted, canonical_email = case when mailbox like '@%' then unquoted else mailbox end
            where organisation_id = c.organisation_id and id = c.id;
          exception when unique_violation then
            null;
          end;
        end loop;
      end
      $$
    `);
  }
}
