// Who may connect: no longer everybody. The role that serves requests is completed at every start (`serving-role.ts`).
import { OnlineMigration } from './online.ts';

export class Migration0005Connect extends OnlineMigration {
  /*
   * Only where nobody has decided it yet, which this version does for a new database before it comes here. Accounts that serve by the role
   * of version 0.1.0 go on connecting, for as long as such processes may run; the next version takes all from that role.
   */
  override async up(): Promise<void> {
    await this.step(`
      do $$ begin
        if (select datacl is null and pg_has_role(current_user, datdba, 'usage') from pg_database where datname = current_database()) then
          execute format('revoke connect on database %I from public', current_database());
          if exists (select from pg_roles where rolname = 'customer_gateway') then
            execute format('grant connect on database %I to customer_gateway', current_database());
          end if;
        end if;
      end $$
    `);
  }
}
